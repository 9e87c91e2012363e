"""Every form into which people type, in a real Chromium: nothing typed is lost when the visit ends, and nobody is lied to."""
# ruff: noqa: F401, F811

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import select

from lti_tool.models import ExtraAttempt, LessonHint, WorkbookChapter
from lti_tool.models.database import Database
from tests.dialogs import answered_dialogs
from tests.web.site import PROGRAMME, Site, database, page, site
from tests.web.two_courses import MODULE, SESSION

pytestmark = pytest.mark.browser
TEXT = "Ein längerer Satz, den niemand zweimal schreiben will."


def end_visit(page: Page) -> None:
    page.context.clear_cookies(name=re.compile("^__Host-visit-"))


LESSON = f"/modules/{MODULE}/lessons/{PROGRAMME.modules[0].lessons[0].slug}"
# Page, role, the field's label, the button, the text.
FORMS = {
    "hint": (f"{LESSON}/hint", "participant", "#text", "Hinweis senden", TEXT),
    "follow-up": (f"/modules/{MODULE}/live/{SESSION}", "participant", "#answer-0", "Nachbereitung speichern", TEXT),
    "maturity level": ("/reifegrad/before", "participant", "#evidence-1", "Speichern und später weitermachen", TEXT),
    "name request": ("/certificates/{certificate_id}/name", "participant", "#reason", "An die Kursleitung senden", TEXT),
    "further attempt": ("/course/people/{user_id}", "instructor", "#reason", "Versuch freigeben", TEXT),
    "settings": ("/course/settings", "instructor", "#attempts", "Speichern", "7"),
    "live date": (f"/course/live/{MODULE}/{SESSION}", "instructor", "#link", "Termin speichern", "https://meet.example/neu"),
    "feedback": ("/workbook/course/{submission_id}", "instructor", "#text", "Zur Überarbeitung zurückgeben", TEXT),
    "peer feedback": ("/workbook/peers/{release_id}", "test_user", "#text", "Rückmeldung senden", TEXT),
    "name refused": ("/course/certificates", "instructor", "#answer-{request_id}", "Ablehnen", TEXT),
    "letterhead": ("/course/certificates/letterhead", "administrator", "#note", "Speichern", TEXT),
}


def filled(site: Site, page: Page, name: str) -> tuple[str, str, str]:
    """Open a form and type into it; give its page, its field and its button."""
    path, role, field, button, text = FORMS[name]
    ids = vars(site.world.ids)
    path, field = path.format(**ids), field.format(**ids)
    site.enter(page, path, role)
    page.locator(field).fill(text)
    return path, field, button


@pytest.mark.parametrize("name", FORMS)
def test_what_was_typed_comes_back_and_is_sent_after_the_next_launch(
    site: Site, page: Page, context: BrowserContext, name: str
) -> None:
    _, role, _, _, text = FORMS[name]
    _, _, button = filled(site, page, name)
    end_visit(page)
    page.get_by_role("button", name=button, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Sitzung ist abgelaufen.")
    if " " in text:
        expect(page.locator("textarea", has_text=text)).to_have_count(1)
    site.enter(context.new_page(), "/modules", role)
    page.get_by_role("button", name="Noch einmal senden").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("abgelaufen")
    expect(page.locator("[data-refused]")).to_have_count(0)


@pytest.mark.parametrize("name", FORMS)
def test_leaving_asks_and_what_was_typed_is_there_again(site: Site, page: Page, context: BrowserContext, name: str) -> None:
    _, role, _, _, text = FORMS[name]
    path, field, _ = filled(site, page, name)
    page.wait_for_timeout(700)
    asked = answered_dialogs(page, leaves=True)
    page.close(run_before_unload=True)
    other = context.new_page()
    site.enter(other, path, role)
    expect(other.locator(field)).to_have_value(text)
    expect(other.get_by_role("heading", name="Ihr Text ist noch da")).to_be_visible()
    assert asked == ["beforeunload"]
    # Thrown away by who does not want it any more, without being asked.
    asked = answered_dialogs(other, leaves=True)
    other.get_by_role("button", name="Verwerfen").click()
    expect(other.get_by_role("heading", name="Ihr Text ist noch da")).to_have_count(0)
    expect(other.locator(field)).not_to_have_value(text)
    assert asked == []


def test_what_comes_too_late_is_handed_back_to_be_copied(site: Site, page: Page, database: Database) -> None:
    _, _, button = filled(site, page, "feedback")
    with database.write.begin() as session:
        session.scalars(select(WorkbookChapter)).one().status = "in_progress"
    page.get_by_role("button", name=button).click()
    expect(page.locator("textarea", has_text=TEXT)).to_have_attribute("readonly", "")
    expect(page.get_by_role("button", name="Noch einmal senden")).to_have_count(0)


def test_what_was_sent_is_kept_no_longer(site: Site, page: Page, database: Database) -> None:
    path, field, button = filled(site, page, "hint")
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Danke für Ihren Hinweis")
    page.wait_for_timeout(500)
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('kept.')).length") == 0
    site.enter(page, path, "participant")
    expect(page.locator(field)).to_have_value("")
    with database.read() as session:
        assert [hint.text for hint in session.scalars(select(LessonHint).order_by(LessonHint.id))][-1] == TEXT


def test_a_form_that_was_sent_twice_by_a_lost_answer_counts_once(
    site: Site, page: Page, context: BrowserContext, database: Database
) -> None:
    path, _, button = filled(site, page, "further attempt")

    # The server does its work, and the answer never comes.
    def lose_the_answer(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/attempts*", lose_the_answer)
    page.get_by_role("button", name=button).click()
    page.wait_for_timeout(1500)
    page.unroute("**/attempts*")
    other = context.new_page()
    site.enter(other, path, "instructor")
    expect(other.locator("#reason")).to_have_value(TEXT)
    other.get_by_role("button", name=button).click()
    expect(other.get_by_text("Der weitere Versuch ist freigegeben.")).to_be_visible()
    with database.read() as session:
        assert len(session.scalars(select(ExtraAttempt)).all()) == 1


def test_a_form_that_is_too_large_is_told_before_it_is_sent(site: Site, page: Page) -> None:
    filled(site, page, "follow-up")
    page.locator("#answer-0").evaluate("(area) => { area.value = 'x'.repeat(4 * 1024 * 1024); }")
    page.get_by_role("button", name="Nachbereitung speichern").click()
    expect(page.get_by_role("alert").get_by_text("Das ist zu viel auf einmal.")).to_be_visible()
    assert page.locator("#answer-0").evaluate("(area) => area.value.length") == 4 * 1024 * 1024


def test_a_text_far_too_long_is_handed_back_by_its_own_page(site: Site, page: Page) -> None:
    filled(site, page, "follow-up")
    text = "Bürgernähe " * 40_000
    page.locator("#answer-0").evaluate("(area, text) => { area.value = text; }", text)
    page.get_by_role("button", name="Nachbereitung speichern").click()
    expect(page.get_by_text("länger als")).to_be_visible()
    assert page.locator("#answer-0").input_value().strip() == text.strip()


def test_an_idle_page_says_by_itself_that_the_visit_has_ended(site: Site, page: Page, context: BrowserContext) -> None:
    page.clock.install()
    filled(site, page, "hint")
    end_visit(page)
    page.clock.run_for(13 * 3600 * 1000)
    expect(page.locator("#visit-ended")).to_be_visible()
    site.enter(context.new_page(), "/modules", "participant")
    page.clock.run_for(20_000)
    expect(page.locator("#visit-ended")).to_be_hidden()
    page.get_by_role("button", name="Hinweis senden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Danke für Ihren Hinweis")
