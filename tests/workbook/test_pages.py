"""The pages of the strategy draft, without any script: writing, conflicts, handing in, feedback, export."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.domain.content.programme import Column, Field
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.workbook import Content
from lti_tool.models.database import Database, open_database
from lti_tool.web.pages.draft.workbook_form import _rows
from lti_tool.workbook.take_home.draft import read_draft
from tests.workbook.cast import PROGRAMME, Course
from tests.workbook.site import a_site

HOST = "http://localhost"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def people(database: Database) -> dict[str, Visitor]:
    with database.write.begin() as session:
        course = Course(session)
        return {
            "ayse": course.person("Ayşe Öztürk"),
            "bernd": course.person("Bernd Schulze"),
            "ines": course.person("Ines Lehmann", Role.INSTRUCTOR),
            "chefin": course.person("Frau Chefin", Role.MENTOR),
            "fremd": course.person("Otto Fremd", Role.INSTRUCTOR, course_id=course.other_course_id),
        }


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, people: dict[str, Visitor]) -> Flask:
    return a_site(sqlite_url, tmp_path, people, programme=PROGRAMME)


class Person:
    """Somebody with a browser, inside one visit."""

    def __init__(self, app: Flask, name: str) -> None:
        self.browser: FlaskClient = app.test_client()
        answer = self.browser.get(f"/enter/{quote(name)}?to=/workbook", base_url=HOST)
        self.visit = urlsplit(answer.location).query

    def get(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(self.address(path), base_url=HOST)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def post(self, path: str, page: str, **data: str) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        return self.browser.post(self.address(path), base_url=HOST, data={"csrf_token": token.group(1), **data})

    def address(self, path: str) -> str:
        return f"{path}{'&' if '?' in path else '?'}{self.visit}"

    def write(self, number: int, page: str, action: str = "save", **texts: str) -> TestResponse:
        """Send a chapter's form as the page has it, with some fields typed anew."""
        form = dict(re.findall(r'<input type="hidden" name="([tn]\.[^"]+)" value="([^"]*)"', page))
        form |= dict.fromkeys(re.findall(r'<(?:textarea|select)[^>]* name="(f\.[^"]+)"', page), "")
        for name, text in re.findall(r'<textarea[^>]* name="(f\.[^"]+)"[^>]*>([^<]*)</textarea>', page):
            form[name] = text
        form |= {f"f.{name.replace('__', '.').replace('_', '-')}": text for name, text in texts.items()}
        return self.post(f"/workbook/chapters/{number}", page, action=action, **form)


@pytest.fixture
def ayse(app: Flask) -> Person:
    return Person(app, "ayse")


@pytest.fixture
def bernd(app: Flask) -> Person:
    return Person(app, "bernd")


@pytest.fixture
def ines(app: Flask) -> Person:
    return Person(app, "ines")


def stored(database: Database, people: dict[str, Visitor], field_id: str) -> str:
    with database.read() as session:
        return read_draft(session, PROGRAMME, user_id=people["ayse"].user_id).field(field_id).content.text


def hand_in(person: Person) -> None:
    answer = person.write(2, person.get("/workbook/chapters/2"), action="submit", zielbild="Im Jahr 2035")
    assert answer.status_code == 303, answer.get_data(as_text=True)


def test_a_newcomer_sees_all_chapters_and_where_to_begin(ayse: Person) -> None:
    page = ayse.get("/workbook")
    for words in ("Deckblatt", "Zusammenfassung", "Ausgangslage", "Anfangen", "geschützt: sehen nur Sie und die Lernbegleitung"):
        assert words in page


def test_a_chapter_is_saved_by_its_form(ayse: Person, database: Database, people: dict[str, Visitor]) -> None:
    answer = ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="Im Jahr <2035> & später")
    assert answer.status_code == 303
    assert stored(database, people, "zielbild") == "Im Jahr <2035> & später"
    page = ayse.get("/workbook/chapters/2")
    assert "Im Jahr &lt;2035&gt; &amp; später" in page
    assert "Gespeichert um 10:30 Uhr" in page
    assert "5 Wörter" not in page
    assert "4 Wörter" in page


def test_the_cover_is_saved_too(ayse: Person, database: Database, people: dict[str, Visitor]) -> None:
    page = ayse.get("/workbook/chapters/cover")
    form = dict(re.findall(r'<input type="hidden" name="(t\.[^"]+)" value="([^"]*)"', page))
    answer = ayse.post("/workbook/chapters/cover", page, action="save", **form, **{"f.deckblatt-kommune": "Havelbruch"})
    assert answer.status_code == 303
    assert stored(database, people, "deckblatt-kommune") == "Havelbruch"


def test_a_table_is_saved_row_by_row(ayse: Person) -> None:
    ayse.write(1, ayse.get("/workbook/chapters/1"), vorhaben__1__name="Bürgerportal", vorhaben__1__stand="läuft")
    page = ayse.get("/workbook/chapters/1")
    assert re.search(r'name="f\.vorhaben\.0\.name"[^>]*>Bürgerportal<', page)
    assert "<option selected>läuft</option>" in page


def test_more_rows_come_on_request_and_what_was_typed_stays(ayse: Person) -> None:
    page = ayse.get("/workbook/chapters/1")
    assert "f.vorhaben.2.name" not in page
    answer = ayse.write(1, page, action="add:vorhaben", vorhaben__0__name="Bürgerportal")
    more = ayse.browser.get(answer.location, base_url=HOST).get_data(as_text=True)
    assert "f.vorhaben.2.name" in more
    assert "f.vorhaben.3.name" not in more
    assert "Bürgerportal" in more


def test_two_tabs_show_both_texts_and_nothing_is_lost(ayse: Person, database: Database, people: dict[str, Visitor]) -> None:
    stale = ayse.get("/workbook/chapters/2")
    ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="aus dem ersten Fenster")
    answer = ayse.write(2, stale, zielbild="aus dem zweiten Fenster", offene_punkte="Wer bezahlt?")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Zwei Fassungen" in page
    assert "aus dem ersten Fenster" in page
    assert re.search(r'name="f\.zielbild"[^>]*>aus dem zweiten Fenster<', page)
    assert stored(database, people, "zielbild") == "aus dem ersten Fenster"
    # What was not in conflict is saved.
    assert stored(database, people, "offene-punkte") == "Wer bezahlt?"
    history = ayse.get("/workbook/chapters/2/fields/zielbild/history")
    assert "aus dem ersten Fenster" in history
    assert "aus dem zweiten Fenster" in history


def test_after_a_conflict_saving_again_keeps_mine(ayse: Person, database: Database, people: dict[str, Visitor]) -> None:
    stale = ayse.get("/workbook/chapters/2")
    ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="eins")
    conflict = ayse.write(2, stale, zielbild="zwei").get_data(as_text=True)
    assert ayse.write(2, conflict).status_code == 303
    assert stored(database, people, "zielbild") == "zwei"


def test_after_a_conflict_the_other_text_can_be_taken(ayse: Person, database: Database, people: dict[str, Visitor]) -> None:
    stale = ayse.get("/workbook/chapters/2")
    ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="eins")
    conflict = ayse.write(2, stale, zielbild="zwei").get_data(as_text=True)
    assert ayse.write(2, conflict, action="take:zielbild").status_code == 303
    assert stored(database, people, "zielbild") == "eins"


def test_a_text_that_is_too_long_is_told_with_its_numbers_and_stays_on_the_page(ayse: Person) -> None:
    answer = ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="x" * 20_001)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Der Text ist zu lang: 20.001 Zeichen, möglich sind 20.000." in page
    assert "x" * 20_001 in page


def test_a_whole_chapter_of_long_texts_is_taken(ayse: Person) -> None:
    answer = ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="„" * 20_000, offene_punkte="ß" * 20_000)
    assert answer.status_code == 303


def test_handing_in_names_what_is_missing_and_keeps_what_was_typed(ayse: Person) -> None:
    answer = ayse.write(1, ayse.get("/workbook/chapters/1"), action="submit", vorhaben__0__name="Bürgerportal")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Das Kapitel ist noch nicht vollständig" in page
    assert 'href="#field-vorhaben"' in page
    assert "Hier werden mindestens 2 Zeilen gebraucht, ausgefüllt: 1." in page
    assert "Bürgerportal" in ayse.get("/workbook/chapters/1")


def test_a_submitted_chapter_rests_and_can_be_taken_back(ayse: Person) -> None:
    hand_in(ayse)
    page = ayse.get("/workbook/chapters/2")
    assert "<textarea" not in page
    assert "Im Jahr 2035" in page
    assert ayse.post("/workbook/chapters/2/reopen", page).status_code == 303
    assert "<textarea" in ayse.get("/workbook/chapters/2")


def test_guiding_questions_can_be_put_away_and_stay_away(ayse: Person) -> None:
    page = ayse.get("/workbook/chapters/2")
    assert '<details class="questions" open>' in page
    ayse.write(2, page, action="questions:hide")
    hidden = ayse.get("/workbook/chapters/6")
    assert '<details class="questions">' in hidden
    assert "Leitfragen zeigen" in hidden


def test_the_note_stands_at_the_restricted_chapter(ayse: Person) -> None:
    assert "Schreiben Sie hier keine echten Schwachstellen auf." in ayse.get("/workbook/chapters/4")


def test_the_script_saves_one_field_and_learns_the_new_version(ayse: Person) -> None:
    page = ayse.get("/workbook/chapters/2")
    address = "/workbook/chapters/2/fields/zielbild"
    token = re.search(r'name="t.zielbild" value="([^"]*)"', page)
    assert token
    first = ayse.post(address, page, **{"t.zielbild": token.group(1), "f.zielbild": "Im Jahr"})
    assert first.status_code == 200
    assert first.get_json()["message"] == "Gespeichert um 10:30 Uhr"
    second = ayse.post(address, page, **{"t.zielbild": first.get_json()["token"], "f.zielbild": "Im Jahr 2035"})
    assert second.status_code == 200
    stale = ayse.post(address, page, **{"t.zielbild": token.group(1), "f.zielbild": "<b>anders</b>"})
    assert stale.status_code == 409
    assert "Im Jahr 2035" in stale.get_json()["html"]


@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("/workbook/chapters/2/fields/plan", "0.x"),
        ("/workbook/chapters/2/fields/zielbild", "kaputt"),
        ("/workbook/chapters/2/fields/zielbild", "-1.x"),
    ],
)
def test_a_field_or_token_that_is_not_ours_is_not_found(ayse: Person, path: str, token: str) -> None:
    page = ayse.get("/workbook/chapters/2")
    assert ayse.post(path, page, **{f"t.{path.rpartition('/')[2]}": token}).status_code == 404


@pytest.mark.parametrize("name", ["99", "x", "-1", "1000000"])
def test_a_chapter_that_does_not_exist_is_not_found(ayse: Person, name: str) -> None:
    ayse.get(f"/workbook/chapters/{name}", 404)


def test_a_version_comes_back(ayse: Person, database: Database, people: dict[str, Visitor]) -> None:
    long_text = "Im Jahr 2035 leben hier zweitausend Menschen mehr als heute."
    ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild=long_text)
    ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="weg")
    page = ayse.get("/workbook/chapters/2/fields/zielbild/history")
    (version,) = re.findall(r'name="version" value="(\d+)"', page)
    assert ayse.post("/workbook/chapters/2/fields/zielbild/history", page, version=version).status_code == 303
    assert stored(database, people, "zielbild") == long_text


def test_a_draft_is_its_authors_alone(ayse: Person, bernd: Person) -> None:
    ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="nur für mich")
    assert "nur für mich" not in bernd.get("/workbook/chapters/2")
    assert "nur für mich" not in bernd.get("/workbook/print")


def test_instructors_come_to_the_courses_drafts_and_mentors_to_nothing(app: Flask, ines: Person) -> None:
    assert "/workbook/course" in ines.browser.get(ines.address("/workbook"), base_url=HOST).location
    mentor = Person(app, "chefin")
    for path in ("/workbook", "/workbook/chapters/1", "/workbook/export", "/workbook/print", "/workbook/course"):
        mentor.get(path, 403)


def test_an_instructor_reads_judges_and_the_author_gets_the_feedback(app: Flask, ayse: Person, ines: Person) -> None:
    hand_in(ayse)
    course = ines.get("/workbook/course")
    assert "Warten auf Ihre Rückmeldung" in course
    found = re.search(r"/workbook/course/\d+", course)
    assert found
    path = found.group()
    page = ines.get(path)
    assert "Im Jahr 2035" in page
    empty = ines.post(path, page, action="return")
    assert empty.status_code == 422
    assert "Es steht noch nichts in der Rückmeldung." in empty.get_data(as_text=True)
    answer = ines.post(path, page, action="return", **{"rating.messbar": "not_yet", "comment.messbar": "Zielwert fehlt"})
    assert answer.status_code == 303
    chapter = ayse.get("/workbook/chapters/2")
    assert "Zielwert fehlt" in chapter
    assert "<strong>noch nicht</strong>" in chapter
    Person(app, "fremd").get(path, 404)


def test_levels_stand_beside_what_to_tick_and_only_where_the_criterion_fits(ayse: Person, ines: Person) -> None:
    assert "<dd>Jedes Ziel.</dd>" in ayse.get("/workbook/chapters/2")
    assert "Jedes Ziel." not in ayse.get("/workbook/chapters/1")
    hand_in(ayse)
    found = re.search(r"/workbook/course/\d+", ines.get("/workbook/course"))
    assert found
    page = ines.get(found.group())
    assert re.search(
        r'value="convincing" id="rating-messbar-convincing">\s*<label [^>]*>überzeugt: <span [^>]*>Jedes Ziel\.<', page
    )


def test_an_empty_table_begins_with_few_rows_and_always_has_one_more(ayse: Person) -> None:
    field = Field("steckbrief", "Steckbrief", "table", True, (), 10, None, (Column("a", "A", ()),))
    shown = [len(_rows(field, Content(rows=({"a": "x"},) * filled), more)) for filled, more in ((0, 0), (5, 0), (9, 0), (0, 1))]
    assert shown == [3, 6, 10, 4]


def test_a_member_comments_a_chapter_that_is_shown(ayse: Person, bernd: Person) -> None:
    ayse.write(2, ayse.get("/workbook/chapters/2"), zielbild="Im Jahr 2035")
    ayse.post("/workbook/chapters/2/release", ayse.get("/workbook/chapters/2"), action="release")
    found = re.search(r"/workbook/peers/\d+", bernd.get("/workbook/peers"))
    assert found
    page = bernd.get(found.group())
    answer = bernd.post(found.group(), page, text="Sehr anschaulich.", confirmed="yes")
    assert answer.status_code == 303
    chapter = ayse.get("/workbook/chapters/2")
    assert "Sehr anschaulich." in chapter
    assert "bestätigt: Die Aufgabe ist erfüllt" in chapter
    ayse.get(found.group(), 404)


def test_the_restricted_chapter_is_not_shown_by_the_button_alone(ayse: Person, bernd: Person) -> None:
    page = ayse.get("/workbook/chapters/4")
    ayse.write(4, page, meldekette="Rolle A")
    assert ayse.post("/workbook/chapters/4/release", page, action="release").status_code == 409
    assert "/workbook/peers/" not in bernd.get("/workbook/peers")
    assert ayse.post("/workbook/chapters/4/release", page, action="release", restricted="yes").status_code == 303


@pytest.mark.parametrize(("file_format", "beginning"), [("odt", b"PK"), ("docx", b"PK"), ("pdf", b"%PDF")])
def test_the_draft_is_sent_as_a_file_that_no_cache_keeps(ayse: Person, file_format: str, beginning: bytes) -> None:
    answer = ayse.browser.get(ayse.address(f"/workbook/export/document?format={file_format}"), base_url=HOST)
    assert answer.status_code == 200
    assert answer.data.startswith(beginning)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="Digitalstrategie-Entwurf-2026-11-23.{file_format}"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_unknown_format_is_not_found(ayse: Person) -> None:
    ayse.get("/workbook/export/document?format=exe", 404)


def test_the_page_to_print_holds_the_restricted_chapter_only_when_ticked(ayse: Person) -> None:
    ayse.write(4, ayse.get("/workbook/chapters/4"), meldekette="Rolle A")
    assert "Rolle A" not in ayse.get("/workbook/print")
    page = ayse.get("/workbook/print?restricted=yes")
    assert "Rolle A" in page
    assert "Entwurf – nicht beschlossen" in page


def test_a_form_without_its_token_saves_nothing(ayse: Person, database: Database, people: dict[str, Visitor]) -> None:
    ayse.get("/workbook/chapters/2")
    answer = ayse.browser.post(
        ayse.address("/workbook/chapters/2"), base_url=HOST, data={"t.zielbild": "0.x", "f.zielbild": "fremd"}
    )
    assert answer.status_code == 403
    assert stored(database, people, "zielbild") == ""


def test_before_the_export_a_person_reads_which_signs_a_pdf_cannot_show_and_where(ayse: Person) -> None:
    assert "kann die PDF-Datei nicht zeigen" not in ayse.get("/workbook/export")
    ayse.write(1, ayse.get("/workbook/chapters/1"), vorhaben__1__name="Portal 漢 und 漢", vorhaben__1__stand="läuft")
    page = ayse.get("/workbook/export")
    assert "2 Zeichen Ihres Textes kann die PDF-Datei nicht zeigen" in page
    assert '„漢“ (2-mal): <span lang="de">1 Ausgangslage: Laufende Vorhaben</span>' in page
