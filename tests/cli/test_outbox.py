"""How a line of `outbox list` says how far a score is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lti_tool.cli.outbox import _way_of
from lti_tool.passback.deliveries import DeliveryLine

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
LINE = DeliveryLine(
    id=1,
    user_id=4,
    registration_id=1,
    resource_link_id=1,
    module_slug="m",
    score_given=90,
    state="delayed",
    tries=3,
    reason="http_503",
    waiting_since=AT,
    next_try_at=AT + timedelta(minutes=5),
    delivered_at=None,
)


def test_a_score_that_waits_says_after_how_many_tries_the_next_one_comes() -> None:
    assert _way_of(LINE) == "tries=3  since 2026-11-02 08:00 UTC  next try 2026-11-02 08:05 UTC"


def test_a_score_that_arrived_says_when_and_counts_no_tries() -> None:
    arrived = replace(LINE, state="delivered", tries=0, next_try_at=None, delivered_at=AT + timedelta(hours=1))
    assert _way_of(arrived) == "delivered 2026-11-02 09:00 UTC"
