"""Scores follow the rules that Moodle 4.2.3 was seen to follow; the sequences are the recorded ones."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.playground import Playground
from lti_tool.playground.advantage.line_items import LineItems
from lti_tool.playground.state import Column

Post = Callable[..., TestResponse]
Bearer = Callable[..., dict[str, str]]

MODULE = "grundlagen-und-strategie"
RESULTS = {"Accept": "application/vnd.ims.lis.v2.resultcontainer+json"}


@pytest.fixture
def stand_alone(lms: Playground) -> int:
    """A column of 50 points that the tool made itself."""
    answer = LineItems(lms.site).create(lms.site.tool("1"), {"label": "Extra", "scoreMaximum": 50}, {})
    assert answer.status == 201
    return lms.columns[-1].id


def wait(lms: Playground, seconds: float) -> None:
    lms.move_clock(lms.site.clock_offset.total_seconds() + seconds)


def value(lms: Playground, column: str | int = MODULE, user: str = "4") -> float | None:
    grade = lms.grade(user, column)
    return grade.score if grade else None


def test_a_score_is_rescaled_to_the_column(lms: Playground, post_score: Post) -> None:
    answer = post_score(comment="Gut gemacht: ä ö ü ß <b>x</b>")
    assert answer.status == "200 OK"
    assert answer.content_type == "application/vnd.ims.lis.v1.score+json; charset=utf-8"
    assert answer.data == b""
    grade = lms.grade("participant01", MODULE)
    assert grade is not None
    assert (grade.score, grade.maximum, grade.comment) == (80, 100, "Gut gemacht: ä ö ü ß <b>x</b>")


@pytest.mark.parametrize(
    ("given", "maximum", "stored"),
    [(0, 10, 0), (12, 10, 100), (-1, 10, 0), (41.25, 100, 41.25), (1, 0, 1), ("7", 10, 70), (2, 3, 66.66667)],
)
def test_scores_are_cut_to_the_scale(lms: Playground, post_score: Post, given: float, maximum: float, stored: float) -> None:
    assert post_score(scoreGiven=given, scoreMaximum=maximum).status_code == 200
    assert value(lms) == stored


def test_an_activitys_grade_is_stored_with_the_time_of_receipt(lms: Playground, post_score: Post) -> None:
    assert post_score(at_s=-100, scoreGiven=5).status_code == 200
    grade = lms.grade("4", MODULE)
    assert grade is not None
    assert grade.stored_at == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    refused = post_score(at_s=-50, scoreGiven=6)
    column = lms.column(MODULE).id
    assert refused.status == f"409 Refusing score with an earlier timestamp for item {column} and user 4"
    assert refused.get_json() == []
    assert value(lms) == 50


def test_a_second_score_in_the_same_second_is_refused(lms: Playground, post_score: Post) -> None:
    assert post_score(scoreGiven=5).status_code == 200
    assert post_score(at_s=0.9, scoreGiven=6).status_code == 409


def test_a_later_score_replaces_even_a_higher_one(lms: Playground, post_score: Post) -> None:
    post_score(scoreGiven=9)
    wait(lms, 2)
    assert post_score(scoreGiven=2).status_code == 200
    assert value(lms) == 20


def test_a_tool_clock_that_lags_is_refused_until_it_has_caught_up(lms: Playground, post_score: Post) -> None:
    assert post_score(at_s=-30, scoreGiven=5).status_code == 200
    wait(lms, 12)
    assert post_score(at_s=-30, scoreGiven=6).status_code == 409
    wait(lms, 25)
    assert post_score(at_s=-30, scoreGiven=6).status_code == 200


def test_a_future_timestamp_blocks_nothing_on_an_activity(lms: Playground, post_score: Post) -> None:
    assert post_score(at_s=3600, scoreGiven=5).status_code == 200
    wait(lms, 2)
    assert post_score(scoreGiven=6).status_code == 200


def test_a_stand_alone_column_keeps_the_scores_own_time(lms: Playground, post_score: Post, stand_alone: int) -> None:
    assert post_score(column=stand_alone, at_s=-100, scoreGiven=5).status_code == 200
    assert post_score(column=stand_alone, at_s=-50, scoreGiven=6).status_code == 200
    assert post_score(column=stand_alone, at_s=-50, scoreGiven=7).status_code == 409
    assert value(lms, stand_alone) == 30


def test_a_future_timestamp_blocks_a_stand_alone_column(lms: Playground, post_score: Post, stand_alone: int) -> None:
    post_score(column=stand_alone, at_s=3600, scoreGiven=5)
    wait(lms, 2)
    assert post_score(column=stand_alone, scoreGiven=6).status_code == 409


def test_an_unchanged_value_does_not_move_the_stored_time(lms: Playground, post_score: Post) -> None:
    post_score(scoreGiven=8)
    wait(lms, 3)
    assert post_score(scoreGiven=8).status_code == 200
    grade = lms.grade("4", MODULE)
    assert grade is not None
    assert grade.stored_at == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    assert post_score(at_s=-1, scoreGiven=9).status_code == 200


@pytest.mark.parametrize("progress", ["Pending", "PendingManual", "Failed", "NotReady", "Fertig"])
def test_anything_but_fully_graded_erases_an_activitys_grade(lms: Playground, post_score: Post, progress: str) -> None:
    post_score(scoreGiven=5, comment="erste Rückmeldung")
    wait(lms, 2)
    assert post_score(scoreGiven=5, gradingProgress=progress).status_code == 200
    assert lms.grade("4", MODULE) is None


def test_after_erasing_an_activitys_grade_any_old_timestamp_is_taken(lms: Playground, post_score: Post) -> None:
    post_score(scoreGiven=5)
    wait(lms, 2)
    post_score(gradingProgress="NotReady", activityProgress="InProgress", scoreGiven=None, scoreMaximum=None)
    assert post_score(at_s=-600, scoreGiven=3).status_code == 200
    assert value(lms) == 30


def test_after_erasing_a_stand_alone_grade_later_timestamps_are_needed(
    lms: Playground, post_score: Post, stand_alone: int
) -> None:
    post_score(column=stand_alone, scoreGiven=5)
    wait(lms, 2)
    post_score(column=stand_alone, gradingProgress="NotReady")
    assert lms.grade("4", stand_alone) is None
    assert post_score(column=stand_alone, at_s=-600, scoreGiven=3).status_code == 409


@pytest.mark.parametrize("progress", ["Initialized", "Started", "InProgress", "Submitted", "Completed"])
def test_activity_progress_has_no_effect(lms: Playground, post_score: Post, progress: str) -> None:
    post_score(activityProgress=progress)
    assert value(lms) == 80


def test_a_score_without_comment_erases_the_comment(lms: Playground, post_score: Post) -> None:
    post_score(scoreGiven=5, comment="Kommentar 1")
    wait(lms, 2)
    post_score(scoreGiven=6)
    grade = lms.grade("4", MODULE)
    assert grade is not None
    assert grade.comment is None


def test_fully_graded_without_a_score_keeps_only_the_comment(lms: Playground, post_score: Post) -> None:
    post_score(scoreGiven=6)
    wait(lms, 2)
    post_score(scoreGiven=None, scoreMaximum=None, comment="nur Kommentar")
    grade = lms.grade("4", MODULE)
    assert grade is not None
    assert (grade.score, grade.comment) == (None, "nur Kommentar")


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": "999999"},
        {"userId": "3"},
        {"userId": "2"},
        {"userId": None},
        {"timestamp": None},
        {"timestamp": "gestern"},
        {"timestamp": "2026-13-45T00:00:00Z"},
        {"activityProgress": None},
        {"gradingProgress": None},
        {"scoreMaximum": None},
        {"scoreGiven": "viel"},
    ],
)
def test_a_score_that_cannot_be_is_refused_with_an_empty_list(lms: Playground, post_score: Post, changes: dict[str, Any]) -> None:
    answer = post_score(**changes)
    assert answer.status_code == 400
    assert answer.status.startswith("400 Incorrect score received{")
    assert answer.get_json() == []
    assert value(lms) is None


def test_a_user_id_that_is_no_number_breaks_the_platform(post_score: Post) -> None:
    answer = post_score(userId="abc")
    assert answer.status == "502 Bad Gateway"
    assert answer.content_type == "text/html"


@pytest.mark.parametrize(
    "timestamp",
    ["2026-11-23T05:30:01Z", "2026-11-23T05:30:01.123456Z", "2026-11-23T06:30:01+01:00", "2026-11-23T06:30:01", "2026-11-24"],
)
def test_any_iso_form_of_a_timestamp_is_taken(lms: Playground, post_score: Post, timestamp: str) -> None:
    assert post_score(timestamp=timestamp).status_code == 200


def test_suspended_participants_are_graded_and_unenrolled_ones_are_not(lms: Playground, post_score: Post) -> None:
    lms.suspend("participant02")
    lms.unenrol("participant03")
    assert post_score(userId="5").status_code == 200
    assert post_score(userId="6").status_code == 400


def test_a_numeric_user_id_and_more_members_are_taken(lms: Playground, post_score: Post) -> None:
    assert post_score(userId=4, submission={"startedAt": "2026-11-23T05:28:13Z"}, scoringUserId="3").status_code == 200
    assert value(lms) == 80


def test_emoji_in_a_refused_body_do_not_break_the_status_line(post_score: Post) -> None:
    answer = post_score(userId="999999", comment="Zeile 1\nZeile 2 😀")
    assert answer.status.isascii()
    assert "\n" not in answer.status


def test_what_arrived_is_remembered_with_its_answer(lms: Playground, post_score: Post) -> None:
    post_score()
    post_score(at_s=-10)
    received = lms.scores_received
    assert [(each.user, each.status, each.body["scoreGiven"]) for each in received] == [("4", 200, 8), ("4", 409, 8)]


@pytest.fixture
def get_results(lms: Playground, client: FlaskClient, bearer: Bearer) -> Callable[..., TestResponse]:
    def get(column: Column, more: str = "", **headers: str) -> TestResponse:
        url = f"/mod/lti/services.php/2/lineitems/{column.id}/lineitem/results?type_id=1{more}"
        return client.get(url, headers={**bearer(), **RESULTS, **headers})

    return get


def test_results_list_only_users_with_a_grade(
    lms: Playground, post_score: Post, get_results: Callable[..., TestResponse]
) -> None:
    post_score(comment="Gut: äöüß")
    post_score(userId="5", scoreGiven=0)
    post_score(userId="6", gradingProgress="Pending")
    column = lms.column(MODULE)
    answer = get_results(column)
    base = f"http://127.0.0.1:8001/mod/lti/services.php/2/lineitems/{column.id}/lineitem"
    assert answer.content_type == "application/vnd.ims.lis.v2.resultcontainer+json; charset=utf-8"
    assert answer.get_json() == [
        {
            "id": f"{base}/results?type_id=1&user_id=4",
            "userId": "4",
            "resultScore": 80,
            "resultMaximum": 100,
            "comment": "Gut: äöüß",
            "scoreOf": f"{base}?type_id=1",
            "timestamp": "2026-11-23T06:30:00+01:00",
        },
        {
            "id": f"{base}/results?type_id=1&user_id=5",
            "userId": "5",
            "resultScore": 0,
            "resultMaximum": 100,
            "scoreOf": f"{base}?type_id=1",
            "timestamp": "2026-11-23T06:30:00+01:00",
        },
    ]


def test_results_of_one_user(lms: Playground, post_score: Post, get_results: Callable[..., TestResponse]) -> None:
    post_score()
    post_score(userId="5")
    column = lms.column(MODULE)
    assert [each["userId"] for each in get_results(column, "&user_id=5").get_json()] == ["5"]
    assert get_results(column, "&user_id=99999").get_json() == []


def test_a_limit_on_results_fails_as_in_moodle(lms: Playground, get_results: Callable[..., TestResponse]) -> None:
    answer = get_results(lms.column(MODULE), "&limit=3")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
