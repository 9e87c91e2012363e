"""What reaches the browser, and what comes back from it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.answers import Answer, Choice, Matches, Number, Order, Words
from lti_tool.domain.drawing import shown_order
from lti_tool.domain.items import Item
from lti_tool.domain.programme import Programme
from lti_tool.learning.shown_question import ShownQuestion, read_answer, show_question
from tests.domain import examples
from tests.learning.conftest import right_answer

ORDER = (2, 0, 3, 1)


def as_form(shown: ShownQuestion) -> dict[str, list[str]]:
    """Fill a form the way the page shows it."""
    fields: dict[str, list[str]] = {}
    if shown.kind == "ordering":
        for row, choice in enumerate(shown.choices):
            fields[f"row-{choice.place}"] = [str(row)]
            fields[f"rank-{choice.place}"] = [str(row)]
    elif shown.selects:
        for select in shown.selects:
            fields[select.name] = ["" if select.chosen is None else str(select.chosen)]
    elif shown.kind == "numeric":
        fields["number"] = [shown.typed]
    else:
        fields["choice"] = [str(choice.place) for choice in shown.choices if choice.is_chosen]
    return fields


@pytest.mark.parametrize("item", examples.every_type(), ids=lambda item: type(item).__name__)
@given(seed=st.integers(0, 2**63 - 1))
def test_an_answer_goes_to_the_page_and_back_unchanged(item: Item, seed: int) -> None:
    order = shown_order(item, seed)
    answer = right_answer(item)
    assert read_answer(item, order, as_form(show_question(item, order, answer))).answer == answer


@pytest.mark.parametrize("item", examples.every_type(), ids=lambda item: type(item).__name__)
def test_a_form_left_alone_is_no_answer(item: Item) -> None:
    order = shown_order(item, 5)
    assert read_answer(item, order, as_form(show_question(item, order, None))).answer is None


def test_nothing_about_right_answers_reaches_the_page(programme: Programme) -> None:
    for module in programme.modules:
        for item in module.items:
            shown = repr(show_question(item, shown_order(item, 1), None))
            assert "feedback" not in shown
            assert item.explanation_html not in shown
            for option in getattr(item, "options", ()):
                assert option.feedback_html not in shown


def test_the_page_speaks_of_shown_places_only() -> None:
    shown = show_question(examples.single_choice(), ORDER, Choice(frozenset({3})))
    assert [choice.html for choice in shown.choices] == ["Antwort 2", "Antwort 0", "Antwort 3", "Antwort 1"]
    assert [choice.place for choice in shown.choices] == [0, 1, 2, 3]
    assert [choice.is_chosen for choice in shown.choices] == [False, False, True, False]


@pytest.mark.parametrize("value", ["9", "-1", "x", "", "1.0", "²", "00000001"])
def test_a_choice_that_was_not_offered_counts_as_none(value: str) -> None:
    assert read_answer(examples.single_choice(), ORDER, {"choice": [value]}).answer is None


def test_matching_and_cloze_read_their_selects() -> None:
    order = (4, 3, 2, 1, 0)
    assert read_answer(examples.matching(), order, {"left-0": ["4"], "left-2": ["2"], "left-9": ["1"]}).answer == Matches(
        (0, None, 2, None)
    )
    assert read_answer(examples.cloze(), ORDER, {"gap-1": ["1"], "gap-3": ["0"]}).answer == Words((0, None, 2))


def test_a_cloze_keeps_its_text_around_the_gaps() -> None:
    shown = show_question(examples.cloze(), ORDER, None)
    assert [(select.text_before, select.number) for select in shown.selects] == [("Ein ", 1), (", ein ", 2), (", ein ", 3)]
    assert shown.text_after == "."


@pytest.mark.parametrize(
    ("text", "answer", "problem"),
    [
        ("6,3", Number("6,3"), ""),
        ("viel", Number("viel"), "not_a_number"),
        ("  ", None, ""),
        ("9" * 99, Number("9" * 60), "not_a_number"),
    ],
)
def test_a_number_is_kept_as_typed_and_questioned_where_it_is_none(text: str, answer: Answer | None, problem: str) -> None:
    read = read_answer(examples.numeric(), (), {"number": [text]})
    assert (read.answer, read.problem) == (answer, problem)


# --- ordering: rows are shown as 2 0 3 1 (authored), places 0 1 2 3 ----------------------------------------------------


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
    read = read_answer(examples.ordering(steps=4), ORDER, fields)
    assert (read.answer, read.problem) == (Order(steps) if steps else None, problem)


@given(st.lists(st.integers(0, 9), min_size=4, max_size=4), st.text(max_size=6))
def test_whatever_numbers_come_no_step_is_lost(wishes: list[int], move: str) -> None:
    answer = read_answer(examples.ordering(steps=4), ORDER, ranks(*wishes, move=move)).answer
    assert answer is None or (isinstance(answer, Order) and sorted(answer.steps) == [0, 1, 2, 3])


def test_a_form_without_its_rows_is_no_answer() -> None:
    assert read_answer(examples.ordering(steps=4), ORDER, {"rank-0": ["1"]}).answer is None


def test_a_case_with_several_answers_takes_several() -> None:
    assert show_question(examples.case(several=True), ORDER, None).takes_several
    assert not show_question(replace(examples.case()), (2, 0, 1), None).takes_several
