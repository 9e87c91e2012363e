"""Comparing the gradebook with what was delivered; on both engines."""

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from lti_tool.lti.claims.claim_names import SCOPE_RESULT_READ, SCOPE_SCORE
from lti_tool.models import Membership
from lti_tool.passback.columns.compare_column import Difference
from lti_tool.passback.columns.reconcile import Reconciliation, UnreadColumn, reconcile
from lti_tool.passback.deliveries import leave_empty
from lti_tool.playground.advantage.answers import Answer
from lti_tool.playground.state import Tool
from tests.passback.school import ALL_SCOPES, MODULE, MONDAY, PlaygroundSchool


def reconciled(school: PlaygroundSchool) -> Reconciliation:
    return reconcile(school.database, school.gradebooks, registration_id=school.registration_id, clock=school.time)


def two_delivered(school: PlaygroundSchool) -> tuple[int, int]:
    link_id = school.activity()
    users = school.passed("participant01", link_id, 60), school.passed("participant02", link_id, 66.667)
    school.worker().run_once()
    return users


def test_where_all_agrees_nothing_is_done(school: PlaygroundSchool) -> None:
    two_delivered(school)
    assert reconciled(school) == Reconciliation(school.registration_id, 1, 2, (), (), ())
    assert school.worker().run_once() == 0


def test_what_somebody_took_out_is_asked_about_and_not_put_back(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    school.take_out("participant01")
    found = reconciled(school)
    assert found.emptied == (Difference(1, first, MODULE, 60, None),)
    assert (found.matching, found.sent_again, found.changed_by_teacher) == (1, (), ())
    assert (school.delivery(first).state, school.delivery(first).last_error) == ("missing", "emptied")
    for _ in range(3):
        school.time.move(days=1)
        assert reconciled(school).sent_again == ()
        assert school.worker().run_once() == 0
    assert school.grade() is None
    assert school.events(first) == ["enqueued 1 60", "delivered 1 60", "emptied 1"]


def test_an_operator_fills_what_was_taken_out_by_asking_for_it(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    school.take_out("participant01")
    reconciled(school)
    found = reconcile(school.database, school.gradebooks, registration_id=school.registration_id, fills=True, clock=school.time)
    assert found.sent_again == (Difference(1, first, MODULE, 60, None),)
    assert school.worker().run_once() == 1
    assert school.grade() == 60
    assert school.events(first)[-2:] == ["retried 1 missing in the gradebook", "delivered 1 60"]


def test_what_is_to_stay_empty_is_not_asked_about_again(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    school.take_out("participant01")
    reconciled(school)
    with school.database.write.begin() as session:
        assert leave_empty(session, [school.delivery(first).id], now=school.time()) == 1
    reconciled(school)
    assert (school.delivery(first).state, school.delivery(first).last_error) == ("missing", "left_empty")
    assert school.events(first)[-1] == "left_empty 1"


def test_what_stands_there_again_counts_as_arrived_again(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    school.take_out("participant01")
    reconciled(school)
    school.grade_by_hand("participant01", 60, at=MONDAY)
    assert reconciled(school).matching == 2
    assert (school.delivery(first).state, school.delivery(first).last_error) == ("delivered", "")
    assert school.events(first)[-1] == "agrees 1"


def test_a_better_score_is_sent_after_a_reset(school: PlaygroundSchool) -> None:
    first, second = two_delivered(school)
    school.lms.empty_grades()
    assert len(reconciled(school).emptied) == 2
    school.enqueue(first, 95)
    school.worker().run_once()
    assert (school.grade("participant01"), school.grade("participant02")) == (95, None)
    assert school.delivery(second).state == "missing"


def test_nothing_is_asked_about_people_who_have_left(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    with school.database.write.begin() as session:
        session.add(
            Membership(
                user_id=first,
                course_id=school.course_id,
                roles="participant",
                is_gone=True,
                first_seen_at=MONDAY,
                last_seen_at=MONDAY,
            )
        )
    school.take_out("participant01")
    assert reconciled(school).emptied == ()
    assert (school.delivery(first).state, school.delivery(first).last_error) == ("missing", "user_left")


def test_an_older_score_of_ours_is_replaced(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    school.enqueue(first, 90)
    school.worker().run_once()
    school.grade_by_hand("participant01", 60, at=MONDAY)  # a backup of the platform was restored
    found = reconciled(school)
    assert found.sent_again == (Difference(1, first, MODULE, 90, 60),)
    school.time.move(seconds=30)
    school.worker().run_once()
    assert school.grade() == 90


def test_an_older_score_that_stands_there_again_is_what_somebody_wants(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    school.enqueue(first, 90)
    school.worker().run_once()
    school.lms.override("participant01", MODULE, 60)
    assert len(reconciled(school).sent_again) == 1
    school.time.move(seconds=30)
    school.worker().run_once()
    found = reconciled(school)
    assert (found.sent_again, found.changed_by_teacher) == ((), (Difference(1, first, MODULE, 90, 60),))
    assert (school.delivery(first).last_error, school.delivery(first).standing) == ("kept_by_teacher", 60)


def test_results_that_come_in_pages_are_read_to_the_end(school: PlaygroundSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    two_delivered(school)
    whole = school.lms.scores.results
    asked: list[int] = []

    def one_each(tool: Tool, column_id: str, query: Mapping[str, str]) -> Answer:
        answer, start = whole(tool, column_id, query), int(query.get("from", "0"))
        asked.append(start)
        rows = json.loads(answer.body)
        more = urlencode({**query, "from": start + 1})
        links = {"Link": f'<?{more}>; rel="next"'} if start + 1 < len(rows) else {}
        return replace(answer, body=json.dumps(rows[start : start + 1]), headers={**answer.headers, **links})

    monkeypatch.setattr(school.lms.scores, "results", one_each)
    assert reconciled(school).matching == 2
    assert asked == [0, 1]


def test_a_grade_that_a_teacher_changed_is_reported_and_left_alone(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    school.lms.override("participant01", MODULE, 55)
    for _ in range(2):
        found = reconciled(school)
        assert found.changed_by_teacher == (Difference(1, first, MODULE, 60, 55),)
        assert (found.matching, found.sent_again) == (1, ())
        assert school.worker().run_once() == 0
    assert school.grade() == 55
    delivery = school.delivery(first)
    assert (delivery.state, delivery.last_error, delivery.standing) == ("delivered", "kept_by_teacher", 55)
    assert school.events(first)[-1] == "by_teacher 1 55"
    school.lms.override("participant01", MODULE, None)
    assert reconciled(school).matching == 2
    assert (school.delivery(first).last_error, school.delivery(first).standing) == ("", None)
    assert school.events(first)[-1] == "agrees 1"


def test_each_other_grade_that_a_teacher_sets_is_a_line_in_the_ledger(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    for by_hand in (55, 55, 70):
        school.lms.override("participant01", MODULE, by_hand)
        reconciled(school)
    assert school.events(first)[2:] == ["by_teacher 1 55", "by_teacher 1 70"]


def test_points_that_were_not_converted_are_sent_again_in_the_columns_own(school: PlaygroundSchool) -> None:
    school.lms.be_odd("points_as_they_come")
    link_id = school.activity()
    # Nobody may read the column's points, so the score goes out of 100.
    school.change_link(link_id, ags_scopes=f"{SCOPE_SCORE} {SCOPE_RESULT_READ}")
    school.lms.gradebook.change_maximum(school.lms.column(MODULE), 10)
    first = school.passed("participant01", link_id, 90)
    school.worker().run_once()
    assert school.grade() == 90
    assert reconciled(school).matching == 1
    assert school.delivery(first).last_error == "unconverted"
    school.change_link(link_id, ags_scopes=" ".join(ALL_SCOPES))
    assert len(reconciled(school).sent_again) == 1
    school.time.move(seconds=30)
    school.worker().run_once()
    assert school.grade() == 9
    assert reconciled(school).matching == 1
    assert school.delivery(first).last_error == ""


def test_a_score_goes_out_in_the_columns_own_points(school: PlaygroundSchool) -> None:
    school.lms.be_odd("points_as_they_come")
    school.lms.gradebook.change_maximum(school.lms.column(MODULE), 10)
    two_delivered(school)
    assert [(score.body["scoreGiven"], score.body["scoreMaximum"]) for score in school.lms.scores_received] == [
        (6, 10),
        (6.6667, 10),
    ]
    assert (school.grade("participant01"), school.grade("participant02")) == (6, 6.6667)
    assert reconciled(school).matching == 2


def test_a_maximum_that_was_changed_is_followed(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    school.lms.be_odd("points_as_they_come")
    school.lms.gradebook.change_maximum(school.lms.column(MODULE), 50)
    for name in ("participant01", "participant02"):
        grade = school.grade(name)
        assert grade is not None
        school.grade_by_hand(name, grade / 2, at=MONDAY)
    assert reconciled(school).matching == 2
    school.enqueue(first, 90)
    school.time.move(seconds=30)
    school.worker().run_once()
    assert school.grade() == 45


def test_scores_on_another_scale_agree(school: PlaygroundSchool) -> None:
    school.lms.column(MODULE).maximum = 7.0
    two_delivered(school)
    assert reconciled(school).matching == 2


def test_a_line_item_that_cannot_be_read_is_reported(school: PlaygroundSchool) -> None:
    two_delivered(school)
    school.lms.answer_next(503, service="results")
    found = reconciled(school)
    assert found.unreadable == (UnreadColumn(1, "http_503"),)
    assert (found.line_items_read, found.sent_again) == (0, ())
    assert school.states() == {"delivered": 2}


def test_what_is_still_waiting_is_left_to_the_worker(school: PlaygroundSchool) -> None:
    school.passed("participant01", school.activity(), 60)
    assert reconciled(school) == Reconciliation(school.registration_id, 0, 0, (), (), ())
