"""Private notes to the Transferfragen: kept, found again, read by nobody else, counted only where something is written."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown
from lti_tool.errors import NotFound
from lti_tool.learning.read_notes import read_note, read_notes
from lti_tool.learning.write_note import FIELD, MOST_CHARACTERS, NoteTooLong, write_note
from lti_tool.lti.json_shapes import origin_of
from lti_tool.models import TransferNote, User
from lti_tool.models.database import Database
from lti_tool.progress.contributions import contributions_of
from lti_tool.progress.requirements import requirements_of
from tests.learning import test_pages
from tests.learning.conftest import M1

Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser
LESSON = test_pages.LESSON
PLACE = (M1, LESSON.rpartition("/")[2])
TEXT = "Bei uns fehlt, wer entscheidet.\n\nIch frage <Montag> im Hauptamt & bei der IT."


def write(
    session: Session, programme: Programme, who: Visitor, text: str, *, now: datetime, shown: Shown = NOTHING_SHOWN
) -> None:
    write_note(session, programme, who, PLACE, text, shown=shown, now=now)


def test_a_note_is_written_at_its_lesson_and_found_on_one_page_and_in_a_file(browser: Browser, programme: Programme) -> None:
    browser.open(LESSON)
    browser.send({"note": TEXT}, form="/note")
    assert "Ihre Notiz ist gespeichert." in browser.text
    assert (
        f'name="note" rows="5" aria-describedby="note-hint">{TEXT.replace("&", "&amp;").replace("<", "&lt;")[:40]}'
        in browser.text
    )
    browser.open("/modules")
    (address,) = re.findall(r'href="(/notes\?[^"]*)"', browser.text)
    browser.get(unescape(address))
    assert TEXT in unescape(browser.text)
    assert "<Montag>" not in browser.text
    (address,) = re.findall(r'href="(/notes\.txt\?[^"]*)"', browser.text)
    file = browser.get(unescape(address))
    assert file.content_type == "text/plain; charset=utf-8"
    assert file.headers["Content-Disposition"] == "attachment; filename=Meine-Notizen.txt"
    written = file.get_data().decode("utf-8-sig")
    assert TEXT.replace("\n", "\r\n") in written
    assert programme.lessons_by_code["1.1"][1].title in written


def test_an_emptied_note_is_gone(browser: Browser, database: Database) -> None:
    for text in (TEXT, "  \n "):
        browser.open(LESSON)
        browser.send({"note": text}, form="/note")
    assert "Ihre Notiz ist gelöscht." in browser.text
    assert "Noch keine Notizen" in browser.open("/notes").get_data(as_text=True)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TransferNote)) == 0


def test_what_does_not_fit_stays_in_the_form_and_is_not_stored(browser: Browser, database: Database) -> None:
    browser.open(LESSON)
    page = browser.send({"note": "Wort " * (MOST_CHARACTERS // 4)}, form="/note")
    assert page.status_code == 422
    assert "Wort Wort Wort" in browser.text
    assert "Die Notiz ist zu lang." in browser.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TransferNote)) == 0
    browser.send({"note": "Kurz."}, form="/note")
    assert "Ihre Notiz ist gespeichert." in browser.text


def test_two_windows_lose_neither_text(browser: Browser) -> None:
    browser.open(LESSON)
    older = next(fields for action, fields in test_pages.forms_of(browser.text) if "/note" in action)
    browser.send({"note": "Aus dem ersten Fenster."}, form="/note")
    page = browser.send({**older, "note": "Aus dem zweiten Fenster."}, form="/note")
    assert page.status_code == 409
    assert "Aus dem ersten Fenster." in browser.text
    assert ">Aus dem zweiten Fenster.</textarea>" in browser.text
    # Having seen both, the person decides.
    browser.send({"note": "Aus beiden."}, form="/note")
    assert "Aus beiden." in browser.open("/notes").get_data(as_text=True)


def test_a_visit_that_ended_hands_the_text_back(app: Flask, browser: Browser, database: Database) -> None:
    browser.open(LESSON)
    action, fields = next(form for form in test_pages.forms_of(browser.text) if "/note" in form[0])
    ended = re.sub(r"v=[\w-]+", "v=gone", action)
    headers = {"Origin": origin_of(app.extensions["parts"].settings.public_url)}
    page = browser._client.post(ended, data={**fields, "note": TEXT}, base_url="https://localhost", headers=headers)
    assert page.status_code == 403
    assert TEXT.partition("\n")[0] in unescape(page.get_data(as_text=True))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TransferNote)) == 0


def test_only_its_author_reads_a_note(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    row = User(platform_id=anna.platform_id, sub="petra", first_seen_at=now, last_seen_at=now)
    session.add(row)
    session.flush()
    petra = replace(anna, user_id=row.id)
    write(session, programme, anna, TEXT, now=now)
    write(session, programme, petra, "Petras", now=now)
    module, lesson = programme.lessons_by_code["1.1"]
    assert read_note(session, anna, module, lesson) == TEXT
    assert [note.text for note in read_notes(session, programme, petra)] == ["Petras"]


def test_the_last_text_counts_and_another_window_is_told(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    write(session, programme, anna, "eins", now=now)
    write(session, programme, anna, "zwei", shown=Shown.of({FIELD: "eins"}), now=now + timedelta(minutes=1))
    with pytest.raises(ChangedMeanwhile):
        write(session, programme, anna, "drei", shown=Shown.of({FIELD: "eins"}), now=now)
    (note,) = read_notes(session, programme, anna)
    assert (note.text, note.written_at) == ("zwei", now + timedelta(minutes=1))


def test_a_lesson_that_asks_nothing_takes_no_note(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    first, *others = programme.modules
    silent = replace(first, lessons=(replace(first.lessons[0], transfer_html=""), *first.lessons[1:]))
    with pytest.raises(NotFound):
        write(session, replace(programme, modules=(silent, *others)), anna, TEXT, now=now)
    with pytest.raises(NoteTooLong):
        write(session, programme, anna, "x" * (MOST_CHARACTERS + 1), now=now)


def test_a_note_outlives_its_lesson(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    write(session, programme, anna, TEXT, now=now)
    without = replace(programme, modules=programme.modules[1:])
    (note,) = read_notes(session, without, anna)
    assert (note.code, note.text, note.place) == ("1.1", TEXT, None)


def test_minutes_count_for_the_certificate_only_where_something_was_written(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    module = programme.modules[0]
    assert programme.hours.transfer_only_if_written

    def minutes() -> int:
        asked = requirements_of(session, programme, anna.course_id)
        beside = contributions_of(session, asked, [anna.user_id], with_notes=True)
        return beside.minutes_done(anna.user_id, module, programme.hours, is_quiz_passed=True)

    before = minutes()
    write(session, programme, anna, TEXT, now=now)
    assert minutes() - before == programme.hours.transfer_minutes_per_lesson
    write(session, programme, anna, "", now=now)
    assert minutes() == before
