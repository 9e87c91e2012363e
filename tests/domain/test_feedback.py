"""Remarks speak of what was chosen, never of what was not."""

from lti_tool.domain.answers import Choice, Matches, Number, Order, Words
from lti_tool.domain.feedback import Remark, remarks_on
from tests.domain import examples


def test_only_chosen_options_are_commented() -> None:
    assert remarks_on(examples.multiple_choice(), Choice(frozenset({0, 4}))) == (
        Remark("Antwort 0", True, "Rückmeldung 0"),
        Remark("Antwort 4", False, "Rückmeldung 4"),
    )


def test_nothing_is_said_about_an_item_left_open() -> None:
    assert remarks_on(examples.single_choice(), None) == ()


def test_a_wrong_pair_gets_its_feedback_and_a_right_one_none() -> None:
    remarks = remarks_on(examples.matching(), Matches((0, 2, None, 3)))
    assert remarks[0] == Remark("links 0 → rechts 0", True, "")
    assert remarks[1] == Remark("links 1 → rechts 2", False, "Paar 1")
    assert remarks[2] == Remark("links 2", False, "Paar 2")


def test_a_wrong_gap_gets_its_feedback() -> None:
    remarks = remarks_on(examples.cloze(), Words((0, 0, None)))
    assert [remark.is_right for remark in remarks] == [True, False, False]
    assert remarks[1] == Remark("Mittel", False, "Lücke 2")


def test_a_wrong_order_is_shown_as_it_was_laid() -> None:
    remarks = remarks_on(examples.ordering(steps=4), Order((1, 0, 2, 3)))
    assert remarks[0].chosen_html == "<ol><li>Schritt 1</li><li>Schritt 0</li><li>Schritt 2</li><li>Schritt 3</li></ol>"
    assert remarks[0].feedback_html == "Noch einmal."


def test_a_typical_mistake_of_calculation_gets_its_own_feedback() -> None:
    assert remarks_on(examples.numeric(), Number("18"))[0].feedback_html == "Das ist die Summe."
    assert remarks_on(examples.numeric(), Number("5"))[0].feedback_html == "Leider nein."
    assert remarks_on(examples.numeric(), Number("6,3")) == (Remark("6,3", True, "Genau."),)


def test_what_was_typed_is_escaped() -> None:
    assert remarks_on(examples.numeric(), Number("<b>1"))[0].chosen_html == "&lt;b&gt;1"
