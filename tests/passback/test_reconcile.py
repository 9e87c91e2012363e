"""Comparing the gradebook with what was delivered; on both engines."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from lti_tool.passback.reconcile import Difference, Reconciliation, Unreadable, reconcile
from lti_tool.playground.answers import Answer
from lti_tool.playground.state import Tool
from tests.passback.school import MODULE, MONDAY, PlaygroundSchool


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


def test_a_missing_score_is_sent_again(school: PlaygroundSchool) -> None:
    first, _ = two_delivered(school)
    with school.lms.site.lock:
        school.lms.site.state.grades.pop(f"{school.lms.column(MODULE).id}:4")
    found = reconciled(school)
    assert found.sent_again == (Difference(1, first, MODULE, 60, None),)
    assert (found.matching, found.changed_by_teacher) == (1, ())
    assert school.worker().run_once() == 1
    assert school.grade() == 60
    assert school.events(first)[-2:] == ["retried 1 missing in the gradebook", "delivered 1 60"]


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
    school.grade_by_hand("participant01", 95, at=MONDAY + timedelta(hours=1))
    found = reconciled(school)
    assert found.changed_by_teacher == (Difference(1, first, MODULE, 60, 95),)
    assert (found.matching, found.sent_again) == (1, ())
    assert school.worker().run_once() == 0
    assert school.grade() == 95


def test_scores_on_another_scale_agree(school: PlaygroundSchool) -> None:
    school.lms.column(MODULE).maximum = 7.0
    two_delivered(school)
    assert reconciled(school).matching == 2


def test_a_line_item_that_cannot_be_read_is_reported(school: PlaygroundSchool) -> None:
    two_delivered(school)
    school.lms.answer_next(503, service="results")
    found = reconciled(school)
    assert found.unreadable == (Unreadable(1, "http_503"),)
    assert (found.line_items_read, found.sent_again) == (0, ())


def test_what_is_still_waiting_is_left_to_the_worker(school: PlaygroundSchool) -> None:
    school.passed("participant01", school.activity(), 60)
    assert reconciled(school) == Reconciliation(school.registration_id, 0, 0, (), (), ())
