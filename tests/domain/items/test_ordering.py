"""Steps to bring into their right order. In forms they are shown as 2 0 3 1 (authored), at the places 0 1 2 3."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.items.ordering import Order
from tests.domain import examples

EXAMPLES = (examples.ordering(),)
ORDER = (2, 0, 3, 1)


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
    assert examples.ordering().points_for(Order(steps)) == points


def test_a_wrong_order_is_shown_as_it_was_laid() -> None:
    remarks = examples.ordering(steps=4).remarks_on(Order((1, 0, 2, 3)))
    assert remarks[0].chosen_html == "<ol><li>Schritt 1</li><li>Schritt 0</li><li>Schritt 2</li><li>Schritt 3</li></ol>"
    assert remarks[0].feedback_html == "Noch einmal."


def ranks(*wishes: int, move: str = "") -> dict[str, list[str]]:
    fields = {f"row-{place}": [str(place)] for place in range(4)}
    fields |= {f"rank-{place}": [str(wish)] for place, wish in enumerate(wishes)}
    return fields | ({"move": [move]} if move else {})


@pytest.mark.parametrize(
    ("fields", "steps", "problem"),
    [
        (ranks(2, 0, 3, 1), (0, 1, 2, 3), ""),
        (ranks(0, 1, 2, 3), None, ""),
        (ranks(0, 1, 2, 3, move="down-0"), (0, 2, 3, 1), ""),
        (ranks(0, 1, 2, 3, move="up-3"), (2, 0, 1, 3), ""),
        (ranks(0, 1, 2, 3, move="up-0"), None, ""),
        (ranks(0, 1, 2, 3, move="up-9"), None, ""),
        (ranks(3, 1, 2, 3), (0, 3, 1, 2), "same_number"),
        (ranks(0, 0, 0, 3), (0, 3, 2, 1), "same_number"),
    ],
)
def test_steps_are_ordered_by_numbers_and_buttons(
    fields: dict[str, list[str]], steps: tuple[int, ...] | None, problem: str
) -> None:
    read = examples.ordering(steps=4).read(ORDER, fields)
    assert (read.answer, read.problem) == (Order(steps) if steps else None, problem)


@given(st.lists(st.integers(0, 9), min_size=4, max_size=4), st.text(max_size=6))
def test_whatever_numbers_come_no_step_is_lost(wishes: list[int], move: str) -> None:
    answer = examples.ordering(steps=4).read(ORDER, ranks(*wishes, move=move)).answer
    assert answer is None or (isinstance(answer, Order) and sorted(answer.steps) == [0, 1, 2, 3])


def test_a_form_without_its_rows_is_no_answer() -> None:
    assert examples.ordering(steps=4).read(ORDER, {"rank-0": ["1"]}).answer is None


def test_an_answer_that_repeats_a_step_is_dropped() -> None:
    assert examples.ordering().answer_from({"steps": [0, 0, 1, 2, 3]}) is None


def test_the_right_answer_is_known() -> None:
    assert examples.ordering(steps=4).right_answer == Order((0, 1, 2, 3))
