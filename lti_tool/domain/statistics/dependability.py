"""How far a single result can be trusted (generalizability theory, absolute decisions; Brennan 2001)."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from lti_tool.domain.statistics.item_sums import WHOLE, QuizSums

SHOWN_FROM: Final = 50
"""So many first attempts make the figures worth showing."""


@dataclass(frozen=True)
class Dependability:
    """Of a quiz whose items are drawn anew for each person, so that items are nested in people; shares from 0 to 1."""

    phi: float
    """Which part of the differences between results is between people."""
    standard_error: float
    """Of a single result."""
    mean: float
    deviation: float


def dependability_of(sums: QuizSums, *, items: int) -> Dependability | None:
    """Return how dependable a quiz is; None where too few people, or items, tell.

    Args:
        items: how many questions an attempt has.
    """
    attempts = sums.attempts
    if attempts < 2 or items < 2:
        return None
    between = (sums.sum_tt / items - sums.sum_t**2 / (items * attempts)) / (attempts - 1) / WHOLE**2
    within = (sums.sum_xx - sums.sum_tt / items) / (attempts * (items - 1)) / WHOLE**2
    return Dependability(
        phi=max(0.0, 1 - within / between) if between else 0.0,
        standard_error=sqrt(within / items),
        mean=sums.sum_t / attempts / items / WHOLE,
        deviation=sqrt(between / items),
    )
