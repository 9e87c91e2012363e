"""Scores: what is sent, and how each answer of a platform is read."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from lti_tool.lti.advantage.scores import Delivered, Refused, Score, Unavailable, post_score
from lti_tool.lti.advantage.service_client import ServiceClient
from tests.lti.recording_platform import NOW, RecordingPlatform

SCORE = Score("4", 66.667, 100, NOW)


def post(client: ServiceClient, platform: RecordingPlatform, score: Score = SCORE) -> Delivered | Refused | Unavailable:
    return post_score(client, platform.registration, f"{platform.url}/item?type_id=6", score, now=NOW)


def test_a_final_score_is_sent_with_the_exact_media_type(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/item/scores", 200)
    assert post(client, platform) == Delivered()
    (asked,) = platform.asked_at("/item/scores")
    assert asked.query == {"type_id": ["6"]}
    assert asked.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert json.loads(asked.body) == {
        "userId": "4",
        "timestamp": "2026-11-23T09:30:00.000Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 66.667,
        "scoreMaximum": 100,
    }


def test_a_timestamp_of_another_zone_is_sent_in_utc(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/item/scores", 200)
    berlin = datetime(2026, 11, 23, 10, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=1)))
    post(client, platform, Score("4", 1, 1, berlin))
    sent = json.loads(platform.asked_at("/item/scores")[0].body)
    assert sent["timestamp"] == "2026-11-23T09:30:00.250Z"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_success_counts(client: ServiceClient, platform: RecordingPlatform, status: int) -> None:
    platform.tell("/item/scores", status)
    assert post(client, platform) == Delivered()


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<!DOCTYPE html><html><form action='/login'></form></html>", "text/html; charset=utf-8"),
        (b"\xef\xbb\xbf \n<html><body>Bitte anmelden</body></html>", "text/html"),
        (b"<form method=post>", "application/vnd.ims.lis.v1.score+json"),
        (b"Sitzung beendet <FORM action=/login>", "text/html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "application/xhtml+xml"),
    ],
)
def test_a_page_for_people_is_no_success(
    client: ServiceClient, platform: RecordingPlatform, status: int, body: bytes, content_type: str
) -> None:
    platform.tell("/item/scores", status, body, Content_Type=content_type)
    answer = post(client, platform)
    assert isinstance(answer, Unavailable)
    assert answer.code == "page_instead"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "text/html; charset=utf-8"),
        (b"OK", "text/html"),
        (b"[]", "text/html"),
        (b'{"resultUrl": "https://moodle.test/results/4"}', "application/json"),
    ],
)
def test_whatever_is_no_page_counts_as_success(
    client: ServiceClient, platform: RecordingPlatform, body: bytes, content_type: str
) -> None:
    platform.tell("/item/scores", 200, body, Content_Type=content_type)
    assert post(client, platform) == Delivered()


def test_a_score_not_newer_than_the_platforms_is_told_apart(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/item/scores", 409, [], reason="Refusing score with an earlier timestamp for item 5 and user 4")
    answer = post(client, platform)
    assert isinstance(answer, Refused)
    assert answer.code == "not_newer"


def test_moodles_user_who_cannot_be_graded_is_told_apart_and_not_named(
    client: ServiceClient, platform: RecordingPlatform
) -> None:
    platform.tell("/item/scores", 400, [], reason='Incorrect score received{"userId": "999999"}')
    answer = post(client, platform)
    assert isinstance(answer, Refused)
    assert answer.code == "user_not_gradable"
    assert "999999" not in answer.reason


@pytest.mark.parametrize("status", [400, 404, 405, 406, 410, 415, 422])
def test_refusals_are_for_good(client: ServiceClient, platform: RecordingPlatform, status: int) -> None:
    platform.tell("/item/scores", status)
    assert post(client, platform) == Refused(f"http_{status}", f"The platform answered {status}.")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 302, 303])
def test_trouble_is_for_now(client: ServiceClient, platform: RecordingPlatform, status: int) -> None:
    platform.tell("/item/scores", status)
    assert post(client, platform) == Unavailable(f"http_{status}", f"The platform answered {status}.")


def test_the_platforms_wish_to_wait_is_heard(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/item/scores", 429, Retry_After="120")
    answer = post(client, platform)
    assert isinstance(answer, Unavailable)
    assert answer.retry_after_s == 120


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_died_costs_no_score(client: ServiceClient, platform: RecordingPlatform, status: int) -> None:
    platform.tell("/item/scores", status)
    platform.tell("/item/scores", 200)
    assert post(client, platform) == Delivered()


@pytest.mark.parametrize("status", [401, 403])
def test_what_a_new_token_does_not_help_is_for_good(client: ServiceClient, platform: RecordingPlatform, status: int) -> None:
    platform.tell("/item/scores", status, times=2)
    assert post(client, platform) == Refused(f"http_{status}", f"The platform answered {status}.")


def test_a_refused_token_is_for_now(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/token", 400, {"error": "invalid_client"})
    assert post(client, platform) == Unavailable("token_refused", "invalid_client")


def test_a_foreign_line_item_gets_nothing(client: ServiceClient, platform: RecordingPlatform) -> None:
    answer = post_score(client, platform.registration, "https://evil.example/item", SCORE, now=NOW)
    assert isinstance(answer, Refused)
    assert answer.code == "foreign_address"
    assert platform.asked == []


@pytest.mark.parametrize(("given", "maximum"), [(-1, 10), (11, 10), (0, 0), (1, -1)])
def test_an_impossible_score_cannot_be_made(given: float, maximum: float) -> None:
    with pytest.raises(ValueError, match="between 0 and its maximum"):
        Score("4", given, maximum, NOW)
