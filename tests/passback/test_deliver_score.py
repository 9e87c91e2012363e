"""Every outcome of a delivery by name, against the playground over HTTP, on both engines."""

import logging
import socket
from datetime import timedelta

import pytest
from sqlalchemy import update

from lti_tool.lti.claims.claim_names import SCOPE_RESULT_READ, SCOPE_SCORE
from lti_tool.models import AccessTokenRow, RegistrationRow
from lti_tool.passback.delivering.worker import Worker
from tests.passback.school import MODULE, MONDAY, PlaygroundSchool

DEAD = "http://127.0.0.1:9/mod/lti/services.php/2/lineitems/18/lineitem?type_id=1"


@pytest.fixture
def worker(school: PlaygroundSchool) -> Worker:
    return school.worker()


def test_a_score_arrives_in_the_gradebook(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 82.5)
    assert worker.run_once() == 1
    assert school.grade("participant01") == 82.5
    delivery = school.delivery(user_id)
    assert (delivery.state, delivery.delivered_version, delivery.delivered_at) == ("delivered", 1, MONDAY)
    assert (delivery.tries, delivery.last_error, delivery.claimed_by, delivery.lease_until) == (0, "", None, None)
    assert delivery.last_timestamp == MONDAY
    assert school.events(user_id) == ["enqueued 1 82.5", "delivered 1 82.5"]


def test_a_score_says_completed_and_fully_graded_of_100_without_comment(school: PlaygroundSchool, worker: Worker) -> None:
    school.passed("participant01", school.activity(), 66.667)
    worker.run_once()
    assert school.lms.scores_received[0].body == {
        "userId": "4",
        "timestamp": "2026-11-23T09:30:00.000Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 66.667,
        "scoreMaximum": 100.0,
    }


def test_a_delivered_score_is_not_sent_again(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 82.5)
    worker.run_once()
    school.enqueue(user_id, 82.5)
    school.enqueue(user_id, 60)
    assert worker.run_once() == 0
    assert school.posted() == [(82.5, 200)]


def test_a_higher_score_follows_with_a_timestamp_a_second_later(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    worker.run_once()
    school.enqueue(user_id, 90)
    worker.run_once()
    assert school.posted() == [(60, 200), (90, 200)]
    assert school.timestamps() == [MONDAY, MONDAY + timedelta(seconds=1)]
    assert school.grade() == 90
    assert school.delivery(user_id).delivered_version == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_platform_in_trouble_delays_the_score(school: PlaygroundSchool, worker: Worker, status: int) -> None:
    user_id = school.passed("participant01", school.activity(), 82.5)
    school.lms.answer_next(status, service="scores")
    worker.run_once()
    delivery = school.delivery(user_id)
    assert (delivery.state, delivery.tries, delivery.last_error) == ("waiting", 1, f"http_{status}")
    assert MONDAY + timedelta(seconds=30) <= delivery.next_try_at <= MONDAY + timedelta(seconds=60)
    assert worker.run_once() == 0
    school.time.move(seconds=61)
    assert worker.run_once() == 1
    assert school.grade() == 82.5
    assert school.events(user_id) == ["enqueued 1 82.5", f"delayed 1 http_{status}", "delivered 1 82.5"]


def test_each_try_has_a_timestamp_of_its_own(school: PlaygroundSchool, worker: Worker) -> None:
    school.passed("participant01", school.activity(), 82.5)
    school.lms.answer_next(503, service="scores", after_work=True)
    worker.run_once()
    school.time.move(seconds=61)
    worker.run_once()
    assert school.timestamps() == [MONDAY, MONDAY + timedelta(seconds=61)]


def test_an_answer_that_comes_too_late_delays_the_score(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 82.5)
    school.lms.hang_next(2, service="scores")
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "timeout")


def test_a_reset_connection_delays_the_score(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 82.5)
    school.lms.reset_next(service="scores")
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "unreachable")


def test_a_score_whose_answer_was_lost_arrives_once_in_effect(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 82.5)
    school.lms.reset_next(service="scores", after_work=True)
    worker.run_once()
    assert school.grade() == 82.5
    school.time.move(seconds=61)
    worker.run_once()
    assert school.posted() == [(82.5, 200), (82.5, 200)]
    assert school.delivery(user_id).state == "delivered"


def test_a_host_that_does_not_resolve_delays_the_score(
    school: PlaygroundSchool, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = school.passed("participant01", school.activity(), 82.5)

    def no_such_host(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", no_such_host)
        worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "unreachable")


def test_429_with_retry_after_is_honoured(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 82.5)
    school.lms.answer_next(429, service="scores", retry_after=900)
    worker.run_once()
    delivery = school.delivery(user_id)
    assert (delivery.state, delivery.last_error) == ("waiting", "http_429")
    assert MONDAY + timedelta(seconds=900) <= delivery.next_try_at <= MONDAY + timedelta(seconds=990)
    school.time.move(seconds=899)
    assert worker.run_once() == 0
    school.time.move(seconds=92)
    assert worker.run_once() == 1
    assert school.grade() == 82.5


def test_429_holds_back_the_other_scores_for_that_platform(school: PlaygroundSchool) -> None:
    worker = school.worker(concurrency=1)
    link_id = school.activity()
    school.passed("participant01", link_id, 50)
    school.lms.answer_next(429, service="scores", retry_after=900)
    worker.run_once()
    school.passed("participant02", link_id, 60)
    school.time.move(seconds=600)
    assert worker.run_once() == 0


def test_a_revoked_token_is_replaced_in_the_same_try(school: PlaygroundSchool, worker: Worker) -> None:
    link_id = school.activity()
    school.passed("participant01", link_id, 50)
    worker.run_once()
    school.lms.revoke_tokens()
    school.time.move(seconds=5)
    user_id = school.passed("participant02", link_id, 60)
    worker.run_once()
    assert school.grade("participant02") == 60
    assert school.events(user_id) == ["enqueued 1 60", "delivered 1 60"]


def test_a_platform_that_takes_no_token_delays_the_score(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 50)
    school.lms.answer_next(401, service="scores", times=2)
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "http_401")


def test_a_platform_that_grants_no_scores_delays_the_score(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 50)
    tool = school.lms.site.tool("1")
    granted, tool.scopes = tool.scopes, [scope for scope in tool.scopes if not scope.endswith("/score")]
    worker.run_once()
    assert school.delivery(user_id).state == "waiting"
    assert school.delivery(user_id).last_error == "token_refused"
    tool.scopes = granted
    school.time.move(seconds=61)
    worker.run_once()
    assert school.grade() == 50


def test_the_token_is_shared_through_the_database(school: PlaygroundSchool, worker: Worker) -> None:
    link_id = school.activity()
    school.passed("participant01", link_id, 50)
    worker.run_once()
    with school.database.read() as session:
        # One to read the column's points, one for scores.
        assert session.query(AccessTokenRow).count() == 2
    school.passed("participant02", link_id, 60)
    school.another_process().run_once()
    assert len(school.lms.site.state.tokens) == 2


def test_somebody_who_cannot_be_graded_is_parked_at_once(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("instructor", school.activity(), 100)
    worker.run_once()
    delivery = school.delivery(user_id)
    assert (delivery.state, delivery.last_error, delivery.delivered_version) == ("parked", "user_not_gradable", None)
    school.time.move(days=1)
    assert worker.run_once() == 0


def test_a_higher_score_gives_a_parked_delivery_another_chance(school: PlaygroundSchool, worker: Worker) -> None:
    school.lms.unenrol("participant01")
    user_id = school.passed("participant01", school.activity(), 70)
    worker.run_once()
    assert school.delivery(user_id).state == "parked"
    school.lms.enrol("participant01")
    school.enqueue(user_id, 80)
    worker.run_once()
    assert (school.delivery(user_id).state, school.grade()) == ("delivered", 80)


def test_409_where_ours_stands_counts_as_delivered(school: PlaygroundSchool, worker: Worker) -> None:
    # Stored with the platform's own time of receipt, a minute ahead of ours; the answer that would have told us was lost.
    school.lms.move_clock(60)
    link_id = school.activity()
    # Who may not read the column's points meets the platform's clock with the first score only.
    school.change_link(link_id, ags_scopes=f"{SCOPE_SCORE} {SCOPE_RESULT_READ}")
    user_id = school.passed("participant01", link_id, 82.5)
    school.lms.reset_next(service="scores", after_work=True)
    worker.run_once()
    worker = school.another_process()
    school.time.move(seconds=59)
    school.retry_now(user_id)
    worker.run_once()
    assert school.posted() == [(82.5, 200), (82.5, 409)]
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("delivered", "")


def test_409_where_a_teachers_grade_stands_leaves_it(school: PlaygroundSchool, worker: Worker) -> None:
    school.grade_by_hand("participant01", 95, at=MONDAY + timedelta(minutes=5))
    user_id = school.passed("participant01", school.activity(), 80)
    worker.run_once()
    assert school.posted() == [(80, 409)]
    assert school.grade() == 95
    delivery = school.delivery(user_id)
    assert (delivery.state, delivery.last_error, delivery.delivered_version) == ("delivered", "kept_by_teacher", 1)
    assert delivery.standing == 95
    assert school.events(user_id)[-1] == "delivered 1 kept_by_teacher"
    school.time.move(days=1)
    assert worker.run_once() == 0


@pytest.mark.parametrize("by_hand", [95, 55, 0, 60.5])
def test_a_grade_set_by_hand_after_ours_is_not_written_over_by_a_better_score(
    school: PlaygroundSchool, worker: Worker, by_hand: float
) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    worker.run_once()
    # Long ago, so that the platform itself would take a later score.
    school.grade_by_hand("participant01", by_hand, at=MONDAY - timedelta(days=1))
    school.enqueue(user_id, 80)
    school.time.move(minutes=1)
    worker.run_once()
    assert school.posted() == [(60, 200)]
    assert school.grade() == by_hand
    delivery = school.delivery(user_id)
    assert (delivery.state, delivery.last_error, delivery.standing) == ("delivered", "kept_by_teacher", by_hand)


def test_a_better_score_follows_into_a_cell_that_was_emptied(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    worker.run_once()
    school.grade_by_hand("participant01", None, at=MONDAY - timedelta(days=1))
    school.enqueue(user_id, 80)
    worker.run_once()
    assert school.grade() == 80


def test_409_where_an_older_one_of_ours_stands_sends_once_more_later(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    school.lms.reset_next(service="scores", after_work=True)
    worker.run_once()
    school.grade_by_hand("participant01", 60, at=MONDAY + timedelta(minutes=5))
    school.enqueue(user_id, 80)
    worker.run_once()
    assert school.posted() == [(60, 200), (80, 409), (80, 200)]
    assert school.timestamps()[-1] == MONDAY + timedelta(minutes=5, seconds=1)
    assert (school.grade(), school.delivery(user_id).state) == (80, "delivered")


def test_409_where_nothing_stands_sends_once_more_then_waits(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    school.grade_by_hand("participant01", None, at=MONDAY + timedelta(minutes=5))
    worker.run_once()
    assert school.posted() == [(60, 409), (60, 409)]
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "not_newer")
    school.time.move(minutes=6)
    worker.run_once()
    assert (school.grade(), school.delivery(user_id).state) == (60, "delivered")


def test_409_while_the_results_cannot_be_read_waits(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    school.grade_by_hand("participant01", 95, at=MONDAY + timedelta(minutes=5))
    school.lms.answer_next(503, service="results")
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "http_503")
    assert school.grade() == 95


def test_409_without_the_right_to_read_results_sends_once_more(school: PlaygroundSchool, worker: Worker) -> None:
    tool = school.lms.site.tool("1")
    tool.scopes = [scope for scope in tool.scopes if not scope.endswith("/result.readonly")]
    user_id = school.passed("participant01", school.activity(), 60)
    school.lms.answer_next(409, service="scores")
    worker.run_once()
    assert (school.delivery(user_id).state, school.grade()) == ("delivered", 60)


def test_409_on_a_link_that_offers_no_results_sends_once_more(school: PlaygroundSchool, worker: Worker) -> None:
    link_id = school.activity()
    school.change_link(link_id, ags_scopes=SCOPE_SCORE)
    user_id = school.passed("participant01", link_id, 60)
    school.lms.answer_next(409, service="scores")
    worker.run_once()
    assert (school.delivery(user_id).state, school.grade()) == ("delivered", 60)


def test_a_clock_that_lags_is_made_up_for(school: PlaygroundSchool, worker: Worker) -> None:
    school.lms.move_clock(30)
    user_id = school.passed("participant01", school.activity(), 60)
    worker.run_once()
    school.time.move(seconds=2)
    school.enqueue(user_id, 80)
    worker.run_once()
    assert school.posted() == [(60, 200), (80, 200)]
    # Later than the platform's own time of receipt, 30 s ahead of ours.
    assert school.timestamps()[1] == MONDAY + timedelta(seconds=33)


def test_a_clock_that_lags_is_made_up_for_by_another_process_too(school: PlaygroundSchool, worker: Worker) -> None:
    school.lms.move_clock(30)
    user_id = school.passed("participant01", school.activity(), 60)
    worker.run_once()
    worker = school.another_process()  # which has not met the platform
    school.enqueue(user_id, 80)
    worker.run_once()
    assert school.posted() == [(60, 200), (80, 200)]
    # A second after the first, which was dated by the platform's clock.
    assert school.timestamps()[1] == MONDAY + timedelta(seconds=32)


def test_a_400_without_words_is_read_back_and_tried_once_more(school: PlaygroundSchool, worker: Worker) -> None:
    # Open edX answers so to a timestamp that is not newer.
    user_id = school.passed("participant01", school.activity(), 60)
    school.lms.answer_next(400, service="scores")
    worker.run_once()
    assert (school.delivery(user_id).state, school.grade()) == ("delivered", 60)


def test_a_lasting_400_parks_the_score(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    school.lms.answer_next(400, service="scores", times=2)
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("parked", "http_400")


def test_a_line_item_that_moved_is_found_again(school: PlaygroundSchool, worker: Worker) -> None:
    gone = school.lms.line_item_url(MODULE).replace("/lineitems/", "/lineitems/99")
    link_id = school.activity(line_item_url=gone)
    user_id = school.passed("participant01", link_id, 60)
    worker.run_once()
    assert (school.delivery(user_id).state, school.grade()) == ("delivered", 60)
    assert school.line_item_url(link_id) == school.lms.line_item_url(MODULE)


def test_a_line_item_is_looked_up_once_in_a_try(school: PlaygroundSchool, worker: Worker) -> None:
    gone = school.lms.line_item_url(MODULE).replace("/lineitems/", "/lineitems/99")
    user_id = school.passed("participant01", school.activity(line_item_url=gone), 60)
    school.lms.answer_next(404, service="scores", times=2)
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("parked", "line_item_gone")


def test_a_course_that_is_gone_parks_the_score(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    school.lms.answer_next(404, times=4)
    worker.run_once()
    # The first 404s were the tokens': no platform without tokens is given up for it.
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "token_refused")
    school.time.move(minutes=2)
    worker.run_once()
    school.lms.faults.clear()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "token_refused")
    school.time.move(minutes=5)
    school.lms.answer_next(404, service="scores")
    school.lms.answer_next(404, service="lineitems")
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("parked", "line_item_gone")


def test_a_line_item_that_is_gone_parks_the_score_and_none_is_made(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    column = school.lms.column(MODULE)
    with school.lms.site.lock:
        del school.lms.site.state.columns[str(column.id)]
    before = len(school.lms.columns)
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("parked", "line_item_gone")
    assert len(school.lms.columns) == before


def test_a_forbidden_line_item_parks_the_score(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    school.lms.answer_next(403, service="scores", times=2)  # the first is answered with a new token
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("parked", "http_403")


def test_a_line_item_on_another_host_gets_no_token(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(line_item_url=DEAD), 60)
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("parked", "foreign_address")
    assert school.posted() == []


def test_after_fourteen_days_of_trouble_a_person_must_look(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    school.lms.answer_next(503, service="scores", times=1000)
    for _ in range(200):
        worker.run_once()
        if school.delivery(user_id).state == "parked":
            break
        wait = max(school.delivery(user_id).next_try_at - school.time(), timedelta(minutes=5))
        school.time.move(seconds=wait.total_seconds())
    delivery = school.delivery(user_id)
    assert (delivery.state, delivery.last_error) == ("parked", "http_503")
    assert timedelta(days=14) <= school.time() - MONDAY <= timedelta(days=14, hours=6)
    assert 60 <= delivery.tries <= 130


def test_a_disabled_registration_is_left_alone_and_nothing_is_lost(school: PlaygroundSchool, worker: Worker) -> None:
    user_id = school.passed("participant01", school.activity(), 60)
    with school.database.write.begin() as session:
        session.execute(update(RegistrationRow).values(is_enabled=False))
    assert worker.run_once() == 0
    with school.database.write.begin() as session:
        session.execute(update(RegistrationRow).values(is_enabled=True))
    assert worker.run_once() == 1
    assert school.delivery(user_id).state == "delivered"


def test_what_happened_is_logged_with_ids_only(
    school: PlaygroundSchool, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    link_id = school.activity()
    school.passed("participant01", link_id, 60)
    school.passed("instructor", link_id, 61)
    school.passed("participant02", link_id, 62)
    caplog.set_level(logging.INFO, logger="lti_tool.passback")
    school.lms.answer_next(503, service="scores")
    worker.run_once()
    events = {record.message: record for record in caplog.records}
    assert {"score_delivered", "score_delayed", "score_parked"} <= set(events)
    assert [events[name].levelname for name in ("score_delivered", "score_delayed", "score_parked")] == [
        "INFO",
        "WARNING",
        "ERROR",
    ]
    assert vars(events["score_delivered"])["delivery"] == 3
    assert vars(events["score_parked"])["reason"] == "user_not_gradable"
