"""A browser that keeps every cookie from a frame of another site: the platform keeps the login, a new window takes over."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS
from tests.browser.story import activity_id
from tests.installation import Installation
from tests.run import chromium

pytestmark = pytest.mark.browser

MODULE = "grundlagen-und-strategie"
# The tool's host within pages of the platform's host: partitioned cookies are blocked there, too (content setting 2).
NO_COOKIES_IN_THE_FRAME = {
    "intl": {"accept_languages": "de-DE,de"},
    "profile": {"content_settings": {"exceptions": {"cookies": {"localhost,127.0.0.1": {"setting": 2}}}}},
}


@pytest.fixture(scope="module")
def without_cookies(_playwright: Playwright) -> Iterator[BrowserContext]:
    """The first profile of a Chromium of its own: contexts made over DevTools do not have its settings."""
    with chromium(NO_COOKIES_IN_THE_FRAME) as address:
        if address is None:
            pytest.skip("Chromium is missing. Install it with: apt-get install -y chromium")
        browser = _playwright.chromium.connect_over_cdp(address)
        browser.contexts[0].set_default_timeout(20_000)
        yield browser.contexts[0]
        browser.close()


def open_activity(context: BrowserContext, installation: Installation, person_id: str) -> Page:
    page = context.new_page()
    page.goto(f"{installation.lms_url}/")
    page.locator(f'button[name="person"][value="{person_id}"]').click()
    page.goto(f"{installation.lms_url}/activity/{activity_id(installation, MODULE)}")
    return page


@pytest.mark.parametrize("target", ["_parent", "platform_storage"])
def test_the_platform_keeps_the_login_and_one_click_opens_the_module(
    without_cookies: BrowserContext, installation: Installation, target: str
) -> None:
    installation.lms.offer_storage(target)
    without_cookies.clear_cookies()
    page = open_activity(without_cookies, installation, PARTICIPANTS[0].id)
    frame = page.frame_locator('iframe:not([aria-hidden="true"])')
    expect(frame.get_by_text("Ihre Anmeldung haben wir schon geprüft")).to_be_visible()
    assert not [cookie for cookie in without_cookies.cookies() if cookie["name"].startswith("__Host-")]
    with page.expect_popup() as opened:
        frame.get_by_role("button", name="In neuem Fenster öffnen").click()
    window = opened.value
    expect(window.get_by_role("heading", level=1)).to_contain_text("Grundlagen")
    window.get_by_role("link", name="Meine Nachweise").click()
    expect(window.get_by_role("heading", level=1)).to_contain_text("Nachweise")
    # A second click on the same button lets nobody in.
    with page.expect_popup() as again:
        frame.get_by_role("button", name="In neuem Fenster öffnen").click()
    expect(again.value.get_by_text("Dieser Aufruf wurde schon einmal verwendet.")).to_be_visible()
    for each in (window, again.value, page):
        each.close()


@pytest.mark.parametrize("target", ["", "_parent"])
def test_where_no_answer_comes_the_new_window_begins_the_login_anew(
    without_cookies: BrowserContext, installation: Installation, target: str
) -> None:
    """With a storage that is promised and silent, and with none."""
    installation.lms.offer_storage(target)
    without_cookies.route("**/static/storage.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page = open_activity(without_cookies, installation, INSTRUCTOR.id)
    frame = page.frame_locator("iframe")
    button = frame.get_by_role("button", name="In neuem Fenster öffnen")
    expect(button).to_be_visible()
    expect(frame.get_by_text("In einem eigenen Fenster funktioniert alles wie gewohnt.")).to_be_visible()
    with page.expect_popup() as opened:
        button.click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Grundlagen")
    opened.value.close()
    page.close()
    without_cookies.unroute("**/static/storage.js")
