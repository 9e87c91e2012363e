"""Journey 7 in a real browser: somebody marries before the certificate, and again after it."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from lti_tool.domain.content.programme import Programme
from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS
from tests.browser.documents import launch, learn_everything, stranger, take_home
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.journey]

NELE = PARTICIPANTS[7]
BEFORE, AFTER = "Nele Wójcik-Großkopf", "Nele Çelik"


def test_journey_7_the_name_changes_before_and_after_the_certificate(
    browser: Browser, context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    slug = programme.modules[0].slug
    page = context.new_page()
    launch(page, installation, NELE, slug)

    # Before: the platform's profile says the new name, and that is what is printed.
    installation.lms.site.rename(NELE.id, *BEFORE.split())
    launch(page, installation, NELE, slug)
    learn_everything(installation, programme, NELE.id)
    page.get_by_role("link", name="Meine Nachweise").click()
    page.get_by_role("button", name="Ausstellen").first.click()
    certificate, _ = take_home(page)
    proof, _ = take_home(page, "Teilnahmebescheinigung")
    expect(page.get_by_text(BEFORE).first).to_be_visible()

    # After: what was issued stays, one request changes both documents.
    installation.lms.site.rename(NELE.id, *AFTER.split())
    launch(page, installation, NELE, slug)
    page.get_by_role("link", name="Meine Nachweise").click()
    panel = page.locator("section.certificate", has=page.get_by_role("heading", name=re.compile("^Zertifikat")))
    expect(panel.get_by_text(BEFORE)).to_be_visible()
    panel.get_by_text("Weitere Möglichkeiten").click()
    panel.get_by_role("link", name="Der Name ist falsch oder hat sich geändert").click()
    page.get_by_label("So soll der Name lauten").fill(AFTER)
    page.get_by_label("Grund").fill("Heirat")
    page.get_by_role("button", name="An die Kursleitung senden").click()
    expect(page.get_by_text(f"Sie haben um den Namen „{AFTER}“ gebeten.")).to_be_visible()

    teacher = browser.new_context(locale="de-DE").new_page()
    launch(teacher, installation, INSTRUCTOR, slug)
    teacher.get_by_role("link", name="Kurs", exact=True).click()
    teacher.get_by_role("link", name="Nachweise des Kurses").click()
    expect(teacher.get_by_text("Heirat")).to_be_visible()
    teacher.get_by_role("button", name="Zustimmen und neu ausstellen").click()
    expect(teacher.get_by_text("Zurzeit gibt es keine.")).to_be_visible()

    page.reload()
    new_certificate, _ = take_home(page)
    new_proof, _ = take_home(page, "Teilnahmebescheinigung")
    assert len({certificate, proof, new_certificate, new_proof}) == 4
    replaced = page.locator("section.certificate", has_text=certificate)
    expect(replaced.get_by_text("Ersetzt")).to_be_visible()
    replaced.get_by_role("link", name="Zum neuen Dokument").click()
    assert page.locator(":target").inner_text().startswith("Zertifikat")

    # The papers: the old ones say that they were replaced, the new ones bear the new name.
    desk = stranger(browser)
    for old, new in ((certificate, new_certificate), (proof, new_proof)):
        desk.goto(f"{installation.tool_url}/verify/{old}")
        expect(desk.get_by_role("heading", name="Dieses Dokument wurde durch ein neues ersetzt")).to_be_visible()
        desk.goto(f"{installation.tool_url}/verify/{new}")
        expect(desk.get_by_role("heading", name="Dieses Dokument ist echt und gültig")).to_be_visible()
        expect(desk.get_by_text(AFTER).first).to_be_visible()
