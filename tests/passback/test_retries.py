"""The pure rules: how long to wait, when to give up, how to date a score."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.passback.delivering.retries import delay_before, is_time_to_give_up, next_timestamp

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NO_LEAD = timedelta(0)


class _Fixed(random.Random):
    """Chance that always falls to the same side."""

    def __init__(self, *, low: bool) -> None:
        super().__init__(0)
        self._low = low

    def uniform(self, a: float, b: float) -> float:
        return a if self._low else b


SHORTEST = _Fixed(low=True)
LONGEST = _Fixed(low=False)


@pytest.mark.parametrize(
    ("tries", "shortest_s", "longest_s"),
    [(1, 30, 60), (2, 60, 120), (3, 120, 240), (9, 7680, 15360), (10, 10800, 21600), (70, 10800, 21600), (5000, 10800, 21600)],
)
def test_the_delay_doubles_from_half_a_minute_to_six_hours(tries: int, shortest_s: int, longest_s: int) -> None:
    assert delay_before(tries, retry_after_s=None, chance=SHORTEST) == timedelta(seconds=shortest_s)
    assert delay_before(tries, retry_after_s=None, chance=LONGEST) == timedelta(seconds=longest_s)


def test_the_delay_is_spread_by_chance() -> None:
    chance = random.Random(7)
    assert len({delay_before(3, retry_after_s=None, chance=chance) for _ in range(50)}) == 50


def test_what_the_platform_asks_for_is_waited_out() -> None:
    assert delay_before(1, retry_after_s=900, chance=SHORTEST) == timedelta(seconds=900)
    assert delay_before(1, retry_after_s=900, chance=LONGEST) == timedelta(seconds=990)


def test_a_short_wait_asked_for_by_the_platform_is_taken() -> None:
    assert delay_before(1, retry_after_s=2, chance=SHORTEST) == timedelta(seconds=2)


def test_retry_after_zero_still_leaves_a_second() -> None:
    assert delay_before(1, retry_after_s=0, chance=SHORTEST) == timedelta(seconds=1)


def test_a_platform_that_says_two_seconds_for_ever_is_not_believed_for_ever() -> None:
    assert delay_before(6, retry_after_s=2, chance=SHORTEST) == timedelta(seconds=960)


def test_a_platform_cannot_ask_for_more_than_a_day() -> None:
    assert delay_before(1, retry_after_s=10**9, chance=SHORTEST) == timedelta(hours=24)


def test_giving_up_needs_fourteen_days() -> None:
    assert not is_time_to_give_up(60, waiting_since=NOW - timedelta(days=13, hours=23), now=NOW)
    assert is_time_to_give_up(60, waiting_since=NOW - timedelta(days=14), now=NOW)


def test_giving_up_needs_some_tries_whatever_the_age() -> None:
    assert not is_time_to_give_up(7, waiting_since=NOW - timedelta(days=90), now=NOW)


def test_a_score_is_dated_with_the_time_of_sending() -> None:
    assert next_timestamp(NOW, last=None, platform_lead=NO_LEAD) == NOW
    assert next_timestamp(NOW, last=NOW - timedelta(hours=1), platform_lead=NO_LEAD) == NOW


def test_a_score_is_dated_a_second_after_the_last_one() -> None:
    last = NOW - timedelta(milliseconds=300)
    assert next_timestamp(NOW, last=last, platform_lead=NO_LEAD) == NOW + timedelta(milliseconds=700)


def test_a_score_follows_a_platform_whose_clock_is_ahead() -> None:
    assert next_timestamp(NOW, last=None, platform_lead=timedelta(seconds=30)) == NOW + timedelta(seconds=31)


def test_a_platform_whose_clock_lags_changes_nothing() -> None:
    assert next_timestamp(NOW, last=None, platform_lead=timedelta(seconds=-300)) == NOW


def test_a_score_is_dated_later_than_the_result_in_its_way() -> None:
    standing = NOW + timedelta(minutes=5)
    dated = next_timestamp(NOW, last=None, platform_lead=NO_LEAD, later_than=standing)
    assert dated == NOW + timedelta(minutes=5, seconds=1)


def test_a_result_from_the_far_future_is_not_followed_beyond_a_day() -> None:
    far = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    dated = next_timestamp(NOW, last=None, platform_lead=NO_LEAD, later_than=far)
    assert dated == NOW + timedelta(days=1, seconds=1)


def test_the_last_timestamp_is_passed_even_where_it_lies_in_the_future() -> None:
    last = NOW + timedelta(days=3)
    assert next_timestamp(NOW, last=last, platform_lead=NO_LEAD) == NOW + timedelta(days=3, seconds=1)
