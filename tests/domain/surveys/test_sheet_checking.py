"""An answer sheet is read with every mistake named, and nothing that was typed is lost."""

import pytest

from lti_tool.domain.surveys.instrument import CANNOT_SAY, EMPTY
from lti_tool.domain.surveys.sheet_checking import LONGEST_ANSWER, checked_sheet
from tests.domain.surveys.examples import INSTRUMENT


def test_a_whole_sheet_is_read_kind_by_kind() -> None:
    sheet = checked_sheet(
        INSTRUMENT,
        {
            "useful": ["5"],
            "role": ["2"],
            "why": ["3", "1", "3"],
            "hours": ["7,5 Stunden"],
            "formats_1": ["4"],
            "formats_3": ["2"],
            "can_before": ["1"],
            "can_now": ["-8"],
            "change": ["  Mehr\u200b Zeit.\r\nUnd Pausen. "],
        },
    )
    assert sheet.errors == ()
    assert sheet.values == {
        "useful": 5,
        "role": 2,
        "why": (1, 3),
        "hours": "7.5",
        "formats_1": 4,
        "formats_2": EMPTY,
        "formats_3": 2,
        "can_before": 1,
        "can_now": CANNOT_SAY,
        "change": "Mehr Zeit.\nUnd Pausen.",
    }


def test_nothing_is_required_but_one_answer() -> None:
    assert checked_sheet(INSTRUMENT, {"change": ["Gut."]}).errors == ()


@pytest.mark.parametrize("typed", [{}, {"useful": ["-9"], "hours": ["-9"], "change": [" \u200b "]}, {"unknown": ["5"]}])
def test_a_sheet_without_any_answer_is_not_sent(typed: dict[str, list[str]]) -> None:
    (error,) = checked_sheet(INSTRUMENT, typed).errors
    assert (error.name, "mindestens eine Frage" in error.sentence) == ("", True)


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("useful", ["6"]),
        ("useful", ["0"]),
        ("useful", ["5", "1"]),
        ("useful", ["５"]),
        ("useful", ["drei"]),
        ("role", ["4"]),
        # A question without points has no „kann ich nicht beurteilen“.
        ("role", ["-8"]),
        ("why", ["9"]),
        ("why", ["1", "2", "3"]),
        ("why", ["1", "4"]),
        ("hours", ["viele"]),
        ("hours", ["61"]),
        ("hours", ["-3"]),
        ("hours", ["-8"]),
        ("hours", ["9" * 400]),
        ("formats_2", ["5"]),
        ("can_now", ["7"]),
        ("change", ["x" * (LONGEST_ANSWER + 1)]),
    ],
)
def test_a_wrong_answer_is_named_and_shown_again(field: str, sent: list[str]) -> None:
    sheet = checked_sheet(INSTRUMENT, {field: sent, "useful": sent if field == "useful" else ["4"]})
    assert [error.name for error in sheet.errors] == [field]
    assert sheet.typed[field] == tuple(sent)
    assert all(error.sentence % error.values for error in sheet.errors)


def test_the_same_thing_is_not_ranked_twice() -> None:
    sheet = checked_sheet(INSTRUMENT, {"formats_1": ["2"], "formats_2": ["-9"], "formats_3": ["2"]})
    assert [error.name for error in sheet.errors] == ["formats_3"]


def test_all_mistakes_are_told_at_once() -> None:
    sheet = checked_sheet(INSTRUMENT, {"useful": ["9"], "hours": ["?"], "why": ["1", "2", "3"]})
    assert [error.name for error in sheet.errors] == ["useful", "why", "hours"]


def test_fields_of_a_stranger_are_not_kept() -> None:
    sheet = checked_sheet(INSTRUMENT, {"useful": ["3"], "user_id": ["17"]})
    assert "user_id" not in sheet.values
    assert "user_id" not in sheet.typed


def test_a_number_carries_no_mark_of_who_typed_it() -> None:
    assert checked_sheet(INSTRUMENT, {"hours": ["7,12345678"]}).values["hours"] == "7.12"
