"""Results: what is read of a column, whatever a platform puts into it."""

from datetime import UTC, datetime

import pytest

from lti_tool.lti.advantage.results import ToldResult, read_results
from lti_tool.lti.advantage.service_client import ServiceClient
from tests.lti.recording_platform import NOW, RecordingPlatform


def results(client: ServiceClient, platform: RecordingPlatform, **asked: str) -> dict[str, ToldResult]:
    return read_results(client, platform.registration, f"{platform.url}/item?type_id=6", now=NOW, **asked)


def test_results_come_by_the_users_sub(client: ServiceClient, platform: RecordingPlatform) -> None:
    entry = {"userId": "4", "resultScore": 8.5, "resultMaximum": 10, "timestamp": "2026-11-23T10:30:00+01:00"}
    platform.tell("/item/results", 200, [entry, {"userId": 5, "resultScore": 0.4}])
    moment = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert results(client, platform) == {"4": ToldResult(8.5, 10, moment), "5": ToldResult(0.4, 1.0)}


def test_one_user_is_asked_for_and_no_limit_is_named(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/item/results", 200, [])
    assert results(client, platform, user_id="4") == {}
    (asked,) = platform.asked_at("/item/results")
    assert asked.query == {"type_id": ["6"], "user_id": ["4"]}


@pytest.mark.parametrize(
    "document",
    [
        {},
        None,
        [None, 1, "4", []],
        [{"resultScore": 1}],
        [{"userId": "4"}],
        [{"userId": "4", "resultScore": None}],
        [{"userId": "4", "resultScore": "viel"}],
    ],
)
def test_what_holds_no_score_is_no_result(client: ServiceClient, platform: RecordingPlatform, document: object) -> None:
    platform.tell("/item/results", 200, document)
    assert results(client, platform) == {}


@pytest.mark.parametrize(("maximum", "moment"), [(0, "gestern"), (-1, 17), ("x", "2026-11-23T10:30:00")])
def test_an_odd_maximum_or_moment_does_not_hide_the_score(
    client: ServiceClient, platform: RecordingPlatform, maximum: object, moment: object
) -> None:
    entry = {"userId": "4", "resultScore": 0.5, "resultMaximum": maximum, "timestamp": moment}
    platform.tell("/item/results", 200, [entry])
    assert results(client, platform) == {"4": ToldResult(0.5, 1.0)}
