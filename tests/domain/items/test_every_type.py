"""What holds for every type of item: marks, stored answers, forms, templates."""

import json
from pathlib import Path
from types import new_class

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.items import ITEM_TYPES, Item
from lti_tool.domain.items.base import Answer, ItemBase
from lti_tool.domain.items.choice import Choice
from lti_tool.domain.items.numeric import Number
from lti_tool.domain.rules.drawing import shown_order
from tests.domain import examples
from tests.domain.items.forms import as_form
from tests.shipped import read_programme

KINDS = Path(__file__).parents[3] / "templates" / "quizzes" / "kinds"
each_item = pytest.mark.parametrize("item", examples.every_type(), ids=lambda item: item.kind)


@st.composite
def items_with_answers(draw: st.DrawFn) -> tuple[Item, Answer | None]:
    """An item and what comes of its form when some of the right fields are changed at random."""
    item = draw(st.sampled_from(examples.every_type()))
    order = draw(st.permutations(range(item.count_of_choices)))
    right = as_form(item.show(order, item.right_answer))
    values = st.lists(st.integers(0, 9).map(str) | st.text("0123456789.,-€ x٦²\u200b", max_size=50), max_size=4)
    changed = draw(st.dictionaries(st.sampled_from(sorted(right)), values))
    return item, item.read(order, right | changed).answer


@pytest.fixture(scope="module")
def programme() -> Programme:
    return read_programme()


@given(items_with_answers())
def test_points_stay_between_nothing_and_one(drawn: tuple[Item, Answer | None]) -> None:
    item, answer = drawn
    assert 0 <= item.points_for(answer) <= 1


@each_item
def test_the_right_answer_is_worth_one_point_and_no_answer_nothing(item: Item) -> None:
    assert item.points_for(item.right_answer) == 1
    assert item.points_for(None) == 0
    assert item.remarks_on(None) == ()
    assert {remark.is_right for remark in item.remarks_on(item.right_answer)} == {True}


@given(items_with_answers())
def test_an_answer_comes_back_from_the_database_as_it_was(drawn: tuple[Item, Answer | None]) -> None:
    item, answer = drawn
    if answer is not None:
        assert item.answer_from(json.loads(json.dumps(answer.to_stored()))) == answer


@each_item
@pytest.mark.parametrize("stored", [{}, {"options": []}, {"something": [0]}])
def test_what_is_no_answer_of_the_type_is_dropped(item: Item, stored: dict[str, list[int]]) -> None:
    assert item.answer_from(stored) is None
    assert item.answer_from(None) is None


@each_item
def test_an_answer_of_another_type_earns_no_points_in_silence(item: Item) -> None:
    other = Choice(frozenset({0})) if isinstance(item.right_answer, Number) else Number("1")
    for judge in (item.points_for, item.remarks_on, item.extent_of):
        with pytest.raises(TypeError, match="is not answered by"):
            judge(other)


@pytest.mark.parametrize("lacking", sorted(ItemBase.__abstractmethods__))
def test_a_type_that_lacks_one_of_its_parts_cannot_be_made(lacking: str) -> None:
    parts = dict.fromkeys(ItemBase.__abstractmethods__ - {lacking})
    essay = new_class("Essay", (ItemBase,), exec_body=lambda namespace: namespace.update(parts))
    with pytest.raises(TypeError, match=lacking):
        essay("M1-99", ("1.1a",), "verstehen", "A", "", "")


def test_each_type_is_tried_here_and_has_its_template() -> None:
    assert {item.kind for item in examples.every_type()} == set(ITEM_TYPES)
    assert {path.stem for path in KINDS.glob("[!_]*.html")} == set(ITEM_TYPES)


@pytest.mark.parametrize("kind", ITEM_TYPES)
def test_a_template_shows_fields_what_was_chosen_and_the_solution(kind: str) -> None:
    source = Environment(extensions=["jinja2.ext.i18n"]).parse((KINDS / f"{kind}.html").read_text(encoding="utf-8"))
    macros = {macro.name for macro in source.find_all(nodes.Macro)}
    assigned = {name.name for name in source.find_all(nodes.Name) if name.ctx == "store"}
    assert {"fields", "chosen", "solution"} <= macros | assigned


@each_item
@given(seed=st.integers(0, 2**63 - 1))
def test_an_answer_goes_to_the_page_and_back_unchanged(item: Item, seed: int) -> None:
    order = shown_order(item, seed)
    assert item.read(order, as_form(item.show(order, item.right_answer))).answer == item.right_answer


@each_item
def test_a_form_left_alone_is_no_answer(item: Item) -> None:
    order = shown_order(item, 5)
    assert item.read(order, as_form(item.show(order, None))).answer is None


def test_nothing_about_right_answers_reaches_the_page(programme: Programme) -> None:
    for module in programme.modules:
        for item in module.items:
            shown = repr(item.show(shown_order(item, 1), None))
            assert "feedback" not in shown
            assert "is_right" not in shown
            assert item.explanation_html not in shown
            for option in item.judged:
                assert option.feedback_html not in shown
