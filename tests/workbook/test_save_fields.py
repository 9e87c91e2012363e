"""Saving field by field: autosave, stale tabs, limits and history."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.workbook import Content, Status
from lti_tool.errors import NotFound
from lti_tool.workbook.history import read_history, restore_version
from lti_tool.workbook.save_fields import FieldEntry, Saved, SavingOutcome, save_fields
from lti_tool.workbook.stored_content import digest_of
from lti_tool.workbook.submit_chapter import submit_chapter
from lti_tool.workbook.take_home.draft import ChapterNotFound, WrongMoment, read_draft
from tests.syllabus import taught
from tests.workbook.cast import MONDAY, PROGRAMME, rows, write


def save(
    session: Session,
    visitor: Visitor,
    text: str,
    *,
    base: int,
    shown: str = "",
    field_id: str = "zielbild",
    now: datetime = MONDAY,
) -> Saved:
    entry = FieldEntry(Content(text=text), base, digest_of(Content(text=shown)))
    return save_fields(session, PROGRAMME, user_id=visitor.user_id, number=2, entries={"zielbild": entry}, now=now)["zielbild"]


def text_of(session: Session, visitor: Visitor, field_id: str = "zielbild") -> str:
    return read_draft(session, PROGRAMME, user_id=visitor.user_id).field(field_id).content.text


def kept_texts(session: Session, visitor: Visitor) -> list[str]:
    history = read_history(session, PROGRAMME, user_id=visitor.user_id, number=2, field_id="zielbild")
    return [version.content.text for version in history.versions]


def test_the_first_save_begins_the_chapter(session: Session, ayse: Visitor) -> None:
    result = save(session, ayse, "Im Jahr 2035", base=0)
    assert (result.outcome, result.stored.version) == (SavingOutcome.SAVED, 1)
    assert read_draft(session, PROGRAMME, user_id=ayse.user_id).status(2) is Status.IN_PROGRESS


def test_saving_an_empty_page_leaves_the_chapter_open(session: Session, ayse: Visitor) -> None:
    assert save(session, ayse, "   ", base=0).outcome is SavingOutcome.UNCHANGED
    assert read_draft(session, PROGRAMME, user_id=ayse.user_id).status(2) is Status.OPEN


def test_the_same_text_sent_twice_is_saved_once(session: Session, ayse: Visitor) -> None:
    save(session, ayse, "Im Jahr 2035", base=0)
    again = save(session, ayse, "Im Jahr 2035", base=0)
    assert (again.outcome, again.stored.version) == (SavingOutcome.UNCHANGED, 1)


def test_a_stale_tab_overwrites_nothing_and_loses_nothing(session: Session, ayse: Visitor) -> None:
    save(session, ayse, "aus dem ersten Fenster", base=0)
    late = save(session, ayse, "aus dem zweiten Fenster", base=0)
    assert late.outcome is SavingOutcome.CONFLICT
    assert late.typed.text == "aus dem zweiten Fenster"
    assert late.stored.content.text == "aus dem ersten Fenster"
    assert text_of(session, ayse) == "aus dem ersten Fenster"
    assert kept_texts(session, ayse) == ["aus dem zweiten Fenster", "aus dem ersten Fenster"]


def test_a_stale_tab_that_tries_again_sets_its_text_aside_once(session: Session, ayse: Visitor) -> None:
    save(session, ayse, "aus dem ersten Fenster", base=0)
    save(session, ayse, "aus dem zweiten Fenster", base=0)
    save(session, ayse, "aus dem zweiten Fenster", base=0)
    assert len(kept_texts(session, ayse)) == 2


def test_a_field_not_touched_in_a_stale_tab_is_no_conflict(session: Session, ayse: Visitor) -> None:
    save(session, ayse, "erst", base=0)
    save(session, ayse, "dann", base=1, shown="erst")
    result = save(session, ayse, "erst", base=1, shown="erst")
    assert (result.outcome, result.typed.text) == (SavingOutcome.UNCHANGED, "dann")


def test_after_a_conflict_the_person_may_keep_their_own_text(session: Session, ayse: Visitor) -> None:
    save(session, ayse, "aus dem ersten Fenster", base=0)
    late = save(session, ayse, "aus dem zweiten Fenster", base=0)
    assert save(session, ayse, "aus dem zweiten Fenster", base=late.stored.version).outcome is SavingOutcome.SAVED
    assert text_of(session, ayse) == "aus dem zweiten Fenster"
    assert "aus dem ersten Fenster" in kept_texts(session, ayse)


def test_a_text_over_the_limit_is_refused_and_the_stored_one_stays(session: Session, ayse: Visitor) -> None:
    save(session, ayse, "kurz", base=0)
    assert save(session, ayse, "x" * 20_001, base=1).outcome is SavingOutcome.TOO_LONG
    assert text_of(session, ayse) == "kurz"


def test_a_text_at_the_limit_is_taken(session: Session, ayse: Visitor) -> None:
    assert save(session, ayse, "x" * 20_000, base=0).outcome is SavingOutcome.SAVED


def test_a_table_takes_200_rows_and_not_one_more(session: Session, ayse: Visitor) -> None:
    def outcome(count: int) -> SavingOutcome:
        entry = FieldEntry(rows(*(f"Vorhaben {n}" for n in range(count))), 0, "")
        saved = save_fields(session, PROGRAMME, user_id=ayse.user_id, number=1, entries={"vorhaben": entry}, now=MONDAY)
        return saved["vorhaben"].outcome

    assert outcome(201) is SavingOutcome.TOO_MANY_ROWS
    assert outcome(200) is SavingOutcome.SAVED


def test_a_spell_of_writing_is_one_version(session: Session, ayse: Visitor) -> None:
    save(session, ayse, "Im", base=0)
    save(session, ayse, "Im Jahr", base=1, now=MONDAY + timedelta(minutes=1))
    save(session, ayse, "Im Jahr 2035", base=2, now=MONDAY + timedelta(minutes=4))
    save(session, ayse, "Im Jahr 2035 leben", base=3, now=MONDAY + timedelta(minutes=6))
    assert kept_texts(session, ayse) == ["Im Jahr 2035 leben", "Im Jahr 2035"]


def test_deleting_much_text_keeps_what_was_there(session: Session, ayse: Visitor) -> None:
    long_text = "Im Jahr 2035 leben hier zweitausend Menschen mehr als heute."
    save(session, ayse, long_text, base=0)
    save(session, ayse, "", base=1, now=MONDAY + timedelta(seconds=2))
    assert kept_texts(session, ayse) == ["", long_text]


def test_replacing_the_text_by_another_of_the_same_length_keeps_what_was_there(session: Session, ayse: Visitor) -> None:
    first = "Im Jahr 2035 leben hier zweitausend Menschen mehr als heute."
    second = "Versehentlich eingefügt: ein ganz anderer Text, gleich lang."
    save(session, ayse, first, base=0)
    save(session, ayse, second, base=1, now=MONDAY + timedelta(seconds=2))
    assert kept_texts(session, ayse) == [second, first]


def test_an_earlier_version_comes_back_and_the_present_one_stays_in_the_history(session: Session, ayse: Visitor) -> None:
    save(session, ayse, "alt", base=0)
    save(session, ayse, "neu", base=1, now=MONDAY + timedelta(minutes=10))
    history = read_history(session, PROGRAMME, user_id=ayse.user_id, number=2, field_id="zielbild")
    old = next(version for version in history.versions if version.content.text == "alt")
    later = MONDAY + timedelta(minutes=20)
    restored = restore_version(
        session, PROGRAMME, user_id=ayse.user_id, number=2, field_id="zielbild", version_id=old.id, now=later
    )
    assert restored.version == 3
    assert text_of(session, ayse) == "alt"
    assert kept_texts(session, ayse) == ["alt", "neu", "alt"]


def test_nobody_restores_a_version_of_somebody_else(session: Session, ayse: Visitor, bernd: Visitor) -> None:
    save(session, ayse, "geheim", base=0)
    theirs = read_history(session, PROGRAMME, user_id=ayse.user_id, number=2, field_id="zielbild").versions[0]
    save(session, bernd, "meins", base=0)
    with pytest.raises(NotFound):
        restore_version(
            session, PROGRAMME, user_id=bernd.user_id, number=2, field_id="zielbild", version_id=theirs.id, now=MONDAY
        )


def test_the_history_keeps_the_newest_sixty(session: Session, ayse: Visitor) -> None:
    for number in range(65):
        save(session, ayse, f"Fassung {number}", base=number, now=MONDAY + timedelta(minutes=10 * number))
    kept = kept_texts(session, ayse)
    assert (len(kept), kept[0], kept[-1]) == (60, "Fassung 64", "Fassung 5")


def test_what_is_typed_after_handing_in_is_set_aside(session: Session, ayse: Visitor) -> None:
    write(session, ayse, 2, "zielbild", "fertig")
    submit_chapter(session, taught(PROGRAMME), ayse, 2, now=MONDAY)
    result = save(session, ayse, "fertig, mit Zusatz", base=1, shown="fertig")
    assert result.outcome is SavingOutcome.RESTS
    assert text_of(session, ayse) == "fertig"
    assert "fertig, mit Zusatz" in kept_texts(session, ayse)
    version = read_history(session, PROGRAMME, user_id=ayse.user_id, number=2, field_id="zielbild").versions[0]
    with pytest.raises(WrongMoment):
        restore_version(
            session, PROGRAMME, user_id=ayse.user_id, number=2, field_id="zielbild", version_id=version.id, now=MONDAY
        )


def test_a_chapter_that_does_not_exist_is_not_found(session: Session, ayse: Visitor) -> None:
    with pytest.raises(ChapterNotFound):
        save_fields(session, PROGRAMME, user_id=ayse.user_id, number=99, entries={}, now=MONDAY)


def test_a_field_of_another_chapter_is_left_out(session: Session, ayse: Visitor) -> None:
    entry = FieldEntry(Content(text="x"), 0, "")
    assert save_fields(session, PROGRAMME, user_id=ayse.user_id, number=2, entries={"plan": entry}, now=MONDAY) == {}
    assert text_of(session, ayse, "plan") == ""
