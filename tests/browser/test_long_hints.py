"""Hints too long for an address in a real browser (fault L9): in a frame with cookies, without a script, and without cookies."""

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lti_tool.playground.people import PARTICIPANTS
from tests.browser.story import activity_id, let_frames_rest
from tests.browser.test_platform_storage import without_cookies  # noqa: F401
from tests.installation import Installation

pytestmark = pytest.mark.browser

MODULE = "grundlagen-und-strategie"
# Nothing makes these shorter: for the first an address is long enough, for the second none is.
HINTS = ["".join(hashlib.sha256(bytes([each])).hexdigest() for each in range(60)) * times for times in (1, 4)]


@pytest.fixture(params=HINTS, ids=["3840", "15360"])
def padded(request: pytest.FixtureRequest, installation: Installation) -> Iterator[Installation]:
    installation.lms.site.padding = request.param
    yield installation
    installation.lms.site.padding = ""


def open_activity(context: BrowserContext, installation: Installation) -> Page:
    page = context.new_page()
    page.goto(f"{installation.lms_url}/")
    page.locator(f'button[name="person"][value="{PARTICIPANTS[4].id}"]').click()
    page.goto(f"{installation.lms_url}/activity/{activity_id(installation, MODULE)}")
    let_frames_rest(page)
    return page


def test_a_launch_in_a_frame_gets_in(context: BrowserContext, padded: Installation) -> None:
    page = open_activity(context, padded)
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_contain_text("Grundlagen")


def test_without_a_script_a_button_goes_on(browser: Browser, padded: Installation) -> None:
    context = browser.new_context(locale="de-DE", java_script_enabled=False)
    page = open_activity(context, padded)
    frame = page.frame_locator("iframe")
    # The platform's own pages have buttons of their own; ours says where it goes on.
    for _ in range(6):
        button = frame.get_by_role("button").first
        heading = frame.get_by_role("heading", level=1, name="Grundlagen")
        expect(button.or_(heading).first).to_be_visible()
        if heading.count():
            break
        button.click()
        page.wait_for_timeout(300)
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Grundlagen")
    context.close()


def test_in_a_frame_without_cookies_one_click_opens_it_in_a_window(
    without_cookies: BrowserContext,  # noqa: F811
    padded: Installation,
) -> None:
    padded.lms.offer_storage("")
    without_cookies.clear_cookies()
    page = open_activity(without_cookies, padded)
    button = page.frame_locator("iframe").get_by_role("button", name="In neuem Fenster öffnen")
    with without_cookies.expect_page() as opened:
        button.click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Grundlagen")
    page.close()
