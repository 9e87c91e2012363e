"""Every page that tells of a module without an exam: none breaks, none speaks of points, and the quiz says what to do instead."""
# ruff: noqa: F401, F811

import io
import zipfile
from dataclasses import replace

import pytest

from lti_tool.app import create_app
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.models.database import Database
from lti_tool.parts import Parts
from tests.certification.conftest import clock, keyring, parts
from tests.certification.tool import Clock
from tests.shipped import read_programme
from tests.web.two_courses import LESSON, MODULE, Browser, TwoCourses

_whole = read_programme()
_written = replace(_whole, modules=(replace(_whole.modules[0], has_exam=False, items=()), *_whole.modules[1:]))
_LESSON = next(lesson.slug for lesson in _written.modules[0].lessons if lesson.code == LESSON)


@pytest.fixture
def world(parts: Parts, database: Database, clock: Clock) -> TwoCourses:
    app = create_app(parts=replace(parts, catalogue=Catalogue.of(_written)))
    return TwoCourses.build(app, database, now=clock())


@pytest.mark.parametrize(
    "page",
    [
        "/modules",
        f"/modules/{MODULE}",
        f"/modules/{MODULE}/lessons/{_LESSON}",
        f"/modules/{MODULE}/live/1A",
        f"/modules/{MODULE}/glossary",
        "/workbook",
        "/certificates",
        "/notes",
    ],
)
def test_a_participant_finds_every_page(world: TwoCourses, page: str) -> None:
    answer = world.somebody("A", "participant").get(page)
    assert answer.status_code == 200
    assert f"/modules/{MODULE}/quiz" not in answer.text


@pytest.mark.parametrize("page", ["/course", "/course/settings", "/course/live", f"/course/live/{MODULE}/1A", "/course/hints"])
def test_whoever_teaches_finds_every_page(world: TwoCourses, page: str) -> None:
    assert world.somebody("A", "administrator").get(page).status_code == 200


def test_the_page_of_a_person_tells_of_chapters_and_not_of_attempts(world: TwoCourses) -> None:
    answer = world.somebody("A", "administrator").get(f"/course/people/{world.ids.user_id}")
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_lists_are_made(world: TwoCourses, kind: str) -> None:
    answer = world.somebody("A", "administrator").get(f"/course/list.{kind}")
    assert answer.status_code == 200
    if kind == "xlsx":
        assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None


def test_its_quiz_says_what_to_do_instead(world: TwoCourses) -> None:
    answer = world.somebody("A", "participant").get(f"/modules/{MODULE}/quiz")
    assert answer.status_code == 404
    assert "Dieses Modul hat keine Lernerfolgskontrolle." in answer.text
    assert "Was zum Abschluss gehört, steht auf der Seite des Moduls." in answer.text
