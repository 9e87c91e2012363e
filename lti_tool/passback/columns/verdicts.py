"""What a comparison makes of one delivery: the pure rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lti_tool.lti.advantage.results import ToldResult
from lti_tool.passback import delivery as states
from lti_tool.passback.columns.standing import Match, match

# Two numbers of the platform's that are the same, once in our scale.
_SAME = 0.01


@dataclass(frozen=True, slots=True)
class Compared:
    """A delivery that has arrived once, as far as comparing goes."""

    id: int
    version: int
    user_id: int
    user_sub: str
    module_slug: str
    score_given: float
    state: str
    last_error: str
    delivered_at: datetime | None
    sent_of: float | None
    standing: float | None
    """What the last comparison found instead of ours."""
    is_gone: bool
    """The person is no longer in the course."""


class Verdict(StrEnum):
    AGREES = "agrees"
    SEND_AGAIN = "send_again"
    """It never was in this column, or an older one of ours stands there, or ours in points of another column."""
    UNCONVERTED = "unconverted"
    """Ours stands there point for point, and we cannot mend that."""
    BY_TEACHER = "by_teacher"
    EMPTIED = "emptied"
    LEFT = "left"
    """Nothing stands there for somebody who is no longer in the course."""


def judge(
    row: Compared,
    standing: ToldResult | None,
    held: Sequence[float],
    *,
    column_maximum: float | None,
    column_since: datetime | None,
) -> Verdict:
    """Decide what is to be done about a delivery that has arrived once.

    Nothing is put back into a cell that somebody has emptied, and a grade that is none of ours stays. An older one of ours is
    written over once; if it stands there again, somebody wants it so.

    Args:
        standing: what stands there now; None: nothing.
        held: the scores that the delivery has held so far.
        column_since: since when the column is this one.
    """
    if standing is None:
        is_of_another_column = column_since is not None and row.delivered_at is not None and row.delivered_at < column_since
        if is_of_another_column and row.state == states.DELIVERED:
            return Verdict.SEND_AGAIN
        return Verdict.LEFT if row.is_gone else Verdict.EMPTIED
    found = match(standing, row.score_given, column_maximum=column_maximum, sent_of=row.sent_of)
    if found is Match.SAME:
        return Verdict.AGREES
    if found is Match.UNCONVERTED:
        can_mend = column_maximum is not None and column_maximum != (row.sent_of or states.SCORE_MAXIMUM)
        return Verdict.SEND_AGAIN if can_mend else Verdict.UNCONVERTED
    is_older = any(match(standing, score, column_maximum=column_maximum) is not Match.OTHER for score in held)
    was_written_over = row.standing is not None and abs(row.standing - standing.of_100) <= _SAME
    if is_older and not was_written_over and row.last_error != states.KEPT_BY_TEACHER:
        return Verdict.SEND_AGAIN
    return Verdict.BY_TEACHER
