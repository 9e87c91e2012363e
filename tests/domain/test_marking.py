"""Marking by the curriculum, section 6: each rule once, then what must hold for any answer."""

import re
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.answers import (
    Answer,
    Choice,
    Extent,
    Matches,
    Number,
    Order,
    Words,
    count_of_choices,
    extent_of,
    from_json,
    to_json,
)
from lti_tool.domain.feedback import remarks_on
from lti_tool.domain.items import Case, Cloze, Item, Matching, MultipleChoice, Numeric, Ordering, SingleChoice, type_of_item
from lti_tool.domain.marking import mark, points_for
from lti_tool.domain.numbers import readings
from tests.domain import examples

ROOT = Path(__file__).parent.parent.parent


def full_answer(item: Item) -> Answer:
    match item:
        case SingleChoice() | MultipleChoice() | Case():
            return Choice(frozenset(n for n, option in enumerate(item.options) if option.is_right))
        case Matching():
            return Matches(tuple(item.choices.index(pair.right) for pair in item.pairs))
        case Ordering():
            return Order(tuple(range(len(item.steps))))
        case Cloze():
            return Words(tuple(item.word_bank.index(gap.answer) for gap in item.gaps))
        case Numeric():
            return Number(str(item.value))


def any_answer(item: Item) -> st.SearchStrategy[Answer]:
    count = count_of_choices(item)
    match item:
        case SingleChoice() | MultipleChoice() | Case():
            return st.frozensets(st.integers(0, count - 1)).map(Choice)
        case Matching():
            place = st.none() | st.integers(0, count - 1)
            return st.tuples(*[place] * len(item.pairs)).map(Matches)
        case Ordering():
            return st.permutations(range(count)).map(lambda steps: Order(tuple(steps)))
        case Cloze():
            place = st.none() | st.integers(0, count - 1)
            return st.tuples(*[place] * len(item.gaps)).map(Words)
        case Numeric():
            return st.text(max_size=50).map(Number)


@st.composite
def items_with_answers(draw: st.DrawFn) -> tuple[Item, Answer]:
    item = draw(st.sampled_from([*examples.every_type(), examples.case(several=True)]))
    return item, draw(any_answer(item))


@given(items_with_answers())
def test_points_stay_between_nothing_and_one(drawn: tuple[Item, Answer]) -> None:
    assert 0 <= points_for(*drawn) <= 1


@pytest.mark.parametrize("item", [*examples.every_type(), examples.case(several=True)], ids=lambda item: type(item).__name__)
def test_a_full_answer_is_worth_one_point_and_no_answer_nothing(item: Item) -> None:
    assert points_for(item, full_answer(item)) == 1
    assert points_for(item, None) == 0


@given(items_with_answers())
def test_an_answer_comes_back_from_the_database_as_it_was(drawn: tuple[Item, Answer]) -> None:
    item, answer = drawn
    if extent_of(item, answer) is not Extent.NOTHING:
        assert from_json(item, to_json(answer)) == answer


@given(st.permutations(range(6)), st.frozensets(st.integers(0, 5)))
def test_the_order_of_options_does_not_matter(order: list[int], chosen: frozenset[int]) -> None:
    item = examples.multiple_choice()
    shuffled = MultipleChoice("x", item.objectives, "verstehen", "A", "", "", tuple(item.options[place] for place in order))
    moved = frozenset(order.index(option) for option in chosen)
    assert points_for(item, Choice(chosen)) == points_for(shuffled, Choice(moved))


@pytest.mark.parametrize(
    ("chosen", "points"),
    [
        ({0, 1, 2, 3}, Fraction(1)),
        ({0, 1}, Fraction(1, 2)),
        ({0, 1, 4}, Fraction(1, 4)),
        ({0, 4}, Fraction(0)),
        ({4, 5}, Fraction(0)),
        ({0, 1, 2, 3, 4, 5}, Fraction(1, 2)),
    ],
)
def test_multiple_choice_counts_right_minus_wrong_ticks(chosen: set[int], points: Fraction) -> None:
    assert points_for(examples.multiple_choice(), Choice(frozenset(chosen))) == points


def test_single_choice_is_all_or_nothing() -> None:
    assert points_for(examples.single_choice(), Choice(frozenset({1}))) == 1
    assert points_for(examples.single_choice(), Choice(frozenset({0}))) == 0
    assert points_for(examples.single_choice(), Choice(frozenset({0, 1}))) == 0


def test_matching_gives_the_share_of_right_pairs() -> None:
    assert points_for(examples.matching(), Matches((0, 1, 3, None))) == Fraction(1, 2)


def test_two_lefts_may_share_one_right() -> None:
    item = examples.matching()
    twice = Matching(item.id, item.objectives, "anwenden", "B", "", "", (*item.pairs[:2], item.pairs[0]), ())
    assert twice.choices == ("rechts 0", "rechts 1")
    assert points_for(twice, Matches((0, 1, 0))) == 1


def test_cloze_gives_the_share_of_right_gaps() -> None:
    assert points_for(examples.cloze(), Words((0, 2, 2))) == Fraction(2, 3)


@pytest.mark.parametrize(
    ("steps", "points"),
    [
        ((0, 1, 2, 3, 4), Fraction(1)),
        ((1, 0, 2, 3, 4), Fraction(3, 4)),
        ((4, 0, 1, 2, 3), Fraction(3, 4)),
        ((4, 3, 2, 1, 0), Fraction(0)),
        ((0, 2, 4, 1, 3), Fraction(1, 2)),
    ],
)
def test_ordering_gives_the_share_of_neighbours_in_right_order(steps: tuple[int, ...], points: Fraction) -> None:
    assert points_for(examples.ordering(), Order(steps)) == points


@pytest.mark.parametrize("text", ["6,3", "6.3", " 6,30 ", "6,3 Punkte", "+6,3", "6,25", "6,35"])
def test_a_number_may_be_typed_in_many_ways(text: str) -> None:
    assert points_for(examples.numeric(), Number(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        *("ca. 6,3", "circa 6,3", "rund 6,3 Punkte", "~6,3", "≈ 6,3", "= 6,3"),
        *("6,3.", "6,3,", "6,3 Punkte.", "„6,3“", "6,3\u00a0Punkte", "\u200b6,3\ufeff", "6,3\u00ad", "６,３"),
        *("6,3 Std.", "6,3h", "6,3 Stunden pro Woche", "6,3 % ", "6,3 Prozent", "€ 6,30", "6,30 EUR", "6,3 Euro/Monat"),
    ],
)
def test_a_number_is_read_as_offices_write_it(text: str) -> None:
    assert points_for(examples.numeric(), Number(text)) == 1
    assert extent_of(examples.numeric(), Number(text)) is Extent.FULLY


@pytest.mark.parametrize(
    "text",
    [
        *("€ 1.200", "€1200", "1.200 EUR", "1.200,-", "1.200,- Punkte", "1.200,--", "1.200,– €", "1.200.-", "1200,00 €"),
        *("1\u2009200", "1\u202f200", "1\u2007200 €", "1’200", "1'200", "1ʼ200.00", "EUR 1.200,00", "ca. € 1.200,-"),
        *("1,2 Tsd. €", "1,2 T€", "1,2 TEUR", "1,2 k€", "0,0012 Mio. Euro", "1.200 Euro im Jahr"),
    ],
)
def test_an_amount_is_read_as_offices_write_it(text: str) -> None:
    assert points_for(examples.numeric(value=1200, tolerance=0), Number(text)) == 1


@pytest.mark.parametrize("text", ["\u22124", "–4", "—4", "‑4", "- 4", "-€ 4", "€ -4", "ca. −4 %", "－4"])
def test_a_minus_sign_is_one_whatever_keyboard_it_came_from(text: str) -> None:
    assert points_for(examples.numeric(value=-4, tolerance=0), Number(text)) == 1
    assert points_for(examples.numeric(value=4, tolerance=0), Number(text)) == 0


@pytest.mark.parametrize("text", ["sechs", "6,3 oder 7", "6..3", "6,3,1", "viel", "-", "€", "12-", "6,3 m", "1e1", "9" * 60])
def test_what_cannot_be_read_counts_as_unreadable_not_as_answered(text: str) -> None:
    assert extent_of(examples.numeric(), Number(text)) is Extent.UNREADABLE


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u00a0"])
def test_a_number_of_nothing_is_not_answered(text: str) -> None:
    assert extent_of(examples.numeric(), Number(text)) is Extent.NOTHING


@given(st.text() | st.text(alphabet="0123456789.,-€ '%TtkKEURStdca\u2009\u2212\u200b"))
def test_any_text_is_read_in_no_time_or_is_no_number(text: str) -> None:
    for reading in readings(text, unit="Punkte (max. 10)"):
        assert reading.is_finite()


def test_each_type_of_question_is_marked_explained_asked_and_solved() -> None:
    kinds = set(get_args(Item))
    assert set(type_of_item) == kinds == {type(item) for item in examples.every_type()}
    for item in examples.every_type():
        assert points_for(item, None) == 0
        assert remarks_on(item, None) == ()
    for template in ("_fields", "_solution"):
        source = (ROOT / "templates" / "quizzes" / f"{template}.html").read_text(encoding="utf-8")
        shown = re.search(r"set show = (\{.*?\})", source)
        assert shown is not None
        assert set(re.findall(r"'([a-z-]+)':", shown[1])) == set(type_of_item.values())


def test_a_type_that_nobody_taught_to_be_marked_earns_no_points_in_silence() -> None:
    with pytest.raises(AssertionError):
        points_for("a new type", None)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        remarks_on("a new type", None)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["6,36", "63", "", "sechs", "6,3,1", "6..3", "-6,3", "6,3 oder 7", "٦", "1e1", "²", "9" * 60])
def test_what_is_no_number_or_another_one_is_worth_nothing(text: str) -> None:
    assert points_for(examples.numeric(), Number(text)) == 0


@pytest.mark.parametrize(
    "text", ["12.500", "12500", "12 500", "12\u202f500", "12'500", "12,500", "12.500,00", "12,500.00", "12.500 €"]
)
def test_thousands_may_be_separated(text: str) -> None:
    assert points_for(examples.numeric(value=12500, tolerance=0, unit="€"), Number(text)) == 1


@pytest.mark.parametrize("text", ["1.2500", "12.50", "125.00"])
def test_groups_of_thousands_have_three_digits(text: str) -> None:
    assert points_for(examples.numeric(value=12500, tolerance=0), Number(text)) == 0


def test_a_point_before_three_digits_may_also_be_a_decimal_sign() -> None:
    assert points_for(examples.numeric(value=1.234, tolerance=0), Number("1.234")) == 1
    assert points_for(examples.numeric(value=1234, tolerance=0), Number("1.234")) == 1
    assert points_for(examples.numeric(value=125, tolerance=0), Number("0.125")) == 0


def test_a_negative_number_may_have_a_typographic_minus() -> None:
    assert points_for(examples.numeric(value=-4, tolerance=0), Number("\u22124")) == 1


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


def test_an_answer_that_does_not_fit_its_item_any_more_is_dropped() -> None:
    assert from_json(examples.single_choice(), {"options": [9]}) is None
    assert from_json(examples.matching(), {"rights": [0, 1]}) is None
    assert from_json(examples.ordering(), {"steps": [0, 0, 1, 2, 3]}) is None
    assert from_json(examples.cloze(), {"words": [0, 1, "x"]}) is None
    assert from_json(examples.numeric(), {"options": [1]}) is None
