"""Rules of attempts: how many, when the next may begin, which one counts (curriculum, section 6, Attempts)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lti_tool.domain.content.programme import AssessmentRules


@dataclass(frozen=True)
class Try:
    """One attempt as these rules see it; `points` and `is_passed` are None while it is open."""

    number: int
    started_at: datetime
    submitted_at: datetime | None
    points: float | None
    points_possible: int
    is_passed: bool | None
    ends_at: datetime | None = None
    """When its time is over; None: no limit."""
    is_ended_by_time: bool = False


class NextTry(StrEnum):
    """What a person can do about the quiz now."""

    START = "start"
    RESUME = "resume"
    WAIT = "wait"
    NONE_LEFT = "none_left"


@dataclass(frozen=True)
class QuizStanding:
    """Where a person stands with a module's quiz."""

    next_try: NextTry
    next_number: int
    """Number of the open attempt, or of the one that could begin next."""
    left: int
    """Attempts that can still be begun."""
    allowed: int
    waits_until: datetime | None
    best: Try | None
    is_passed: bool

    @property
    def shows_solutions(self) -> bool:
        """Full solutions only after passing or after the last attempt."""
        return self.is_passed or self.next_try is NextTry.NONE_LEFT


def standing(tries: Sequence[Try], rules: AssessmentRules, *, unlocked: int = 0, now: datetime) -> QuizStanding:
    """Work out what is possible next.

    Args:
        tries: All attempts at this module, in any order.
        unlocked: Further attempts that the Lernbegleitung has granted.
    """
    submitted = [attempt for attempt in tries if attempt.submitted_at is not None]
    open_try = next((attempt for attempt in tries if attempt.submitted_at is None), None)
    allowed = rules.attempts + unlocked
    number = open_try.number if open_try else max((attempt.number for attempt in tries), default=0) + 1
    waits_until = None if open_try else _end_of_wait(submitted, number, rules, now)
    return QuizStanding(
        next_try=_next_try(open_try is not None, number, allowed, waits_until),
        next_number=number,
        left=max(0, allowed - len(tries)),
        allowed=allowed,
        waits_until=waits_until,
        best=best_of(submitted),
        is_passed=any(attempt.is_passed for attempt in submitted),
    )


def best_of(tries: Sequence[Try]) -> Try | None:
    """Give the attempt that counts: the best share of points, the earlier one of two equals."""
    submitted = [attempt for attempt in tries if attempt.points is not None]
    return max(submitted, key=lambda attempt: ((attempt.points or 0) / attempt.points_possible, -attempt.number), default=None)


def _next_try(is_open: bool, number: int, allowed: int, waits_until: datetime | None) -> NextTry:
    if is_open:
        return NextTry.RESUME
    if number > allowed:
        return NextTry.NONE_LEFT
    return NextTry.WAIT if waits_until else NextTry.START


def _end_of_wait(submitted: Sequence[Try], number: int, rules: AssessmentRules, now: datetime) -> datetime | None:
    """Tell until when the last regular attempt must wait; attempts granted beyond it come without a wait."""
    if number != rules.attempts or not submitted:
        return None
    last = max(attempt.submitted_at for attempt in submitted if attempt.submitted_at is not None)
    end = last + timedelta(hours=rules.wait_hours_before_last)
    return end if now < end else None
