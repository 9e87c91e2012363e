"""After a whole delivery with every kind of trouble: no secret stands in a log line, in the ledger or in what operators see."""

import json
import logging
from collections.abc import Callable

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select

from lti_tool import logs
from lti_tool.models import AccessTokenRow, DeliveryEvent
from lti_tool.passback.deliveries import list_deliveries
from tests.passback.school import PlaygroundSchool


def test_a_delivery_with_trouble_leaves_no_secret_anywhere(
    school: PlaygroundSchool, tool_key: RSAKey, caplog: pytest.LogCaptureFixture
) -> None:
    # Our own at its most talkative; what other packages say at DEBUG is switched off by `logs.configure`.
    caplog.set_level(logging.DEBUG, logger="lti_tool")
    link_id = school.activity()
    tokens: set[str] = set()
    troubles: tuple[Callable[[], object], ...] = (
        lambda: school.lms.answer_next(500, service="token"),
        lambda: school.lms.answer_next(401, service="scores", times=2),
        lambda: school.lms.reset_next(service="scores"),
        school.lms.revoke_tokens,
        lambda: school.lms.answer_next(429, service="scores", retry_after=5),
    )
    for number, trouble in enumerate(troubles, 1):
        trouble()
        school.passed(f"participant{number:02}", link_id, 70)
        school.worker().run_once()
        with school.database.read() as session:
            tokens.update(session.scalars(select(AccessTokenRow.token)))
        school.time.move(hours=7)
        school.worker().run_once()
    with school.database.read() as session:
        tokens.update(session.scalars(select(AccessTokenRow.token)))
        ledger = [event.detail for event in session.scalars(select(DeliveryEvent))]
        shown = [str(line) for line in list_deliveries(session)]
    written = "\n".join([*(form.format(one) for one in caplog.records for form in _FORMATS), *ledger, *shown])
    assert len(tokens) >= 2
    assert "score_delivered" in written
    private = tool_key.as_dict(private=True)
    for secret in (*tokens, *(str(private[part]) for part in ("d", "p", "q")), "eyJ", "PRIVATE KEY", "Bearer"):
        assert secret not in written
    assert "participant" not in json.dumps(written)


_FORMATS = (logs.JsonFormatter(), logs.LineFormatter())
