"""The next step is in view without scrolling, and a lesson's first sentence: in Moodle's frame and on a phone."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page

from lti_tool.domain.content.programme import Programme
from tests.browser.learner import Learner
from tests.browser.story import activity_id, sign_in
from tests.installation import Installation

pytestmark = pytest.mark.browser
SCREENS = [(1024, 640), (360, 740)]
IS_IN_VIEW = "each => scrollY === 0 && each.getBoundingClientRect().bottom <= innerHeight"
# Where the first sentence of the text ends: its last letter's box, not that of the whole paragraph.
FIRST_SENTENCE_IS_IN_VIEW = r"""each => {
  const walker = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const end = node.data.search(/[.?!]/);
    if (end < 0 && walker.nextNode()) { walker.previousNode(); continue; }
    const range = document.createRange();
    range.setStart(node, Math.max(end, 0));
    range.setEnd(node, Math.max(end, 0) + 1);
    return scrollY === 0 && range.getBoundingClientRect().bottom <= innerHeight;
  }
}"""


def out_of_view(page: Page, found: Locator, what: str = IS_IN_VIEW) -> list[str]:
    """Give the screens on which something cannot be seen without scrolling."""
    missed = []
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        if not found.evaluate(what):
            missed.append(f"{page.url} at {width} x {height}")
    return missed


def test_every_page_of_the_way_shows_first_what_to_do_there(
    context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    page = context.new_page()
    sign_in(page, installation, "Annegret Böttcher")
    missed = []
    for module in programme.modules:
        page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
        begin = page.get_by_role("link", name=f"Mit Lektion {module.lessons[0].code} beginnen")
        missed += out_of_view(page, begin)
        assert page.get_by_text("Annegret Böttcher · Smart-City-Manager:in").is_visible()
        assert page.get_by_role("link", name="Zurück zum Kurs").get_attribute("target") == "_top"
        begin.click()
        missed += out_of_view(page, page.locator(".prose p").first, FIRST_SENTENCE_IS_IN_VIEW)
    module = programme.modules[0]
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
    page.set_viewport_size({"width": 1280, "height": 900})
    learner = Learner(page, programme)
    learner.read_all_lessons(module)
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    missed += out_of_view(page, page.get_by_role("button", name="Versuch 1 von 3 beginnen"))
    learner.pass_quiz(module, wrong=10)
    missed += out_of_view(page, page.get_by_role("link", name="Zurück zum Modul"))
    page.get_by_role("link", name="Zum nächsten Versuch").click()
    page.get_by_role("button", name="Versuch 2 von 3 beginnen").wait_for()
    learner.pass_quiz(module)
    page.get_by_role("heading", level=1, name="Modul 1 geschafft: 1 von 5").wait_for()
    missed += out_of_view(page, page.get_by_role("link", name="Weiter mit Modul 2"))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="Meine Nachweise").click()
    missed += out_of_view(page, page.get_by_role("link", name="Weiter lernen"))
    assert missed == []
