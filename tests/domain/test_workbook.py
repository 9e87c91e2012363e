"""Rules of the workbook, without a database."""

from datetime import timedelta

import pytest

from lti_tool.domain.rules.workbook import (
    Content,
    PracticeRule,
    Status,
    clean_content,
    continues,
    count_words,
    find_place,
    has_too_many_rows,
    heading_of,
    is_too_long,
    missing_fields,
    next_chapter,
    places,
    practice_done,
    used_terms,
)
from tests.workbook.cast import MONDAY, PROGRAMME, rows, table_field, text_field


def test_the_draft_begins_with_cover_and_summary() -> None:
    assert [place.chapter.number for place in places(PROGRAMME)] == [-1, 0, 1, 2, 4, 6]
    assert [heading_of(place.chapter) for place in places(PROGRAMME)][:3] == ["Deckblatt", "Zusammenfassung", "1 Ausgangslage"]


def test_a_chapter_knows_the_note_of_its_module() -> None:
    place = find_place(PROGRAMME, 4)
    assert place is not None
    assert place.note == "Schreiben Sie hier keine echten Schwachstellen auf."


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("   \n ", 0), ("Im Jahr 2035", 3), ("Nähe – und Ruhe", 3), ("Wort-mit-Strich", 1), ("1. Punkt: ja!", 3)],
)
def test_words_are_counted_as_a_reader_does(text: str, count: int) -> None:
    assert count_words(text) == count


def test_a_line_that_word_broke_stays_two_lines() -> None:
    field = text_field("t", "T")
    assert clean_content(field, Content(text="Zeile eins\x0bZeile zwei")) == Content(text="Zeile eins\nZeile zwei")


def test_a_table_loses_empty_rows_and_unknown_columns() -> None:
    typed = Content(rows=({"name": "  ", "stand": ""}, {"name": "Portal", "stand": "läuft", "fremd": "x"}))
    assert clean_content(table_field("t", "T"), typed) == Content(rows=({"name": "Portal", "stand": "läuft"},))


def test_all_cells_of_a_table_share_the_limit() -> None:
    assert not is_too_long(rows("x" * 19_995))
    assert is_too_long(rows("x" * 19_996))
    assert has_too_many_rows(rows(*["x"] * 201))


def test_the_recommended_range_of_words_keeps_nothing_back() -> None:
    place = find_place(PROGRAMME, 2)
    assert place is not None
    assert missing_fields(place.chapter, {"zielbild": Content(text="kurz")}) == ()


def test_an_empty_required_text_is_missing() -> None:
    place = find_place(PROGRAMME, 2)
    assert place is not None
    assert [one.field.id for one in missing_fields(place.chapter, {})] == ["zielbild"]


def test_a_table_needs_its_rows() -> None:
    place = find_place(PROGRAMME, 1)
    assert place is not None
    assert missing_fields(place.chapter, {"vorhaben": rows("a", "b")}) == ()
    (missing,) = missing_fields(place.chapter, {"vorhaben": rows("a")})
    assert (missing.rows, missing.rows_wanted) == (1, 2)


@pytest.mark.parametrize(
    ("before", "after", "minutes", "goes_on"),
    [
        ("Im", "Im Jahr", 1, True),
        ("Im", "Im Jahr", 5, False),
        ("Im Jahr 2035 leben", "Im Jahr 2035", 1, True),
        ("x" * 41, "", 1, False),
        ("x" * 40, "", 1, True),
        ("Anfang " + "x" * 41 + " Ende", "Anfang Ende", 1, False),
    ],
)
def test_a_version_is_a_spell_of_writing(before: str, after: str, minutes: int, goes_on: bool) -> None:
    now = MONDAY + timedelta(minutes=minutes)
    assert continues(Content(text=before), Content(text=after), begun_at=MONDAY, now=now) is goes_on


@pytest.mark.parametrize(
    ("rule", "submitted", "confirmed", "done"),
    [
        (PracticeRule.ACCEPTED, True, True, False),
        (PracticeRule.SUBMITTED, True, False, True),
        (PracticeRule.SUBMITTED, False, True, False),
        (PracticeRule.PEER, True, True, True),
        (PracticeRule.PEER, True, False, False),
        (PracticeRule.PEER, False, True, False),
    ],
)
def test_the_course_decides_what_a_chapter_needs(rule: PracticeRule, submitted: bool, confirmed: bool, done: bool) -> None:
    assert practice_done(rule, accepted=False, submitted=submitted, confirmed=confirmed) is done
    assert practice_done(rule, accepted=True, submitted=submitted, confirmed=confirmed) is True


def test_what_came_back_comes_first_and_the_summary_last() -> None:
    statuses = {-1: Status.OPEN, 0: Status.OPEN, 1: Status.ACCEPTED, 2: Status.OPEN, 4: Status.FEEDBACK}
    assert next_chapter(statuses) == 4
    assert next_chapter(statuses | {4: Status.SUBMITTED}) == 2
    assert next_chapter(statuses | {4: Status.SUBMITTED, 2: Status.SUBMITTED}) == 0
    assert next_chapter({1: Status.ACCEPTED, 2: Status.SUBMITTED}) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Unsere Handlungsfelder", ["Handlungsfeld"]),
        ("Das INSEK gilt.", ["INSEK"]),
        ("insekten", []),
        ("Handlungsfeldern und INSEK", ["Handlungsfeld", "INSEK"]),
        ("Behandlungsfeld", []),
    ],
)
def test_terms_are_found_in_their_inflected_forms(text: str, found: list[str]) -> None:
    assert [term.term for term in used_terms(PROGRAMME, [text])] == found
