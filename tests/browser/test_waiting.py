"""Pages that wait for a platform in a real browser: they say so, and show what came of it by themselves."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS
from tests.installation import Installation

pytestmark = pytest.mark.browser

WAITING = "Die Verbindung wird gerade geprüft."
GOOD = "Die Verbindung zu Ihrer Lernplattform funktioniert."


def enter(page: Page, installation: Installation, person_id: str = INSTRUCTOR.id) -> None:
    page.goto(f"{installation.lms_url}/")
    page.locator(f'button[name="person"][value="{person_id}"]').click()
    page.goto(f"{installation.lms_url}/launch/{installation.lms.activities[0].id}?target=window")


def test_the_check_shows_its_answer_without_a_reload_and_says_so_to_screen_readers(
    context: BrowserContext, installation: Installation
) -> None:
    page = context.new_page()
    enter(page, installation)
    installation.lms.hang_next(3, service="token")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.get_by_role("link", name="Verbindung").click()
    expect(page.get_by_role("status").get_by_text(WAITING)).to_be_visible()
    # Whoever is reading further down is not thrown back to the top.
    page.get_by_role("button", name="Noch einmal prüfen").focus()
    expect(page.get_by_role("status").get_by_text(GOOD)).to_be_visible()
    expect(page.get_by_text(WAITING)).to_have_count(0)
    expect(page.get_by_text("Alles, was wir brauchen, ist erlaubt")).to_be_visible()
    expect(page.get_by_role("button", name="Noch einmal prüfen")).to_be_focused()
    assert len(loads) == 1


def test_without_a_script_the_check_reloads_itself_until_the_answer_is_there(
    browser: Browser, installation: Installation
) -> None:
    plain = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = plain.new_page()
    page.set_default_timeout(20_000)
    enter(page, installation, INSTRUCTOR.id)
    connection, onward = page.get_by_role("link", name="Verbindung"), page.get_by_role("button", name="Weiter")
    # The platform's own forms need a click each without scripts.
    while True:
        expect(connection.or_(onward)).to_be_visible()
        if connection.is_visible():
            break
        onward.click()
    installation.lms.hang_next(3, service="token")
    connection.click()
    page.get_by_role("button", name="Noch einmal prüfen").click()
    expect(page.get_by_text(WAITING)).to_be_visible()
    expect(page.get_by_text(WAITING)).to_have_count(0)
    expect(page.get_by_text(GOOD)).to_be_visible()
    assert page.locator("meta[http-equiv=refresh]").count() == 0
    plain.close()


def test_the_course_page_fills_itself_while_its_filter_keeps_what_is_typed(
    context: BrowserContext, installation: Installation
) -> None:
    page = context.new_page()
    enter(page, installation, PARTICIPANTS[0].id)
    enter(page, installation)
    installation.lms.hang_next(4, service="memberships", times=2)
    page.get_by_role("link", name="Kurs", exact=True).click()
    page.get_by_role("button", name="Teilnehmendenliste abgleichen").click()
    expect(page.get_by_text("wird gerade von Ihrer Lernplattform geholt")).to_be_visible()
    page.get_by_label("Name enthält").fill("Jör")
    expect(page.get_by_text(re.compile("Teilnehmendenliste abgeglichen:"))).to_be_visible()
    expect(page.get_by_text("wird gerade von Ihrer Lernplattform geholt")).to_have_count(0)
    expect(page.get_by_role("link", name=PARTICIPANTS[1].name)).to_be_visible()
    expect(page.get_by_label("Name enthält")).to_have_value("Jör")
    expect(page.get_by_label("Name enthält")).to_be_focused()
