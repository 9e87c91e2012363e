"""Results as other platforms write them, and hostile ones; on both engines."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from lti_tool.models.database import Database
from lti_tool.passback.columns.read_lists import ListsRead, read_lists
from lti_tool.passback.columns.reconcile import reconcile_all
from lti_tool.passback.ports import Gradebooks
from lti_tool.playground.advantage.answers import Answer
from lti_tool.playground.state import Tool
from tests.passback.school import PlaygroundSchool
from tests.passback.test_reconcile import reconciled, two_delivered


def answer_with(school: PlaygroundSchool, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let the platform's results be this text."""

    def results(tool: Tool, column_id: str, query: Mapping[str, str]) -> Answer:
        return Answer(200, "OK", text, "application/vnd.ims.lis.v2.resultcontainer+json")

    monkeypatch.setattr(school.lms.scores, "results", results)


def result(user: str, score: object, maximum: object = 100) -> dict[str, object]:
    return {"userId": user, "resultScore": score, "resultMaximum": maximum}


@pytest.mark.parametrize(
    ("score", "maximum"), [("60", "100"), ("60.0", "100.00"), ("6,0", "10"), (0.6, None), ("0.6", ""), (60, "100 ")]
)
def test_numbers_in_texts_are_numbers(
    school: PlaygroundSchool, monkeypatch: pytest.MonkeyPatch, score: object, maximum: object
) -> None:
    two_delivered(school)
    answer_with(school, monkeypatch, json.dumps([result("4", score, maximum), result("5", "66.667", "100")]))
    found = reconciled(school)
    assert (found.matching, found.sent_again, found.changed_by_teacher) == (2, (), ())


@pytest.mark.parametrize(
    "score",
    ["1" + "0" * 400, "NaN", "Infinity", "-Infinity", '"1e999"', "1" + "0" * 5000, "[" * 100_000, "true", '"\\ud800"'],
    ids=lambda text: text[:12],
)
def test_a_result_that_is_no_number_ends_nothing(school: PlaygroundSchool, monkeypatch: pytest.MonkeyPatch, score: str) -> None:
    two_delivered(school)
    answer_with(school, monkeypatch, f'[{{"userId": "4", "resultScore": {score}, "resultMaximum": 100}}]')
    reconciled(school)


def test_entries_of_any_shape_are_passed_over(school: PlaygroundSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    two_delivered(school)
    entries: list[object] = [
        None,
        5,
        "x",
        [],
        {},
        {"userId": None},
        {"userId": {}},
        result("\ud800", 1),
        result("5", 66.667),
        {"userId": 4, "resultScore": 60, "resultMaximum": 100},
    ]
    answer_with(school, monkeypatch, json.dumps(entries))
    assert reconciled(school).matching == 2


def test_after_any_failure_the_next_registration_is_compared(
    school: PlaygroundSchool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    two_delivered(school)
    second = school.second_registration()
    second.link("99", line_item_url=None, line_items_url=None)
    read: list[int | None] = []

    def lists(database: Database, gradebooks: Gradebooks, course_id: int, **arguments: Any) -> ListsRead:
        read.append(arguments["only"])
        if arguments["only"] == school.registration_id:
            raise ZeroDivisionError
        return read_lists(database, gradebooks, course_id, **arguments)

    monkeypatch.setattr("lti_tool.passback.columns.reconcile.read_lists", lists)
    caplog.set_level(logging.INFO, logger="lti_tool")
    reconcile_all(school.database, school.gradebooks, clock=school.time)
    assert read == [school.registration_id, second.registration_id]
    assert "item_failed" in caplog.text
    assert "gradebooks_not_compared" in caplog.text
