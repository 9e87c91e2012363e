"""Marks answers: each item is worth one point, by the rules of the curriculum, section 6 (Scoring)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

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
    match item, answer:
        case SingleChoice(options=options), Choice(options=chosen):
            return _all_or_nothing(options, chosen)
        case MultipleChoice(options=options), Choice(options=chosen):
            return _ticks(options, chosen)
        case Case(options=options), Choice(options=chosen):
            return _ticks(options, chosen) if item.has_several_answers else _all_or_nothing(options, chosen)
        case Matching(), Matches(rights=rights):
            return _share([_is(item.choices, right, pair.right) for pair, right in zip(item.pairs, rights, strict=True)])
        case Cloze(), Words(words=words):
            return _share([_is(item.word_bank, word, gap.answer) for gap, word in zip(item.gaps, words, strict=True)])
        case Ordering(), Order(steps=steps):
            return _neighbours(steps)
        case Numeric(), Number(text=text):
            return FULL if is_within(item, text, item.value) else NONE
        case _:
            return NONE


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
