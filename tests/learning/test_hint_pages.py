"""The hint form at a lesson and the course's list, without any script."""

import json
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from lti_tool.cli.programme import programme
from lti_tool.models import LessonHint
from lti_tool.models.database import Database
from tests.learning import test_pages
from tests.learning.conftest import M1

Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser
FORM = f"/modules/{M1}/lessons/von-der-verwaltungsdigitalisierung/hint"


def test_a_hint_is_sent_once_and_thanked_for(browser: Browser, database: Database) -> None:
    browser.open(FORM)
    assert "Ihr Name wird nicht gespeichert. Nach 18 Monaten" in browser.text
    browser.send({"text": "Satz 2 <b>fehlt</b>", "heading": "merksaetze"}, form="/hint")
    assert "Danke für Ihren Hinweis" in browser.text
    with database.read() as session:
        assert session.execute(select(LessonHint.text, LessonHint.heading)).one() == ("Satz 2 <b>fehlt</b>", "Merksätze")


def test_an_empty_hint_says_what_to_do(browser: Browser) -> None:
    browser.open(FORM)
    page = browser.send({"text": "  ", "heading": "merksaetze"}, form="/hint")
    assert page.status_code == 400
    assert "Schreiben Sie, was Ihnen aufgefallen ist." in browser.text
    assert 'value="merksaetze" lang="de" selected' in browser.text


def test_who_sends_very_many_keeps_the_text(browser: Browser, database: Database) -> None:
    for number in range(10):
        browser.open(FORM)
        assert browser.send({"text": f"Hinweis {number}"}, form="/hint").status_code == 200
    browser.open(FORM)
    page = browser.send({"text": "Der elfte & letzte"}, form="/hint")
    assert page.status_code == 429
    assert "Der elfte & letzte</textarea>" in unescape(browser.text)
    with database.read() as session:
        assert len(session.scalars(select(LessonHint.id)).all()) == 10


def test_an_instructor_sees_and_files_the_course_s_hints(browser: Browser) -> None:
    browser.open(FORM)
    browser.send({"text": "Bitte <script>prüfen</script>"}, form="/hint")
    assert browser.open("/course/hints").status_code == 403
    browser.get("/enter?role=instructor&to=/course/hints")
    assert "Offen (1)" in browser.text
    assert "Bitte &lt;script&gt;prüfen" in browser.text
    browser.send({}, form="/course/hints/")
    assert ("Offen (0)" in browser.text, "Erledigt (1)" in browser.text) == (True, True)
    browser.send({}, form="/course/hints/")
    assert "Offen (1)" in browser.text


@pytest.mark.usefixtures("app")
def test_authors_read_all_hints_by_command(
    browser: Browser, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.open(FORM)
    browser.send({"text": "Zahl veraltet"}, form="/hint")
    monkeypatch.setenv("LTI_TOOL_DATABASE_URL", database_url)
    monkeypatch.setenv("LTI_TOOL_DATA_DIR", str(tmp_path))

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(programme, ["hints", *arguments], catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    (hint,) = json.loads(run("--json"))
    assert (hint["lesson"], hint["text"], hint["status"]) == ("1.1", "Zahl veraltet", "open")
    assert "Anna" not in run()
    assert run("--done", str(hint["id"])) == ""
    assert "done" in run("--all")
