"""When an attempt ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.rules.course import EXTRA_TIMES_PCT, TIME_LIMITS_MIN
from lti_tool.domain.rules.time_limit import NETWORK_GRACE, end_of, is_over, is_overdue, prolonged

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
limits = st.integers(TIME_LIMITS_MIN.start, TIME_LIMITS_MIN.stop - 1)
extensions = st.sampled_from(EXTRA_TIMES_PCT)


@pytest.mark.parametrize(
    ("limit", "extra", "end"),
    [(30, 0, "10:00"), (30, 50, "10:15"), (25, 25, "10:02"), (45, 100, "11:00"), (None, 50, None)],
)
def test_the_end_counts_from_the_start(limit: int | None, extra: int, end: str | None) -> None:
    found = end_of(START, limit, extra)
    assert (f"{found:%H:%M}" if found else None) == end


@pytest.mark.parametrize(
    ("after_s", "over", "overdue"), [(-1, False, False), (0, True, False), (30, True, False), (30.001, True, True)]
)
def test_answers_are_taken_for_half_a_minute_after_the_end(after_s: float, over: bool, overdue: bool) -> None:
    now = START + timedelta(seconds=after_s)
    assert (is_over(START, now), is_overdue(START, now)) == (over, overdue)


def test_an_attempt_without_a_limit_never_ends() -> None:
    far = START + timedelta(days=4000)
    assert not is_over(None, far)
    assert not is_overdue(None, far)
    assert prolonged(None, START, 30, 100) is None


@given(limits, extensions, st.lists(extensions, max_size=6))
def test_however_an_extension_changes_the_end_only_moves_later(limit: int, first: int, later: list[int]) -> None:
    ends_at = end_of(START, limit, first)
    for pct in later:
        moved = prolonged(ends_at, START, limit, pct)
        assert ends_at is not None
        assert moved is not None
        assert moved >= ends_at
        ends_at = moved
    assert ends_at == end_of(START, limit, max([first, *later]))


@given(limits, extensions, st.floats(0, 20000))
def test_what_is_overdue_was_over_before(limit: int, extra: int, seconds: float) -> None:
    ends_at = end_of(START, limit, extra)
    now = START + timedelta(seconds=seconds)
    assert is_over(ends_at, now) or not is_overdue(ends_at, now)
    assert is_over(ends_at, now) == is_overdue(ends_at, now + NETWORK_GRACE + timedelta(microseconds=1))
