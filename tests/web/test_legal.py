"""The legal pages: open to everybody, the operator's words where there are any, honest where there are none."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from lti_tool import bootstrap
from lti_tool.app import create_app
from lti_tool.domain.people import Visitor
from lti_tool.models.database import Database, open_database
from lti_tool.personal_data.data_kinds import data_kinds
from lti_tool.settings import Settings
from tests.workbook.cast import PROGRAMME, Course
from tests.workbook.site import a_site

Opened = Callable[..., FlaskClient]
INCOMPLETE = "Diese Seite ist noch nicht vollständig"


@pytest.fixture
def opened(sqlite_url: str, tmp_path: Path) -> Iterator[Opened]:
    """Gives a stranger's browser at a tool with these settings."""
    databases: list[Database] = []

    def open_tool(**values: object) -> FlaskClient:
        settings = Settings.model_validate(
            {"database_url": sqlite_url, "data_dir": tmp_path, "keys_dir": tmp_path / "keys", "embedded_worker": "off", **values}
        )
        parts = bootstrap.build(settings)
        databases.append(parts.database)
        return create_app(settings, parts=parts).test_client()

    yield open_tool
    for database in databases:
        database.close()


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path, base_url="http://localhost")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/privacy", "/imprint", "/accessibility"])
def test_a_shipped_page_says_to_strangers_that_it_is_incomplete(opened: Opened, path: str) -> None:
    assert INCOMPLETE in text_of(opened(), path)


def test_the_operators_file_takes_the_templates_place(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "imprint.md").write_text("# Impressum\n\nStadt Musterlingen, Rathausplatz 1\n", encoding="utf-8")
    page = text_of(opened(legal_dir=tmp_path), "/imprint")
    assert "Stadt Musterlingen, Rathausplatz 1" in page
    assert INCOMPLETE not in page
    assert page.count("<h1") == 1


def test_a_file_with_an_open_mark_is_incomplete(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "imprint.md").write_text("Stadt Musterlingen, [Betreiber: Anschrift]", encoding="utf-8")
    assert INCOMPLETE in text_of(opened(legal_dir=tmp_path), "/imprint")


def test_a_missing_file_leaves_the_template(opened: Opened, tmp_path: Path) -> None:
    assert "Wer es sieht" in text_of(opened(legal_dir=tmp_path), "/privacy")


def test_the_privacy_page_tells_every_kind_of_data_also_below_an_operators_own_text(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "privacy.md").write_text("Stadt Musterlingen", encoding="utf-8")
    page = text_of(opened(legal_dir=tmp_path, hints_kept_months=7), "/privacy")
    kinds = [kind for kind in data_kinds(hints_kept_months=7, modules_count_months=24) if kind.is_of_people]
    assert [kind.name for kind in kinds if f'<summary lang="de">{kind.name}</summary>' not in page] == []
    assert "7 Monate, dann jede Nacht von selbst gelöscht" in page
    assert "verbrauchte Einmalwerte" not in page


def test_the_other_legal_pages_tell_no_kinds_of_data(opened: Opened) -> None:
    assert 'id="kinds"' not in text_of(opened(), "/imprint")


def test_english_readers_get_the_english_file(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "imprint.md").write_text("Stadt Musterlingen", encoding="utf-8")
    (tmp_path / "imprint.en.md").write_text("Town of Musterlingen", encoding="utf-8")
    page = text_of(opened(legal_dir=tmp_path), "/imprint?lang=en")
    assert "Town of Musterlingen" in page
    assert '<div class="prose" lang="en">' in page


def test_german_words_on_an_english_page_are_marked_as_german(opened: Opened) -> None:
    page = text_of(opened(), "/imprint?lang=en")
    assert '<html lang="en">' in page
    assert '<div class="prose" lang="de">' in page


def test_no_script_comes_through_an_operators_file(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "privacy.md").write_text("Gut <script>alert(1)</script> [Weg](javascript:alert(2))", encoding="utf-8")
    page = text_of(opened(legal_dir=tmp_path), "/privacy")
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_a_barrier_is_reported_to_the_operators_address(opened: Opened) -> None:
    page = text_of(opened(contact_email="barriere@musterlingen.example"), "/accessibility")
    assert 'href="mailto:barriere@musterlingen.example?subject=Barriere%20im%20Lernangebot"' in page


def test_a_barrier_can_be_reported_without_a_mail_program(opened: Opened) -> None:
    assert 'href="/barrier"' in text_of(opened(), "/accessibility")


def test_the_enforcement_body_of_the_land_is_named(opened: Opened) -> None:
    page = text_of(opened(enforcement_body="Landesbeauftragte für Barrierefreiheit, 0391 1234"), "/accessibility")
    assert "Landesbeauftragte für Barrierefreiheit, 0391 1234" in page


def test_a_page_without_a_visit_links_them(opened: Opened) -> None:
    page = text_of(opened(), "/verify")
    for path in ("/privacy", "/imprint", "/accessibility", "/barrier?page=/verify"):
        assert f'href="{path}"' in page


def test_the_footer_keeps_the_visit(sqlite_url: str, tmp_path: Path, database: Database, people: dict[str, Visitor]) -> None:
    browser = a_site(sqlite_url, tmp_path, people, programme=PROGRAMME).test_client()
    entered = browser.get("/enter/ayse?to=/workbook", base_url="http://localhost")
    visit = urlsplit(entered.location).query
    page = text_of(browser, entered.location)
    assert f'href="/privacy?{visit}"' in page
    assert f'href="/workbook?{visit}"' in text_of(browser, f"/privacy?{visit}")


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def people(database: Database) -> dict[str, Visitor]:
    with database.write.begin() as session:
        return {"ayse": Course(session).person("Ayşe Öztürk")}
