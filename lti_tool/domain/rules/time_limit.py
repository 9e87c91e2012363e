"""When an attempt with a time limit ends: fixed at its start, prolonged by an extension, never shortened (WCAG 2.2, 2.2.1)."""

from datetime import datetime, timedelta

from lti_tool.domain.rules.course import minutes_for

NETWORK_GRACE = timedelta(seconds=30)
"""An answer sent in the last moment is still taken so long after the end; nobody loses it to a slow line."""


def end_of(started_at: datetime, time_limit_min: int | None, extra_pct: int) -> datetime | None:
    """Give the end of an attempt; None: it has no limit."""
    minutes = minutes_for(time_limit_min, extra_pct)
    return None if minutes is None else started_at + timedelta(minutes=minutes)


def prolonged(ends_at: datetime | None, started_at: datetime, time_limit_min: int | None, extra_pct: int) -> datetime | None:
    """Give the end of an open attempt after its owner's extension has changed; a smaller one takes nothing away."""
    end = end_of(started_at, time_limit_min, extra_pct)
    return ends_at if ends_at is None or end is None else max(ends_at, end)


def is_over(ends_at: datetime | None, now: datetime) -> bool:
    """Tell whether the time that the person was told is used up."""
    return ends_at is not None and now >= ends_at


def is_overdue(ends_at: datetime | None, now: datetime) -> bool:
    """Tell whether nothing is taken any more: anybody who looks now hands the attempt in."""
    return ends_at is not None and now > ends_at + NETWORK_GRACE
