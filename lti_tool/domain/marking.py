"""Marks answers: each item is worth one point, by the rules of the curriculum, section 6 (Scoring)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from lti_tool.domain.answers import Answer, Choice, Matches, Number, Order, Words
from lti_tool.domain.items import Case, Cloze, Item, Matching, MultipleChoice, Numeric, Option, Ordering, SingleChoice
from lti_tool.domain.numbers import readings

NONE = Fraction(0)
FULL = Fraction(1)


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
    per_item = tuple(FULL if item is None else points_for(item, answer) for item, answer in zip(items, answers, strict=True))
    total = _rounded(sum(per_item, NONE))
    return Mark(float(total), len(items), total * 100 >= pass_mark_pct * len(items), per_item)


def points_for(item: Item, answer: Answer | None) -> Fraction:
    """Give what an answer is worth, from 0 to 1, not rounded."""
    chosen = answer.options if isinstance(answer, Choice) else frozenset()
    match item:
        case SingleChoice():
            return _all_or_nothing(item.options, chosen)
        case MultipleChoice():
            return _ticks(item.options, chosen)
        case Case():
            return (_ticks if item.has_several_answers else _all_or_nothing)(item.options, chosen)
        case Matching():
            rights = answer.rights if isinstance(answer, Matches) else (None,) * len(item.pairs)
            return _share([_is(item.choices, right, pair.right) for pair, right in zip(item.pairs, rights, strict=True)])
        case Cloze():
            words = answer.words if isinstance(answer, Words) else (None,) * len(item.gaps)
            return _share([_is(item.word_bank, word, gap.answer) for gap, word in zip(item.gaps, words, strict=True)])
        case Ordering():
            return _neighbours(answer.steps) if isinstance(answer, Order) else NONE
        case Numeric():
            return FULL if isinstance(answer, Number) and is_within(item, answer.text, item.value) else NONE
        case unknown:
            # A new type of question that nobody has taught to be marked stops here, at the latest in mypy.
            assert_never(unknown)


def is_within(item: Numeric, text: str, value: float) -> bool:
    """Tell whether a typed number is `value`, within the item's tolerance."""
    tolerance = Decimal(str(item.tolerance))
    return any(abs(reading - Decimal(str(value))) <= tolerance for reading in readings(text, unit=item.unit))


def _all_or_nothing(options: Sequence[Option], chosen: frozenset[int]) -> Fraction:
    right = {index for index, option in enumerate(options) if option.is_right}
    return FULL if len(chosen) == 1 and chosen <= right else NONE


def _ticks(options: Sequence[Option], chosen: frozenset[int]) -> Fraction:
    right = {index for index, option in enumerate(options) if option.is_right}
    won = len(chosen & right) - len(chosen - right)
    return max(NONE, Fraction(won, len(right)))


def _is(choices: Sequence[str], index: int | None, expected: str) -> bool:
    return index is not None and choices[index] == expected


def _share(hits: Sequence[bool]) -> Fraction:
    return Fraction(sum(hits), len(hits))


def _neighbours(steps: Sequence[int]) -> Fraction:
    """Share of the pairs next to each other in the right order that stand in that order in the answer too."""
    place = {step: index for index, step in enumerate(steps)}
    return _share([place[step] < place[step + 1] for step in range(len(steps) - 1)])


def _rounded(points: Fraction) -> Fraction:
    """Round to two decimals, halves up (never to anybody's disadvantage)."""
    return Fraction((points * 200 + 1) // 2, 100)
