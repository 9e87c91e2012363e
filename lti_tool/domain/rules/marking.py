"""Marks attempts: each item is worth one point, by the rules of the curriculum, section 6 (Scoring); its type says how."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lti_tool.domain.items import Item
from lti_tool.domain.items.base import FULL, NONE, Answer


@dataclass(frozen=True)
class Mark:
    """What an attempt won. `points` is the sum, rounded once to two decimals; `per_item` is exact."""

    points: float
    points_possible: int
    is_passed: bool
    per_item: tuple[Fraction, ...]


def mark(items: Sequence[Item | None], answers: Sequence[Answer | None], *, pass_mark_pct: int) -> Mark:
    """Mark one attempt.

    Args:
        items: The drawn items; None stands for one that the authors have withdrawn since. It counts as answered in
            full, so that nobody loses by a correction of the pool.
        answers: One for each item, None where nothing was answered.
    """
    per_item = tuple(FULL if item is None else item.points_for(answer) for item, answer in zip(items, answers, strict=True))
    total = _rounded(sum(per_item, NONE))
    return Mark(float(total), len(items), total * 100 >= pass_mark_pct * len(items), per_item)


def _rounded(points: Fraction) -> Fraction:
    """Round to two decimals, halves up (never to anybody's disadvantage)."""
    return Fraction((points * 200 + 1) // 2, 100)
