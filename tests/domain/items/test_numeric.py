"""A result to type, as offices write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.items.base import Answer, Extent, Remark
from lti_tool.domain.items.numeric import Number
from lti_tool.domain.words.numbers import readings
from tests.domain import examples

EXAMPLES = (examples.numeric(),)


@pytest.mark.parametrize("text", ["6,3", "6.3", " 6,30 ", "6,3 Punkte", "+6,3", "6,25", "6,35"])
def test_a_number_may_be_typed_in_many_ways(text: str) -> None:
    assert examples.numeric().points_for(Number(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        *("ca. 6,3", "circa 6,3", "rund 6,3 Punkte", "~6,3", "≈ 6,3", "= 6,3"),
        *("6,3.", "6,3,", "6,3 Punkte.", "„6,3“", "6,3\u00a0Punkte", "\u200b6,3\ufeff", "6,3\u00ad", "６,３"),
        *("6,3 Std.", "6,3h", "6,3 Stunden pro Woche", "6,3 % ", "6,3 Prozent", "€ 6,30", "6,30 EUR", "6,3 Euro/Monat"),
    ],
)
def test_a_number_is_read_as_offices_write_it(text: str) -> None:
    assert examples.numeric().points_for(Number(text)) == 1
    assert examples.numeric().extent_of(Number(text)) is Extent.FULLY


@pytest.mark.parametrize(
    "text",
    [
        *("€ 1.200", "€1200", "1.200 EUR", "1.200,-", "1.200,- Punkte", "1.200,--", "1.200,– €", "1.200.-", "1200,00 €"),
        *("1\u2009200", "1\u202f200", "1\u2007200 €", "1’200", "1'200", "1ʼ200.00", "EUR 1.200,00", "ca. € 1.200,-"),
        *("1,2 Tsd. €", "1,2 T€", "1,2 TEUR", "1,2 k€", "0,0012 Mio. Euro", "1.200 Euro im Jahr"),
    ],
)
def test_an_amount_is_read_as_offices_write_it(text: str) -> None:
    assert examples.numeric(value=1200, tolerance=0).points_for(Number(text)) == 1


@pytest.mark.parametrize("text", ["\u22124", "–4", "—4", "‑4", "- 4", "-€ 4", "€ -4", "ca. −4 %", "－4"])
def test_a_minus_sign_is_one_whatever_keyboard_it_came_from(text: str) -> None:
    assert examples.numeric(value=-4, tolerance=0).points_for(Number(text)) == 1
    assert examples.numeric(value=4, tolerance=0).points_for(Number(text)) == 0


@pytest.mark.parametrize("text", ["sechs", "6,3 oder 7", "6..3", "6,3,1", "viel", "-", "€", "12-", "6,3 m", "1e1", "9" * 60])
def test_what_cannot_be_read_counts_as_unreadable_not_as_answered(text: str) -> None:
    assert examples.numeric().extent_of(Number(text)) is Extent.UNREADABLE


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u00a0"])
def test_a_number_of_nothing_is_not_answered(text: str) -> None:
    assert examples.numeric().extent_of(Number(text)) is Extent.NOTHING


@given(st.text() | st.text(alphabet="0123456789.,-€ '%TtkKEURStdca\u2009\u2212\u200b"))
def test_any_text_is_read_in_no_time_or_is_no_number(text: str) -> None:
    for reading in readings(text, unit="Punkte (max. 10)"):
        assert reading.is_finite()


@pytest.mark.parametrize("text", ["6,36", "63", "", "sechs", "6,3,1", "6..3", "-6,3", "6,3 oder 7", "٦", "1e1", "²", "9" * 60])
def test_what_is_no_number_or_another_one_is_worth_nothing(text: str) -> None:
    assert examples.numeric().points_for(Number(text)) == 0


@pytest.mark.parametrize(
    "text", ["12.500", "12500", "12 500", "12\u202f500", "12'500", "12,500", "12.500,00", "12,500.00", "12.500 €"]
)
def test_thousands_may_be_separated(text: str) -> None:
    assert examples.numeric(value=12500, tolerance=0, unit="€").points_for(Number(text)) == 1


@pytest.mark.parametrize("text", ["1.2500", "12.50", "125.00"])
def test_groups_of_thousands_have_three_digits(text: str) -> None:
    assert examples.numeric(value=12500, tolerance=0).points_for(Number(text)) == 0


def test_a_point_before_three_digits_may_also_be_a_decimal_sign() -> None:
    assert examples.numeric(value=1.234, tolerance=0).points_for(Number("1.234")) == 1
    assert examples.numeric(value=1234, tolerance=0).points_for(Number("1.234")) == 1
    assert examples.numeric(value=125, tolerance=0).points_for(Number("0.125")) == 0


def test_a_negative_number_may_have_a_typographic_minus() -> None:
    assert examples.numeric(value=-4, tolerance=0).points_for(Number("\u22124")) == 1


def test_a_typical_mistake_of_calculation_gets_its_own_feedback() -> None:
    assert examples.numeric().remarks_on(Number("18"))[0].feedback_html == "Das ist die Summe."
    assert examples.numeric().remarks_on(Number("5"))[0].feedback_html == "Leider nein."
    assert examples.numeric().remarks_on(Number("6,3")) == (Remark("6,3", True, "Genau."),)


def test_what_was_typed_is_escaped() -> None:
    assert examples.numeric().remarks_on(Number("<b>1"))[0].chosen_html == "&lt;b&gt;1"


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
    read = examples.numeric().read((), {"number": [text]})
    assert (read.answer, read.problem) == (answer, problem)


def test_an_answer_without_a_number_is_dropped() -> None:
    assert examples.numeric().answer_from({"options": [1]}) is None


def test_the_right_answer_is_the_one_that_the_solution_shows() -> None:
    assert examples.numeric().right_answer == Number("6,3")
    assert examples.numeric(value=-12500, tolerance=0).right_answer == Number("-12500,0")
