"""The whole story in a real browser, on both databases, in a frame and in a new window."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from lti_tool.domain.programme import Programme
from tests.browser.story import activity_id, from_launch_to_verified_certificate, sign_in, tool_frame
from tests.installation import Installation, installed

pytestmark = [pytest.mark.browser, pytest.mark.journey]


@pytest.fixture
def fresh_installation(database_url: str, tmp_path: Path, keys_folder: Path) -> Iterator[Installation]:
    """An installation of its own, on each engine."""
    with installed(tmp_path, database_url, keys_folder) as running:
        yield running
        print(running.logs())


def test_a_participant_launches_in_a_frame_of_another_site_and_reads(
    context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    page = context.new_page()
    sign_in(page, installation, "Annegret Böttcher")
    page.goto(f"{installation.lms_url}/activity/{activity_id(installation, 'grundlagen-und-strategie')}")
    frame = tool_frame(page, installation)
    module = programme.modules[0]
    expect(frame.get_by_role("heading", level=1)).to_have_text(module.title)
    frame.get_by_role("link", name=module.lessons[0].title).first.click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(module.lessons[0].title)
    frame.get_by_role("button", name="Als gelesen markieren").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(module.lessons[1].title)
    frame.get_by_role("link", name="Modul 1").first.click()
    expect(frame.get_by_text("5 Lektionen lesen")).to_be_visible()


def test_five_modules_in_a_new_window_lead_to_a_certificate_that_a_stranger_verifies(
    browser: Browser, context: BrowserContext, fresh_installation: Installation, programme: Programme
) -> None:
    from_launch_to_verified_certificate(browser, context, fresh_installation, programme)
