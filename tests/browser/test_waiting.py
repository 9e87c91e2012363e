"""Pages that wait for a platform in a real browser: they say so, and show what came of it by themselves."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from lti_tool import clock
from lti_tool.certificates.documents.queue import claim_document
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.models import Certificate, Completion, User
from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS
from lti_tool.progress.certificate_due import issue_if_due
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


def test_a_document_that_somebody_is_just_making_appears_by_itself(
    context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    page = context.new_page()
    person = PARTICIPANTS[2]
    enter(page, installation, person.id)
    certificate_id = _issue_claimed_by_another(installation, programme, person.id)
    page.get_by_role("link", name="Meine Nachweise").click()
    expect(page.get_by_text("Das Dokument wird gerade erstellt.")).to_be_visible()
    expect(page.get_by_role("link", name="Herunterladen (PDF")).to_have_count(0)
    database = installation.database
    with database.write.begin() as session:
        session.get_one(Certificate, certificate_id).document_due_at = clock.now()
    database.close()
    expect(page.get_by_role("status").get_by_role("link", name="Herunterladen (PDF")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Das Dokument wird gerade erstellt.")).to_have_count(0)
    expect(page.get_by_text("Bewahren Sie die PDF-Datei gut auf.")).to_be_visible()


def _issue_claimed_by_another(installation: Installation, programme: Programme, sub: str) -> int:
    """Issue somebody's certificate while a worker elsewhere has taken its document and is not done with it."""
    database, now = installation.database, clock.now()
    issuer = Issuer("Musterakademie", "https://akademie.example", f"{installation.tool_url}/verify")
    with database.write.begin() as session:
        user_id = session.scalars(select(User.id).where(User.sub == sub)).one()
        session.add_all(
            Completion(user_id=user_id, module_slug=module.slug, programme_version=programme.version, completed_at=now)
            for module in programme.modules
        )
        session.flush()
        certificate_id = issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
        assert certificate_id is not None
        assert claim_document(session, certificate_id, now=now)
    database.close()
    return certificate_id


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
