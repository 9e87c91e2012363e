"""An LMS admin connects the tool in a real browser: one paste, two clicks, activate, and a launch works."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lti_tool.playground import Playground
from lti_tool.playground.people import ADMINISTRATOR, INSTRUCTOR, PARTICIPANTS
from lti_tool.playground.server import serve_in_thread
from tests.browser.story import let_frames_rest
from tests.installation import Installation

pytestmark = pytest.mark.browser


def sign_in(page: Page, lms_url: str, person_id: str) -> None:
    page.goto(f"{lms_url}/")
    page.locator(f'button[name="person"][value="{person_id}"]').click()


@pytest.fixture
def lms() -> Iterator[Playground]:
    """A platform that is not connected yet."""
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        yield lms


def test_one_paste_and_two_clicks_connect_and_a_participant_gets_in(
    context: BrowserContext, installation: Installation, lms: Playground
) -> None:
    address = installation.run("registrations", "invite", "--platform-url", lms.issuer).strip()
    known = set(lms.site.state.tools)
    page = context.new_page()
    sign_in(page, lms.issuer, ADMINISTRATOR.id)
    page.goto(f"{lms.issuer}/tools")

    page.get_by_label("Registrierungsadresse").fill(address)
    page.get_by_role("button", name="Registrierung beginnen").click()
    let_frames_rest(page)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Diese Lernplattform verbinden?")
    expect(frame.get_by_text(lms.issuer)).to_be_visible()
    frame.get_by_role("button", name="Verbinden").click()

    # The tool closes the frame; the LMS reads its list anew and shows the tool that waits.
    page.wait_for_url(re.compile(r"/tools$"))
    page.get_by_role("button", name="Freigeben").click()
    expect(page.get_by_role("button", name="Freigeben")).to_have_count(0)

    (tool_id,) = set(lms.site.state.tools) - known
    activity = lms.add_activity(
        "Modul 1 über die neue Verbindung", custom={"module": "grundlagen-und-strategie"}, tool_id=tool_id
    )
    sign_in(page, lms.issuer, PARTICIPANTS[0].id)
    page.goto(f"{lms.issuer}/activity/{activity.id}")
    let_frames_rest(page)
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_contain_text("Grundlagen")


@pytest.mark.parametrize("size", [(1138, 800), (1024, 640)])
def test_the_button_is_in_sight_in_the_frame_that_moodle_opens(
    installation: Installation, lms: Playground, context: BrowserContext, size: tuple[int, int]
) -> None:
    width, height = size
    address = installation.run("registrations", "invite", "--platform-url", lms.issuer).strip()
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(lms.begin_registration(address))
    box = page.get_by_role("button", name="Verbinden").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= height


def test_without_javascript_it_works_too_but_the_frame_stays_open(
    installation: Installation, lms: Playground, context: BrowserContext
) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False, locale="de-DE")
    try:
        address = installation.run("registrations", "invite", "--platform-url", lms.issuer).strip()
        page = plain.new_page()
        page.goto(lms.begin_registration(address))
        page.get_by_role("button", name="Verbinden").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Die Lernplattform ist verbunden")
        expect(page.get_by_text("Freigeben")).to_be_visible()
    finally:
        plain.close()


def test_an_address_opened_by_mistake_explains_itself_and_copies_itself(
    installation: Installation, context: BrowserContext
) -> None:
    address = installation.run("registrations", "invite", "--platform-url", installation.lms.issuer).strip()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=installation.tool_url)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="Kopieren").click()
    expect(page.get_by_role("button", name="Kopiert")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address


def test_an_instructor_checks_the_connection_in_the_frame_of_the_course(
    context: BrowserContext, installation: Installation
) -> None:
    page = context.new_page()
    sign_in(page, installation.lms_url, INSTRUCTOR.id)
    page.goto(f"{installation.lms_url}/activity/{installation.lms.activities[0].id}")
    let_frames_rest(page)
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Verbindung").click()
    expect(frame.get_by_text("Die Verbindung zu Ihrer Lernplattform funktioniert.")).to_be_visible()
    expect(frame.get_by_text("Diese Seite ist eingebettet, und Ihr Browser schickt unser Cookie mit.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_registration_scrolls_sideways(context: BrowserContext, installation: Installation, width: int) -> None:
    address = installation.run("registrations", "invite", "--platform-url", installation.lms.issuer).strip()
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    begun = installation.lms.begin_registration(address)
    for shown in (address, f"{address}/by-hand?family=ilias&site=https://ilias.example", begun):
        page.goto(shown)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, shown
    page.get_by_role("button", name="Verbinden").click()
    page.get_by_role("heading", level=1).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_after_a_change_of_keys_the_connection_is_sound_and_people_get_in(
    context: BrowserContext, installation: Installation
) -> None:
    """The day of waiting is skipped by giving the new key an earlier birthday; a key's age stands in its name."""
    page = context.new_page()
    sign_in(page, installation.lms_url, INSTRUCTOR.id)
    activity = f"{installation.lms_url}/activity/{installation.lms.activities[0].id}"
    frame = page.frame_locator("iframe")
    page.goto(activity)
    let_frames_rest(page)
    frame.get_by_role("link", name="Verbindung").click()
    expect(frame.get_by_text("Die Verbindung zu Ihrer Lernplattform funktioniert.")).to_be_visible()

    folder = Path(installation.environment["LTI_TOOL_KEYS_DIR"])
    (old,) = folder.glob("*.pem")
    installation.run("keys", "new")
    (new,) = set(folder.glob("*.pem")) - {old}
    new.rename(folder / f"20260101T000000{new.name[15:]}")
    installation.run("keys", "retire", old.stem)

    page.goto(activity)
    let_frames_rest(page)
    frame.get_by_role("link", name="Verbindung").click()
    expect(frame.get_by_text("Die Lernplattform lässt uns anmelden.")).to_be_visible()
    expect(frame.get_by_text("Die Verbindung zu Ihrer Lernplattform funktioniert.")).to_be_visible()
    sign_in(page, installation.lms_url, PARTICIPANTS[1].id)
    page.goto(activity)
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Grundlagen")
