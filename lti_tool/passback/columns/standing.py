"""What stands in a gradebook, and whether it is ours: the pure rules of comparing a result with a score."""

from enum import StrEnum

from lti_tool.lti.advantage.results import ToldResult
from lti_tool.passback.delivery import SCORE_MAXIMUM

# Of the column's points: half of what a column shows as its smallest step is never taken for more than this.
_MOST_TOLERANCE = 0.05
# Platforms keep five decimals (Moodle) or scale to the column's points: this far apart, of 100, is still the same score.
_LEAST_TOLERANCE = 0.01


class Match(StrEnum):
    """How a result goes with a score of ours."""

    SAME = "same"
    UNCONVERTED = "unconverted"
    """The points that we sent stand there as they came, in a column of another size."""
    OTHER = "other"


def match(standing: ToldResult, score: float, *, column_maximum: float | None = None, sent_of: float | None = None) -> Match:
    """Tell whether a result is a score of ours.

    It is where it shows the score in the result's own scale, or in the column's: Moodle 4.5 goes on telling the maximum of
    before after a teacher has changed it. A column may round: what is half of its smallest step away is the same.

    Args:
        score: points of 100.
        column_maximum: the column's points, where we have read them.
        sent_of: the maximum that the score was last sent with.
    """
    if any(_shows(standing.given, score, of) for of in _known(standing.maximum, column_maximum)):
        return Match.SAME
    if any(_shows(standing.given, score, of) for of in _known(sent_of, SCORE_MAXIMUM)):
        return Match.UNCONVERTED
    return Match.OTHER


def points_in(maximum: float, score: float) -> float:
    """Give a score of 100 in a column's own points, as exactly as platforms keep them."""
    return min(round(score * maximum / SCORE_MAXIMUM, 5), maximum)


def _known(*maxima: float | None) -> list[float]:
    return [maximum for maximum in maxima if maximum is not None and maximum > 0]


def _shows(given: float, score: float, maximum: float) -> bool:
    """Tell whether a score, in points of `maximum` and rounded as the given number is, is that number."""
    distance = abs(given - score * maximum / SCORE_MAXIMUM)
    least = _LEAST_TOLERANCE * maximum / SCORE_MAXIMUM
    if given == 0:
        # Nobody's rounding makes nothing of a score; a teacher's zero does.
        return distance <= least
    # A hair more, for half a step is seldom a float to the letter.
    return distance <= max(least, min(_half_step(given), _MOST_TOLERANCE * maximum)) + 1e-9


def _half_step(given: float) -> float:
    """Give half of the last place that a number is written with: 7 → 0.5, 6.7 → 0.05."""
    text = f"{given:.6f}".rstrip("0")
    decimals = len(text) - text.index(".") - 1
    return float(0.5 * 10**-decimals)
