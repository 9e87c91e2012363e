"""The pages of the self-assessment, without any script."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from lti_tool.domain.content.programme import Dimension
from lti_tool.domain.people import Role, Visitor
from lti_tool.models.database import Database, open_database
from tests.workbook.cast import PROGRAMME, Course
from tests.workbook.site import a_site

HOST = "http://localhost"
TWO = replace(
    PROGRAMME,
    dimensions=(Dimension(1, "Strategie", tuple("abcde")), Dimension(2, "Daten", tuple("fghij"))),
    dimension_levels=("noch nicht begonnen", "vereinzelt", "geplant", "etabliert", "wirksam"),
)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def people(database: Database) -> dict[str, Visitor]:
    with database.write.begin() as session:
        course = Course(session)
        return {"anna": course.person("Anna Krüger"), "ines": course.person("Ines Lehmann", Role.INSTRUCTOR)}


class Person:
    """Somebody with a browser, inside one visit."""

    def __init__(self, browser: FlaskClient, name: str) -> None:
        self.browser = browser
        self.visit = urlsplit(browser.get(f"/enter/{name}?to=/reifegrad", base_url=HOST).location).query

    def get(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(f"{path}?{self.visit}", base_url=HOST)
        assert answer.status_code == status
        return answer.get_data(as_text=True)

    def send(self, moment: str, *, status: int, page: str = "", **data: str) -> str:
        page = page or self.get(f"/reifegrad/{moment}")
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        answer = self.browser.post(f"/reifegrad/{moment}?{self.visit}", data={**hidden, **data}, base_url=HOST)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)


@pytest.fixture
def anna(sqlite_url: str, tmp_path: Path, people: dict[str, Visitor]) -> Person:
    return Person(a_site(sqlite_url, tmp_path, people, programme=TWO).test_client(), "anna")


def test_a_saved_part_is_there_again(anna: Person) -> None:
    anna.send("before", status=303, go="save", **{"level-2": "3", "evidence-2": "Dateninventar 2025"})
    page = anna.get("/reifegrad/before")
    assert 'name="level-2" value="3" checked' in page
    assert ">Dateninventar 2025</textarea>" in page
    assert "1 von 2 Feldern eingeschätzt" in anna.get("/reifegrad")


def test_finishing_too_early_saves_and_leads_to_what_is_missing(anna: Person) -> None:
    page = anna.send("before", status=422, go="finish", **{"level-1": "2"})
    assert "Gespeichert, aber noch nicht abgeschlossen" in page
    assert 'href="#level-2-0"' in page
    assert 'id="level-2-0"' in page
    assert 'name="level-1" value="2" checked' in anna.get("/reifegrad/before")


def test_a_finished_round_shows_its_day_and_what_lacks_evidence(anna: Person) -> None:
    anna.send("before", status=303, go="finish", **{"level-1": "2", "evidence-1": "Beschluss", "level-2": "0"})
    page = anna.get("/reifegrad")
    assert "Abgeschlossen am 23. November 2026." in page
    assert "Strategie: zu Beginn 2, zum Abschluss nicht eingeschätzt." in page
    assert "Daten: zu Beginn 0 (ohne Beleg), zum Abschluss nicht eingeschätzt." in page


def test_both_rounds_are_compared(anna: Person) -> None:
    anna.send("before", status=303, go="finish", **{"level-1": "3", "level-2": "0"})
    anna.send("after", status=303, go="finish", **{"level-1": "1", "level-2": "0"})
    page = anna.get("/reifegrad")
    assert "<td>−2</td>" in page
    assert "<td>gleich</td>" in page


def test_a_stale_window_keeps_what_was_typed_and_may_save_again(anna: Person) -> None:
    stale = anna.get("/reifegrad/before")
    anna.send("before", status=303, go="save", **{"level-1": "1"})
    page = anna.send("before", status=409, page=stale, go="save", **{"level-1": "4"})
    assert 'name="level-1" value="4" checked' in page
    anna.send("before", status=303, page=page, go="save", **{"level-1": "4"})
    assert 'name="level-1" value="4" checked' in anna.get("/reifegrad/before")


def test_evidence_that_is_too_long_is_not_lost(anna: Person) -> None:
    page = anna.send("before", status=422, go="save", **{"evidence-2": "x" * 1001})
    assert "Der Beleg zu „Daten“ ist zu lang: 1001 Zeichen." in page
    assert "x" * 1001 in page
    assert 'href="#evidence-2"' in page


def test_learners_do_not_see_the_course(anna: Person) -> None:
    anna.get("/reifegrad/course", status=403)


def test_who_teaches_sees_that_there_are_too_few(sqlite_url: str, tmp_path: Path, people: dict[str, Visitor]) -> None:
    ines = Person(a_site(sqlite_url, tmp_path, people, programme=TWO).test_client(), "ines")
    assert "Noch weniger als 5 abgeschlossene Einschätzungen." in ines.get("/reifegrad/course")


def test_the_draft_takes_the_profile_along(anna: Person) -> None:
    anna.send("before", status=303, go="finish", **{"level-1": "2", "evidence-1": "Ratsbeschluss", "level-2": "0"})
    page = anna.get("/workbook/print")
    assert "Reifegrad: Selbsteinschätzung" in page
    assert "Ratsbeschluss" in page


def test_another_moment_does_not_exist(anna: Person) -> None:
    anna.get("/reifegrad/sometime", status=404)
