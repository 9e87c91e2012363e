"""What operators list, and sending again; on both engines."""

import pytest
from sqlalchemy import select

from lti_tool.models import DeliveryEvent
from lti_tool.passback.deliveries import DeliveryLine, list_deliveries, retry_deliveries
from lti_tool.passback.reasons import reason_for
from tests.passback.school import MODULE, MONDAY, PlaygroundSchool


def listed(school: PlaygroundSchool, **arguments: bool) -> tuple[DeliveryLine, ...]:
    with school.database.read() as session:
        return list_deliveries(session, **arguments)


def test_a_list_shows_each_delivery(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    user_id = school.passed("participant01", link_id, 60)
    assert listed(school) == (
        DeliveryLine(
            id=1,
            user_id=user_id,
            registration_id=school.registration_id,
            resource_link_id=link_id,
            module_slug=MODULE,
            score_given=60,
            state="waiting",
            tries=0,
            reason="",
            waiting_since=MONDAY,
            next_try_at=MONDAY,
            delivered_at=None,
        ),
    )


def test_the_failed_ones_are_those_parked_and_those_put_off(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    school.passed("participant01", link_id, 60)
    school.worker().run_once()
    school.passed("instructor", link_id, 61)
    school.worker().run_once()
    school.lms.answer_next(503, service="scores")
    school.passed("participant02", link_id, 62)
    school.worker().run_once()
    school.passed("participant03", link_id, 63)
    assert [(line.score_given, line.state, line.reason) for line in listed(school, failed_only=True)] == [
        (61, "parked", "user_not_gradable"),
        (62, "delayed", "http_503"),
    ]
    assert len(listed(school)) == 4


def test_a_parked_delivery_is_sent_again_on_request(school: PlaygroundSchool) -> None:
    school.lms.unenrol("participant01")
    user_id = school.passed("participant01", school.activity(), 60)
    worker = school.worker()
    worker.run_once()
    school.lms.enrol("participant01")
    with school.database.write.begin() as session:
        assert retry_deliveries(session, [1, 4711], now=school.time()) == (1,)
    worker.run_once()
    assert (school.delivery(user_id).state, school.grade()) == ("delivered", 60)
    assert school.events(user_id) == [
        "enqueued 1 60",
        "parked 1 user_not_gradable",
        "retried 1 asked for",
        "delivered 1 60",
    ]


def test_a_delivered_score_can_be_sent_again(school: PlaygroundSchool) -> None:
    school.passed("participant01", school.activity(), 60)
    worker = school.worker()
    worker.run_once()
    school.grade_by_hand("participant01", None, at=MONDAY)
    with school.database.write.begin() as session:
        retry_deliveries(session, [1], now=school.time())
    worker.run_once()
    assert school.grade() == 60


def test_the_ledger_tells_the_history(school: PlaygroundSchool) -> None:
    school.passed("participant01", school.activity(), 60)
    school.worker().run_once()
    with school.database.read() as session:
        lines = session.scalars(select(DeliveryEvent).order_by(DeliveryEvent.id)).all()
    assert [(line.score_delivery_id, line.event, line.version, line.detail, line.at) for line in lines] == [
        (1, "enqueued", 1, "60", MONDAY),
        (1, "delivered", 1, "60", MONDAY),
    ]


@pytest.mark.parametrize("code", ["user_not_gradable", "http_503", "timeout", "line_item_gone", "http_418", "token_http_500"])
def test_every_code_has_plain_words_and_a_next_step(code: str) -> None:
    reason = reason_for(code)
    assert reason is not None
    assert reason.text
    assert reason.next_step


def test_no_code_needs_no_words() -> None:
    assert reason_for("") is None
