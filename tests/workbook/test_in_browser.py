"""Writing in a real Chromium: saved by itself, two tabs, a lost connection, by keyboard, on a narrow screen."""

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from werkzeug.serving import make_server

from lti_tool.domain.people import Role, Visitor
from lti_tool.models.database import Database, open_database
from lti_tool.workbook.release_chapter import release_chapter
from lti_tool.workbook.submit_chapter import submit_chapter
from lti_tool.workbook.take_home.draft import read_draft
from tests.dialogs import answered_dialogs
from tests.syllabus import taught
from tests.workbook.cast import MONDAY, PROGRAMME, Course, rows, write
from tests.workbook.site import a_site

_NAME_OF_FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
pytestmark = pytest.mark.browser


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def people(database: Database) -> dict[str, Visitor]:
    """Ayşe has written nothing; Bernd has handed chapter 2 in and shows chapter 1."""
    with database.write.begin() as session:
        course = Course(session)
        bernd = course.person("Bernd Schulze")
        write(session, bernd, 2, "zielbild", "Im Jahr 2035")
        submit_chapter(session, taught(PROGRAMME), bernd, 2, now=MONDAY)
        write(session, bernd, 1, "vorhaben", rows("Straßenbeleuchtungskataster", "Bürgerportal"))
        release_chapter(session, PROGRAMME, bernd, 1, now=MONDAY)
        return {
            "ayse": course.person("Ayşe Öztürk"),
            "bernd": bernd,
            "ines": course.person("Ines Lehmann", Role.INSTRUCTOR),
        }


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path, people: dict[str, Visitor]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = a_site(sqlite_url, tmp_path, people, programme=PROGRAMME, address=f"http://localhost:{port}")
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def enter(page: Page, address: str, path: str, name: str = "ayse") -> Page:
    page.goto(f"{address}/enter/{name}?to={path}")
    return page


def stored(database: Database, people: dict[str, Visitor], field_id: str) -> str:
    with database.read() as session:
        return read_draft(session, PROGRAMME, user_id=people["ayse"].user_id).field(field_id).content.text


def saved(page: Page, field_id: str) -> None:
    expect(page.locator(f"#field-{field_id} [data-saved]")).to_have_text("Gespeichert um 10:30 Uhr")


def test_what_is_typed_is_saved_a_second_later(page: Page, address: str, database: Database, people: dict[str, Visitor]) -> None:
    enter(page, address, "/workbook/chapters/2")
    page.get_by_label("Zielbild").fill("Im Jahr 2035 leben wir hier gern.")
    expect(page.locator("#field-zielbild [data-words]")).to_have_text("7 Wörter")
    saved(page, "zielbild")
    assert stored(database, people, "zielbild") == "Im Jahr 2035 leben wir hier gern."


def test_two_tabs_show_both_texts_and_the_person_decides(
    page: Page, context: BrowserContext, address: str, database: Database, people: dict[str, Visitor]
) -> None:
    enter(page, address, "/workbook/chapters/2")
    other = context.new_page()
    other.goto(page.url)
    page.get_by_label("Zielbild").fill("aus dem ersten Fenster")
    saved(page, "zielbild")
    other.get_by_label("Zielbild").fill("aus dem zweiten Fenster")
    conflict = other.locator("#conflict-zielbild")
    expect(conflict).to_contain_text("aus dem ersten Fenster")
    expect(other.get_by_label("Zielbild")).to_have_value("aus dem zweiten Fenster")
    assert stored(database, people, "zielbild") == "aus dem ersten Fenster"
    other.get_by_role("button", name="Meine Fassung behalten").click()
    saved(other, "zielbild")
    expect(conflict).to_have_count(0)
    assert stored(database, people, "zielbild") == "aus dem zweiten Fenster"
    other.goto(other.url.replace("?", "/fields/zielbild/history?").partition("#")[0])
    expect(other.locator("main")).to_contain_text("aus dem ersten Fenster")


def test_the_other_text_can_be_taken(
    page: Page, context: BrowserContext, address: str, database: Database, people: dict[str, Visitor]
) -> None:
    enter(page, address, "/workbook/chapters/2")
    other = context.new_page()
    other.goto(page.url)
    page.get_by_label("Zielbild").fill("eins")
    saved(page, "zielbild")
    other.get_by_label("Zielbild").fill("zwei")
    other.get_by_role("button", name="Andere Fassung übernehmen").click()
    expect(other.get_by_label("Zielbild")).to_have_value("eins")
    assert stored(database, people, "zielbild") == "eins"


def test_a_lost_connection_is_told_and_what_was_typed_goes_later(
    page: Page, context: BrowserContext, address: str, database: Database, people: dict[str, Visitor]
) -> None:
    enter(page, address, "/workbook/chapters/2")
    context.set_offline(True)
    page.get_by_label("Zielbild").fill("Im Jahr 2035")
    expect(page.locator("#field-zielbild [data-saved]")).to_contain_text("keine Verbindung")
    context.set_offline(False)
    saved(page, "zielbild")
    assert stored(database, people, "zielbild") == "Im Jahr 2035"


def test_leaving_at_once_loses_nothing(page: Page, address: str, database: Database, people: dict[str, Visitor]) -> None:
    enter(page, address, "/workbook/chapters/2")
    page.get_by_label("Zielbild").fill("gerade noch getippt")
    page.get_by_role("link", name="Mein Entwurf").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mein Entwurf")
    # The last request of the page that was left may arrive a moment after the next page.
    deadline = time.monotonic() + 5
    while stored(database, people, "zielbild") == "" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert stored(database, people, "zielbild") == "gerade noch getippt"


def test_a_chapter_is_written_and_handed_in_by_keyboard_alone(page: Page, address: str) -> None:
    enter(page, address, "/workbook/chapters/1")

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            label = page.evaluate(
                "document.activeElement.labels?.[0]?.textContent.trim() ?? document.activeElement.innerText?.trim()"
            )
            if label == name:
                return
        raise AssertionError(f"{name} was not reached")

    for text in ("Bürgerportal", "Sensorik"):
        tab_to("Vorhaben")
        page.keyboard.type(text)
        tab_to("Stand")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    saved(page, "vorhaben")
    tab_to("Weitere Zeile")
    page.keyboard.press("Enter")
    expect(page.locator("#field-vorhaben .row")).to_have_count(3)
    page.keyboard.type("Dritte Zeile")
    tab_to("Kapitel einreichen")
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_contain_text("eingereicht")
    expect(page.locator("main")).to_contain_text("Dritte Zeile")
    expect(page.locator("td", has_text="läuft")).to_have_count(2)


def test_pages_work_without_a_script(
    address: str, context: BrowserContext, database: Database, people: dict[str, Visitor]
) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = enter(plain.new_page(), address, "/workbook/chapters/2")
    page.get_by_label("Zielbild").fill("ohne Skript")
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.locator("#field-zielbild [data-saved]")).to_have_text("Gespeichert um 10:30 Uhr")
    assert stored(database, people, "zielbild") == "ohne Skript"
    plain.close()


@pytest.mark.parametrize("file_format", ["ODT", "DOCX", "PDF"])
def test_the_draft_is_downloaded(page: Page, address: str, file_format: str) -> None:
    enter(page, address, "/workbook/export", "bernd")
    page.get_by_label(file_format).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Herunterladen").click()
    assert download.value.suggested_filename == f"Digitalstrategie-Entwurf-2026-11-23.{file_format.lower()}"
    assert download.value.path().stat().st_size > 5_000


PAGES = [
    ("/workbook", "ayse"),
    ("/workbook/chapters/1", "ayse"),
    ("/workbook/chapters/4", "ayse"),
    ("/workbook/chapters/cover", "ayse"),
    ("/workbook/chapters/2", "bernd"),
    ("/workbook/chapters/1/fields/vorhaben/history", "bernd"),
    ("/workbook/export", "ayse"),
    ("/workbook/print", "bernd"),
    ("/workbook/peers", "ayse"),
    ("/workbook/peers/2", "ayse"),
    ("/workbook/course", "ines"),
    ("/workbook/course/1", "ines"),
]


def test_no_page_is_wider_than_a_narrow_screen(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    widths = {}
    for path, name in PAGES:
        enter(page, address, path, name)
        assert re.fullmatch(r".+ – Smart-City-Manager:in", page.title()), path
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in widths.items() if width > 320} == {}
    assert problems == []


def test_on_a_narrow_screen_empty_rows_wait_until_they_are_needed(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    enter(page, address, "/workbook/chapters/1")
    table = page.locator("#field-vorhaben")
    rows = table.locator(".row")
    expect(rows).to_have_count(2)
    expect(rows.filter(visible=True)).to_have_count(1)
    # On a wide screen all stand there.
    page.set_viewport_size({"width": 1280, "height": 700})
    expect(rows.filter(visible=True)).to_have_count(2)
    page.set_viewport_size({"width": 320, "height": 700})
    expect(rows.filter(visible=True)).to_have_count(1)
    # The button brings the rows that wait before it adds any.
    add = table.get_by_role("button", name="Weitere Zeile")
    add.click()
    expect(rows.filter(visible=True)).to_have_count(2)
    expect(rows.nth(1).locator("textarea, select").first).to_be_focused()
    add.click()
    expect(rows.filter(visible=True)).to_have_count(3)
    page.reload()
    expect(rows.filter(visible=True)).to_have_count(1)
    rows.first.locator("textarea").first.fill("Bürgerportal")
    expect(rows.filter(visible=True)).to_have_count(2)


def end_visit(page: Page) -> None:
    """Take the visit's cookie away, as twelve hours do."""
    page.context.clear_cookies(name=re.compile("^__Host-visit-"))


def test_journey_4_an_ended_visit_is_told_at_once_and_the_text_goes_out_after_the_next_launch(
    page: Page, context: BrowserContext, address: str, database: Database, people: dict[str, Visitor]
) -> None:
    enter(page, address, "/workbook/chapters/2")
    page.get_by_label("Zielbild").fill("vor der Mittagspause")
    saved(page, "zielbild")
    end_visit(page)
    page.get_by_label("Zielbild").fill("nach der Mittagspause geschrieben")
    expect(page.locator("#field-zielbild [data-saved]")).to_contain_text("Ihre Sitzung ist abgelaufen")
    expect(page.locator("#visit-ended")).to_contain_text("Ihr Text bleibt hier stehen")
    assert stored(database, people, "zielbild") == "vor der Mittagspause"
    # Leaving asks.
    asked = answered_dialogs(page, leaves=False)
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    # Any activity of the course, opened in another tab, brings this one back to life.
    other = context.new_page()
    enter(other, address, "/workbook")
    saved(page, "zielbild")
    expect(page.locator("#visit-ended")).to_be_hidden()
    assert stored(database, people, "zielbild") == "nach der Mittagspause geschrieben"


def test_text_of_a_tab_that_was_closed_waits_in_this_browser_for_the_next_visit(
    page: Page, context: BrowserContext, address: str, database: Database, people: dict[str, Visitor]
) -> None:
    enter(page, address, "/workbook/chapters/1")
    end_visit(page)
    table = page.locator("#field-vorhaben")
    for _ in range(3):
        table.get_by_role("button", name="Weitere Zeile").click()
    table.locator("textarea").nth(4).fill("Bürgerportal, fünfte Zeile")
    expect(table.locator("[data-saved]")).to_contain_text("Ihre Sitzung ist abgelaufen")
    page.wait_for_timeout(600)
    answered_dialogs(page, leaves=True)
    page.close(run_before_unload=True)
    other = context.new_page()
    # It is said wherever the person comes in, and leads there.
    enter(other, address, "/workbook")
    other.get_by_role("status").get_by_role("link", name="1 Ausgangslage").click()
    expect(other.get_by_role("heading", name="Ihr Text ist noch da")).to_be_visible()
    saved(other, "vorhaben")
    with database.read() as session:
        rows = read_draft(session, PROGRAMME, user_id=people["ayse"].user_id).field("vorhaben").content.rows
    assert [next(iter(row.values())) for row in rows] == ["Bürgerportal, fünfte Zeile"]
    other.reload()
    expect(other.get_by_role("heading", name="Ihr Text ist noch da")).to_have_count(0)


def test_nobody_else_at_this_computer_can_read_what_is_kept(page: Page, context: BrowserContext, address: str) -> None:
    enter(page, address, "/workbook/chapters/2")
    end_visit(page)
    page.get_by_label("Zielbild").fill("Vertraulich: Haushaltslage")
    expect(page.locator("#field-zielbild [data-saved]")).to_contain_text("Ihre Sitzung ist abgelaufen")
    page.wait_for_timeout(600)
    kept = page.evaluate("JSON.stringify({...localStorage})")
    assert "kept." in kept
    assert "Vertraulich" not in kept
    other = context.new_page()
    enter(other, address, "/workbook", "bernd")
    other.wait_for_timeout(500)
    expect(other.get_by_text("ungespeicherten Text")).to_have_count(0)
    enter(other, address, "/workbook/chapters/2", "bernd")
    other.wait_for_timeout(500)
    expect(other.get_by_text("Ihr Text ist noch da")).to_have_count(0)


def test_what_was_saved_elsewhere_meanwhile_is_a_conflict_also_for_text_that_waited(
    page: Page, context: BrowserContext, address: str, database: Database, people: dict[str, Visitor]
) -> None:
    enter(page, address, "/workbook/chapters/2")
    end_visit(page)
    page.get_by_label("Zielbild").fill("hat gewartet")
    expect(page.locator("#field-zielbild [data-saved]")).to_contain_text("Ihre Sitzung ist abgelaufen")
    page.wait_for_timeout(600)
    answered_dialogs(page, leaves=True)
    page.close(run_before_unload=True)
    with database.write.begin() as session:
        write(session, people["ayse"], 2, "zielbild", "am anderen Rechner geschrieben")
    other = context.new_page()
    enter(other, address, "/workbook/chapters/2")
    expect(other.locator("#conflict-zielbild")).to_contain_text("am anderen Rechner geschrieben")
    expect(other.get_by_label("Zielbild")).to_have_value("hat gewartet")
    assert stored(database, people, "zielbild") == "am anderen Rechner geschrieben"


def test_without_a_script_the_refusal_hands_the_text_back_and_sends_it_after_the_next_launch(
    address: str, context: BrowserContext, database: Database, people: dict[str, Visitor]
) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = enter(plain.new_page(), address, "/workbook/chapters/2")
    page.get_by_label("Zielbild").fill("Ohne Skript geschrieben,\nmit zwei Zeilen")
    end_visit(page)
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Sitzung ist abgelaufen.")
    expect(page.get_by_role("textbox", name="Ihr Text")).to_have_value("Ohne Skript geschrieben,\nmit zwei Zeilen")
    # Back brings the form with the text as well.
    page.go_back()
    expect(page.get_by_label("Zielbild")).to_have_value("Ohne Skript geschrieben,\nmit zwei Zeilen")
    page.get_by_role("button", name="Speichern", exact=True).click()
    # Too early: the same page again.
    page.get_by_role("button", name="Noch einmal senden").click()
    expect(page.get_by_role("textbox", name="Ihr Text")).to_have_value("Ohne Skript geschrieben,\nmit zwei Zeilen")
    enter(plain.new_page(), address, "/workbook")
    page.get_by_role("button", name="Noch einmal senden").click()
    expect(page.locator("#field-zielbild [data-saved]")).to_have_text("Gespeichert um 10:30 Uhr")
    assert stored(database, people, "zielbild") == "Ohne Skript geschrieben,\nmit zwei Zeilen"
    plain.close()


def test_a_word_of_a_proxy_is_not_taken_for_an_answer_of_ours(
    page: Page, address: str, database: Database, people: dict[str, Visitor]
) -> None:
    enter(page, address, "/workbook/chapters/2")
    page.route("**/fields/**", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.get_by_label("Zielbild").fill("Im Jahr 2035")
    expect(page.locator("#field-zielbild [data-saved]")).to_contain_text("Wir versuchen es weiter")
    page.unroute("**/fields/**")
    saved(page, "zielbild")
    assert stored(database, people, "zielbild") == "Im Jahr 2035"


def test_a_text_that_is_too_long_is_told_and_stays(
    page: Page, address: str, database: Database, people: dict[str, Visitor]
) -> None:
    enter(page, address, "/workbook/chapters/2")
    page.get_by_label("Zielbild").fill("x" * 20_001)
    expect(page.locator("#field-zielbild [data-saved]")).to_contain_text("20.001")
    asked = answered_dialogs(page, leaves=False)
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    page.get_by_label("Zielbild").fill("kurz")
    saved(page, "zielbild")
    assert stored(database, people, "zielbild") == "kurz"
