"""Figures to try out in a real browser: one of each kind, by keyboard, narrow, in forced colours, also without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lti_tool.domain.content.programme import Programme
from tests.browser.layout import crooked
from tests.browser.story import LEARNER_NAME, activity_id, sign_in
from tests.installation import Installation

pytestmark = pytest.mark.browser


def _weigh(figure: Locator) -> None:
    for label, weight in (("Nutzen", "80"), ("Beitrag zum Ziel", "10"), ("Machbarkeit", "10")):
        figure.get_by_label(label).fill(weight)


def _cost(figure: Locator) -> None:
    figure.get_by_label("Betrachtete Jahre").fill("5")


def _decide(figure: Locator) -> None:
    figure.get_by_role("radio").nth(1).check()


def _know(figure: Locator) -> None:
    figure.get_by_label("Wann wurde").fill("2026-03-27T16:30")


def _place(figure: Locator) -> None:
    for select in figure.get_by_role("combobox").all():
        select.select_option(index=1)


def _publish(figure: Locator) -> None:
    figure.get_by_label("Kleinste Zahl").fill("5")


EACH: list[tuple[str, Callable[[Locator], None], str]] = [
    ("1.5", _weigh, "Digitaler Bauantrag"),
    ("2.4", _publish, "Verdeckt: 4. Davon lassen sich berechnen: 4."),
    ("3.3", _decide, "Beantwortet: 1."),
    ("3.4", _know, "30. März 2026, 17:30 Uhr"),
    ("4.1", _place, "stehen auf ihrer Stufe"),
    ("5.3", _cost, "448.000 €"),
]


def open_lesson(page: Page, installation: Installation, programme: Programme, code: str) -> Locator:
    module, lesson = programme.lessons_by_code[code]
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
    page.get_by_role("link", name=lesson.title).first.click()
    return page.locator("[data-figure]")


NARROW: dict[str, Any] = {"locale": "de-DE", "forced_colors": "active", "viewport": {"width": 320, "height": 800}}


@pytest.mark.parametrize("scripts", [True, False])
def test_one_of_each_is_worked_out_and_the_focus_goes_to_the_result(
    browser: Browser, installation: Installation, programme: Programme, scripts: bool
) -> None:
    context = browser.new_context(**NARROW)
    page = context.new_page()
    sign_in(page, installation, LEARNER_NAME)
    for code, fill, expected in EACH:
        figure = open_lesson(page, installation, programme, code)
        before, shown = page.url, page
        if not scripts:
            # The launch of the playground needs a script; the lesson does not.
            plain = browser.new_context(**NARROW, java_script_enabled=False, storage_state=context.storage_state())
            shown = plain.new_page()
            shown.goto(before)
            figure = shown.locator("[data-figure]")
        fill(figure)
        # By keyboard.
        figure.get_by_role("button").focus()
        shown.keyboard.press("Enter")
        expect(figure.locator(".figure-form__result")).to_contain_text(re.compile(re.escape(expected)))
        expect(figure.get_by_role("heading", name="Ergebnis")).to_be_focused()
        if scripts:
            assert page.url == before
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), code
            assert crooked(page) == [], code
        else:
            shown.context.close()
    context.close()


def test_a_figure_says_what_is_wrong_and_then_goes_on(browser: Browser, installation: Installation, programme: Programme) -> None:
    page = browser.new_context(locale="de-DE").new_page()
    sign_in(page, installation, LEARNER_NAME)
    figure = open_lesson(page, installation, programme, "1.5")
    figure.get_by_label("Nutzen").fill("viel")
    figure.get_by_role("button").click()
    expect(figure.get_by_role("status")).to_be_focused()
    expect(figure.get_by_label("Nutzen")).to_have_attribute("aria-invalid", "true")
    expect(figure.get_by_label("Nutzen")).to_have_value("viel")
    _weigh(figure)
    figure.get_by_role("button").click()
    expect(figure.locator(".figure-form__result")).to_contain_text("Digitaler Bauantrag")
    # Three more questions, each in its place: the way through NIS-2 ends in an answer.
    figure = open_lesson(page, installation, programme, "3.3")
    for step in range(1, 6):
        figure.get_by_role("group").nth(step - 1).get_by_role("radio").first.check()
        figure.get_by_role("button").click()
        expect(figure.get_by_role("heading", name="Ergebnis")).to_be_focused()
        if "Beantwortet" not in figure.locator(".figure-form__result").inner_text():
            break
    else:
        raise AssertionError("five questions lead to no answer")
    page.context.close()
