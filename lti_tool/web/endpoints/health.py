"""For monitors: whether the process lives, and whether it can serve people."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import cast

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue

from lti_tool.certificates.document_queue import document_backlog
from lti_tool.passback.overview import backlogs
from lti_tool.web.parts import parts

log = logging.getLogger(__name__)

# What is amiss, in one word each; nothing means ready.
Readiness = Callable[[], Sequence[str]]

blueprint = Blueprint("health", __name__)


def set_readiness(app: Flask, check: Readiness) -> None:
    """Say how readiness is checked: database answers, migrations are current, a key is there. Wired at start."""
    app.extensions["readiness"] = check


@blueprint.get("/livez")
def livez() -> ResponseReturnValue:
    """Say that the process answers; asks nothing of anybody else."""
    return {"status": "ok"}, 200, {"Cache-Control": "no-store"}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Say whether launches and pages would work now, and what waits: scores by registration, documents (no reason to fail)."""
    check = cast("Readiness | None", current_app.extensions.get("readiness"))
    amiss = list(check()) if check is not None else ["readiness_not_wired"]
    if amiss:
        log.warning("not_ready", extra={"amiss": ",".join(amiss)})
        return {"status": "not ready", "amiss": amiss}, 503, {"Cache-Control": "no-store"}
    with parts().database.read() as session:
        deliveries = [asdict(each) for each in backlogs(session, now=parts().now())]
        documents = asdict(document_backlog(session, now=parts().now()))
    return {"status": "ok", "deliveries": deliveries, "documents": documents}, 200, {"Cache-Control": "no-store"}
