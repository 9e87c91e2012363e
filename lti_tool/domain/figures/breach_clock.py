"""The 72 hours of a data breach: when they end, how many are left, and what is due at which hour."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SATURDAY = 5


@dataclass(frozen=True)
class ClockMark:
    """What should be done by an hour after the breach became known."""

    hour: int
    text: str


@dataclass(frozen=True)
class BreachClock:
    hours: int
    zone: str
    marks: tuple[ClockMark, ...]


@dataclass(frozen=True)
class MarkState:
    mark: ClockMark
    due_at: datetime
    is_due: bool
    """The hour has come."""


@dataclass(frozen=True)
class ClockState:
    known_at: datetime
    ends_at: datetime
    hours_left: float
    """Below 0: the time is over."""
    is_over: bool
    weekend_hours: int
    """Hours of the period that fall on a Saturday or Sunday: they count like all others."""
    marks: tuple[MarkState, ...]


def read_clock(data: BreachClock, known_at: datetime, *, now: datetime) -> ClockState:
    """Tell where the clock stands. Hours are real ones: a change of summer time makes none longer or shorter.

    Args:
        known_at: when the authority learnt of it; without a zone, by the figure's clock.
    """
    zone = ZoneInfo(data.zone)
    begun = (known_at if known_at.tzinfo else known_at.replace(tzinfo=zone)).astimezone(UTC)
    moment = now.astimezone(UTC)
    ends = begun + timedelta(hours=data.hours)
    weekend = sum((begun + timedelta(hours=hour)).astimezone(zone).weekday() >= _SATURDAY for hour in range(data.hours))
    marks = tuple(
        MarkState(mark, (begun + timedelta(hours=mark.hour)).astimezone(zone), moment >= begun + timedelta(hours=mark.hour))
        for mark in data.marks
    )
    left = (ends - moment).total_seconds() / 3600
    return ClockState(begun.astimezone(zone), ends.astimezone(zone), left, left < 0, weekend, marks)
