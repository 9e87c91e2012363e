"""One journey with the keyboard alone: from the course through a lesson and a whole quiz to its result."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.domain.content.programme import Programme
from tests.installation import Installation

pytestmark = pytest.mark.browser

_MOST_TABS = 120
# What a screen reader would say of the focused control, roughly: its label, or its text.
_FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return ["", "", "", ""];
  const label = e.labels && e.labels.length ? e.labels[0].textContent : e.getAttribute("aria-label") || e.textContent;
  return [e.tagName.toLowerCase(), e.type || "", e.name || "", label.trim().replace(/\\s+/g, " ")];
}"""
# The focus must be seen: an outline, in a colour that is not see-through.
_IS_SEEN = """() => {
  const e = document.activeElement, drawn = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
  return drawn(getComputedStyle(e)) || drawn(getComputedStyle(e.parentElement)) || getComputedStyle(e).boxShadow !== "none";
}"""


class Keyboard:
    """Presses keys and looks where the focus is; never touches the mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focused(self) -> tuple[str, str, str, str]:
        tag, kind, name, text = self.page.evaluate(_FOCUSED)
        return tag, kind, name, text

    def tab_to(self, is_it: Callable[[tuple[str, str, str, str]], bool], what: str) -> None:
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            if is_it(self.focused()):
                assert self.page.evaluate(_IS_SEEN), f"the focus on {what} cannot be seen"
                return
        raise AssertionError(f"no {what} within {_MOST_TABS} tabs on {self.page.url}")

    def press(self, text: str, *, tag: str = "") -> None:
        """Go to the link or button that reads so, and press it."""
        self.tab_to(lambda at: bool(re.search(text, at[3])) and at[0] in ([tag] if tag else ["a", "button"]), text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def answer(self) -> None:
        """Give some answer to the question on screen: first control, first choice; of steps to be ordered, move the first."""
        if self.page.locator(".ordering").count():
            self.tab_to(lambda at: at[0] == "button" and at[2] == "move", "arrow")
            self.page.keyboard.press("Enter")
            return
        self.tab_to(lambda at: at[0] in ("input", "select", "textarea") and at[1] != "hidden", "field")
        tag, kind, _, _ = self.focused()
        if kind in ("radio", "checkbox"):
            self.page.keyboard.press("Space")
        elif tag == "select":
            self.page.keyboard.press("ArrowDown")
        else:
            self.page.keyboard.type("1,5")


def test_from_the_course_to_a_result_without_a_mouse(browser: Browser, installation: Installation, programme: Programme) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.set_default_timeout(20_000)
    keys = Keyboard(page)
    module = programme.modules[1]
    page.goto(installation.lms_url)
    keys.press("Annegret")
    page.wait_for_url("**/course")
    activity = next(each.id for each in installation.lms.activities if each.custom.get("module") == module.slug)
    page.goto(f"{installation.lms_url}/launch/{activity}?target=window")
    expect(page.get_by_role("heading", level=1)).to_have_text(module.title)

    page.keyboard.press("Tab")
    assert keys.focused()[3] == "Zum Inhalt springen"
    page.keyboard.press("Enter")
    keys.press("Mit Lektion 2.1 beginnen")
    expect(page.get_by_role("heading", level=1)).to_have_text(module.lessons[0].title)
    _look_up_a_term(keys)
    _check_oneself(keys)
    keys.press("Als gelesen markieren")
    expect(page.get_by_role("heading", level=1)).to_have_text(module.lessons[1].title)

    keys.press("Modul 2")
    keys.press("Lernerfolgskontrolle")
    keys.press("beginnen")
    for position in range(1, programme.assessment.items + 1):
        page.get_by_role("heading", level=1, name=f"Frage {position} von").wait_for()
        keys.answer()
        keys.press("^(Weiter|Zur Übersicht)")
    page.get_by_role("heading", level=1, name="Vor dem Abgeben").wait_for()
    keys.press("abgeben", tag="button")
    expect(page.get_by_role("heading", level=1)).to_contain_text("von 10 Punkten")
    context.close()


def _look_up_a_term(keys: Keyboard) -> None:
    page = keys.page
    keys.tab_to(lambda _: bool(page.evaluate("document.activeElement.matches('.prose .glossary-link')")), "glossary term")
    term = page.evaluate("document.activeElement.id")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.getElementById('term').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == term


def _check_oneself(keys: Keyboard) -> None:
    keys.tab_to(
        lambda _: bool(keys.page.evaluate("document.activeElement.matches('input[id^=check-]')")), "answer of a self-check"
    )
    keys.page.keyboard.press("Space")
    keys.tab_to(lambda at: at[3] == "Antwort prüfen", "button of a self-check")
    address = keys.page.url
    keys.page.keyboard.press("Enter")
    # In place and spoken: the status is there before it says anything, and whoever pressed stays where they were.
    expect(keys.page.locator("#check-1").get_by_role("status")).to_contain_text(re.compile("Richtig|Noch nicht ganz"))
    assert keys.page.url == address
    assert keys.focused()[3] == "Antwort prüfen"
    expect(keys.page.locator("#check-1 .check__remark")).to_have_count(1)


def test_a_lesson_offers_the_place_where_one_rested(browser: Browser, installation: Installation, programme: Programme) -> None:
    """Whoever scrolls up to leave has rested further below before; whoever is called away leaves where they are."""
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.set_default_timeout(20_000)
    module = programme.modules[2]
    page.goto(installation.lms_url)
    page.get_by_role("button", name="Jörg Dreßler").click()
    page.wait_for_url("**/course")
    activity = next(each.id for each in installation.lms.activities if each.custom.get("module") == module.slug)
    page.goto(f"{installation.lms_url}/launch/{activity}?target=window")
    page.get_by_role("link", name="beginnen").click()
    page.get_by_role("heading", level=1, name=module.lessons[0].title).wait_for()
    address = page.url
    sections = [heading for heading in module.lessons[0].headings if heading.level == 3]

    def read_to(place: int) -> None:
        # At once: the design system's pages scroll smoothly, and the next step would come before the place.
        page.evaluate(
            "id => scrollTo({top: document.getElementById(id).getBoundingClientRect().top + scrollY - 100, behavior: 'instant'})",
            sections[place].id,
        )

    def is_offered(place: int) -> bool:
        # What a page sends while it is left (`sendBeacon`) arrives when it likes, also after the next page was asked for.
        for _ in range(10):
            page.goto(address)
            if page.get_by_role("link", name="Weiterlesen bei").get_attribute("href") == f"#{sections[place].id}":
                return True
            time.sleep(0.3)
        return False

    with page.expect_response(re.compile("/position"), timeout=15_000):
        read_to(2)
    page.get_by_role("link", name="Module", exact=True).first.click()
    assert is_offered(2)
    read_to(1)
    page.goto(installation.lms_url)
    assert is_offered(1)
    context.close()
