"""The next step is in view without scrolling: in Moodle's frame and on a phone."""

import pytest
from playwright.sync_api import BrowserContext, Locator

from lti_tool.domain.content.programme import Programme
from tests.browser.story import activity_id, sign_in
from tests.installation import Installation

pytestmark = pytest.mark.browser
SCREENS = [(1024, 640), (360, 740)]


def is_in_view(button: Locator) -> bool:
    return bool(button.evaluate("each => scrollY === 0 && each.getBoundingClientRect().bottom <= innerHeight"))


def test_a_module_page_shows_the_next_step_first(
    context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    page = context.new_page()
    sign_in(page, installation, "Annegret Böttcher")
    out_of_view = []
    for module in programme.modules:
        page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            if not is_in_view(page.get_by_role("link", name=f"Mit Lektion {module.lessons[0].code} beginnen")):
                out_of_view.append((module.slug, width))
    assert out_of_view == []
