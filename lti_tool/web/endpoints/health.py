"""For monitors: whether the process lives, and whether it can serve people. Why not, and what waits, is not for strangers."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import cast

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue

from lti_tool.certificates.documents.queue import document_backlog
from lti_tool.passback.overview import backlogs
from lti_tool.web.endpoints.metrics import has_metrics_token
from lti_tool.web.parts import parts

log = logging.getLogger(__name__)

# What is amiss, in one word each; nothing means ready.
Readiness = Callable[[], Sequence[str]]

# Anybody may ask, as often as they like; the database is asked no more often than this.
REMEMBERED_S = 1.0
_UNCACHED = {"Cache-Control": "no-store"}

blueprint = Blueprint("health", __name__)


def set_readiness(app: Flask, check: Readiness) -> None:
    """Say how readiness is checked: database answers, migrations are current, a key is there. Wired at start."""
    app.extensions["readiness"] = check
    app.extensions.pop("readiness_seen", None)


@blueprint.get("/livez")
def livez() -> ResponseReturnValue:
    """Say that the process answers; asks nothing of anybody else."""
    return {"status": "ok"}, 200, _UNCACHED


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Say whether launches and pages would work now; to whoever has the metrics' token also why not, and what waits."""
    if not has_metrics_token():
        return _answer(_remembered())
    amiss = _amiss()
    if amiss:
        return _answer(amiss, {"amiss": amiss})
    with parts().database.read() as session:
        deliveries = [asdict(each) for each in backlogs(session, now=parts().now())]
        documents = asdict(document_backlog(session, now=parts().now()))
    return _answer(amiss, {"deliveries": deliveries, "documents": documents})


def _answer(amiss: list[str], more: Mapping[str, object] = MappingProxyType({})) -> ResponseReturnValue:
    return {"status": "not ready" if amiss else "ok", **more}, 503 if amiss else 200, _UNCACHED


def _amiss() -> list[str]:
    check = cast("Readiness | None", current_app.extensions.get("readiness"))
    amiss = list(check()) if check is not None else ["readiness_not_wired"]
    if amiss:
        log.warning("not_ready", extra={"amiss": ",".join(amiss)})
    return amiss


def _remembered() -> list[str]:
    seen: tuple[float, list[str]] | None = current_app.extensions.get("readiness_seen")
    if seen is None or time.monotonic() - seen[0] >= REMEMBERED_S:
        seen = (time.monotonic(), _amiss())
        current_app.extensions["readiness_seen"] = seen
    return seen[1]
