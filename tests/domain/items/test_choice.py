"""Options to tick: single choice, multiple choice, case."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.items import MultipleChoice
from lti_tool.domain.items.base import Remark
from lti_tool.domain.items.choice import Choice
from tests.domain import examples

EXAMPLES = (examples.single_choice(), examples.multiple_choice(), examples.case(), examples.case(several=True))
ORDER = (2, 0, 3, 1)


def test_single_choice_is_all_or_nothing() -> None:
    assert examples.single_choice().points_for(Choice(frozenset({1}))) == 1
    assert examples.single_choice().points_for(Choice(frozenset({0}))) == 0
    assert examples.single_choice().points_for(Choice(frozenset({0, 1}))) == 0


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
    assert examples.multiple_choice().points_for(Choice(frozenset(chosen))) == points


@given(st.permutations(range(6)), st.frozensets(st.integers(0, 5)))
def test_the_order_of_options_does_not_matter(order: list[int], chosen: frozenset[int]) -> None:
    item = examples.multiple_choice()
    shuffled = MultipleChoice("x", item.objectives, "verstehen", "A", "", "", tuple(item.options[place] for place in order))
    moved = frozenset(order.index(option) for option in chosen)
    assert item.points_for(Choice(chosen)) == shuffled.points_for(Choice(moved))


def test_only_chosen_options_are_commented() -> None:
    assert examples.multiple_choice().remarks_on(Choice(frozenset({0, 4}))) == (
        Remark("Antwort 0", True, "Rückmeldung 0"),
        Remark("Antwort 4", False, "Rückmeldung 4"),
    )


def test_nothing_is_said_about_an_item_left_open() -> None:
    assert examples.single_choice().remarks_on(None) == ()


def test_the_page_speaks_of_shown_places_only() -> None:
    shown = examples.single_choice().show(ORDER, Choice(frozenset({3})))
    assert [choice.html for choice in shown.choices] == ["Antwort 2", "Antwort 0", "Antwort 3", "Antwort 1"]
    assert [choice.place for choice in shown.choices] == [0, 1, 2, 3]
    assert [choice.is_chosen for choice in shown.choices] == [False, False, True, False]


@pytest.mark.parametrize("value", ["9", "-1", "x", "", "1.0", "²", "00000001"])
def test_a_choice_that_was_not_offered_counts_as_none(value: str) -> None:
    assert examples.single_choice().read(ORDER, {"choice": [value]}).answer is None


def test_a_case_with_several_answers_takes_several() -> None:
    assert examples.case(several=True).show(ORDER, None).takes_several
    assert not examples.case().show((2, 0, 1), None).takes_several


def test_an_option_that_is_not_there_any_more_drops_the_answer() -> None:
    assert examples.single_choice().answer_from({"options": [9]}) is None
    assert examples.single_choice().answer_from({"number": "9"}) is None


def test_the_right_answer_is_known() -> None:
    assert examples.single_choice().right_answer == Choice(frozenset({1}))
    assert examples.multiple_choice().right_answer == Choice(frozenset({0, 1, 2, 3}))
