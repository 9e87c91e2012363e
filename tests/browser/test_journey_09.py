"""Journey 9 in a real browser: no name, one that cannot be printed, one with an invisible sign; each gets a certificate."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lti_tool.domain.content.programme import Programme
from lti_tool.playground.people import INSTRUCTOR, NAMELESS, PARTICIPANTS
from tests.browser.documents import launch, learn_everything, take_home
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.journey]


def name_oneself(page: Page, name: str) -> None:
    """Go the way that the page tells."""
    page.get_by_role("link", name="Namen angeben").click()
    page.get_by_label("Vornamen und Nachname").fill(name)
    page.get_by_role("button", name="Vorschau ansehen").click()
    expect(page.locator(".printed-name")).to_have_text(name)
    page.get_by_role("button", name="Ja, so drucken").click()
    expect(page.locator("section.certificate").get_by_text(name)).to_be_visible()


def test_journey_9_each_of_three_odd_names_gets_a_certificate(
    browser: Browser, context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    slug = programme.modules[0].slug
    page = context.new_page()
    unseen, foreign = PARTICIPANTS[11], PARTICIPANTS[12]

    # An invisible sign: nothing to do for anybody.
    installation.lms.site.rename(unseen.id, "Saskia\u200b", "Zöllner\u00a0")
    launch(page, installation, unseen, slug)
    learn_everything(installation, programme, unseen.id)
    page.get_by_role("link", name="Meine Nachweise").click()
    expect(page.locator("section.certificate").get_by_text("Saskia Zöllner", exact=True)).to_be_visible()
    take_home(page)

    # A name in another script: the page says what it is, the office waits for it.
    installation.lms.site.rename(foreign.id, "Юлия", "Шевченко")
    launch(page, installation, foreign, slug)
    learn_everything(installation, programme, foreign.id)
    page.get_by_role("link", name="Meine Nachweise").click()
    expect(page.get_by_text("Ihre Lernplattform nennt Sie „Юлия Шевченко“. Das Zeichen „Ю“")).to_be_visible()
    teacher = browser.new_context(locale="de-DE").new_page()
    launch(teacher, installation, INSTRUCTOR, slug)
    teacher.get_by_role("link", name="Kurs", exact=True).click()
    teacher.get_by_role("link", name="Nachweise des Kurses").click()
    expect(teacher.get_by_role("heading", name="Diese Zertifikate warten auf den Namen")).to_be_visible()
    expect(teacher.get_by_text("Юлия Шевченко: Das Zeichen „Ю“")).to_be_visible()
    name_oneself(page, "Julija Ševčenko")
    take_home(page)

    # No name at all.
    launch(page, installation, NAMELESS, slug)
    learn_everything(installation, programme, NAMELESS.id)
    page.get_by_role("link", name="Meine Nachweise").click()
    expect(page.get_by_text("Ihre Lernplattform teilt uns Ihren Namen nicht mit.")).to_be_visible()
    name_oneself(page, "Robin Süß")
    take_home(page)
    teacher.reload()
    expect(teacher.get_by_role("heading", name="Diese Zertifikate warten auf den Namen")).to_have_count(0)
