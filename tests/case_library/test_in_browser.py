"""Cases, forms and worked examples in a real browser: through axe at 320 and 1280 px, by keyboard, on paper, without a script."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from werkzeug.serving import make_server

from lti_tool.case_library.mark_case import mark_case
from lti_tool.domain.people import Visitor
from lti_tool.models.database import open_database
from tests.browser.test_accessibility import faults
from tests.shipped import read_programme
from tests.workbook.cast import MONDAY, Course
from tests.workbook.site import a_site

pytestmark = pytest.mark.browser
PROGRAMME = read_programme()
PAGES = ("/cases", "/cases/parksensoren", "/cases/parksensoren/hint", "/downloads", "/workbook/chapters/5")


@pytest.fixture
def door(sqlite_url: str, tmp_path: Path) -> Iterator[str]:
    """Where Anna comes in, who has marked a case."""
    database = open_database(sqlite_url)
    with database.write.begin() as session:
        people: dict[str, Visitor] = {"anna": Course(session).person("Anna Krüger")}
        mark_case(session, PROGRAMME, user_id=people["anna"].user_id, case_id="smile24", is_marked=True, now=MONDAY)
    database.close()
    server = make_server("127.0.0.1", 0, a_site(sqlite_url, tmp_path, people, programme=PROGRAMME), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/enter/anna?to="
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("colours", ["none", "active"])
def test_axe_finds_nothing_and_no_page_is_wider_than_the_window(browser: Browser, door: str, colours: str) -> None:
    context = browser.new_context(locale="de-DE", bypass_csp=True, forced_colors=colours)  # type: ignore[arg-type]
    page = context.new_page()
    found = []
    for path in PAGES:
        page.goto(door + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found += faults(page)
    page.goto(door + "/cases")
    page.goto(f"{page.url}&q=parken&topic=beteiligung&size=klein")
    found += faults(page)
    context.close()
    assert found == [], "\n".join(found)


def test_cases_are_found_and_marked_by_keyboard_without_a_script(browser: Browser, door: str) -> None:
    context = browser.new_context(locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    page.goto(door + "/cases")
    page.get_by_label("Suchwort").focus()
    page.keyboard.type("parken")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Sensoren vor der Feuerwehrzufahrt")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Für meinen Entwurf merken").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Gemerkt. Sie finden den Fall")).to_be_visible()
    page.goto(door + "/workbook/chapters/5")
    expect(page.get_by_text("Ihre gemerkten Fälle (2)")).to_be_visible()
    page.locator("details.example > summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="So überzeugt es").first).to_be_visible()
    context.close()


def printed(page: Page, file: Path) -> PdfReader:
    page.pdf(path=str(file), format="A4", prefer_css_page_size=True)
    return PdfReader(file)


def test_every_case_is_one_sheet_of_paper_with_its_sources(browser: Browser, door: str, tmp_path: Path) -> None:
    page = browser.new_page(locale="de-DE")
    sheets: dict[str, int] = {}
    lost: list[str] = []
    for study in PROGRAMME.library.studies:
        page.goto(f"{door}/cases/{study.id}")
        paper = printed(page, tmp_path / "case.pdf")
        sheets[study.id] = len(paper.pages)
        # Only the beginning of an address: it is broken where a line ends.
        text = "".join("".join(sheet.extract_text() for sheet in paper.pages).split())
        lost += [source.url for source in study.sources if source.url[:16] not in text]
    page.close()
    assert ({case_id: count for case_id, count in sheets.items() if count != 1}, lost) == ({}, [])


def test_worked_examples_are_printed_with_the_chapter_though_folded(browser: Browser, door: str, tmp_path: Path) -> None:
    page = browser.new_page(locale="de-DE")
    page.goto(door + "/workbook/chapters/5")
    text = " ".join(" ".join(one.extract_text().split()) for one in printed(page, tmp_path / "chapter.pdf").pages)
    page.close()
    assert "Wer später fragt, fragt zu spät." in text
    assert "überzeugt:" in text
