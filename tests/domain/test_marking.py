"""Marking an attempt by the curriculum, section 6. How each type is marked: tests/domain/items."""

from fractions import Fraction

from lti_tool.domain.items.choice import Choice
from lti_tool.domain.items.cloze import Words
from lti_tool.domain.rules.marking import mark
from tests.domain import examples


def test_only_the_total_is_rounded() -> None:
    items = [examples.cloze() for _ in range(3)]
    result = mark(items, [Words((0, None, None))] * 3, pass_mark_pct=70)
    assert result.points == 1.0
    assert result.per_item == (Fraction(1, 3),) * 3


def test_seven_of_ten_points_pass_at_seventy_percent() -> None:
    items = [examples.single_choice() for _ in range(10)]
    right, wrong = Choice(frozenset({1})), Choice(frozenset({0}))
    assert mark(items, [right] * 7 + [wrong] * 3, pass_mark_pct=70).is_passed
    assert not mark(items, [right] * 6 + [wrong] * 4, pass_mark_pct=70).is_passed


def test_an_item_withdrawn_by_the_authors_counts_in_full() -> None:
    result = mark([None, examples.single_choice()], [None, None], pass_mark_pct=70)
    assert result.points == 1.0
