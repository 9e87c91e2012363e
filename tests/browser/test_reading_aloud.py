"""A lesson is read aloud by a voice of the device. Chromium has none here, so that the tests bring voices of their own."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.domain.content.programme import Programme
from tests.browser.story import LEARNER_NAME, activity_id, sign_in
from tests.installation import Installation

pytestmark = pytest.mark.browser

# Stands for the device: says at once what it is given when told to, and notes it.
_DEVICE = """
window.said = [];
window.current = null;
const device = new EventTarget();
Object.assign(device, {
  getVoices: () => VOICES,
  speak: (words) => { window.said.push([words.text, words.rate, words.voice && words.voice.name]); window.current = words; },
  cancel: () => { const words = window.current; window.current = null; if (words && words.onend) words.onend(); },
});
Object.defineProperty(window, "speechSynthesis", { value: device });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
window.finish = () => { const words = window.current; window.current = null; words.onend(); };
"""
_GERMAN = {"name": "Anna", "lang": "de-DE", "localService": True}
_FAR_AWAY = {"name": "Cloud", "lang": "de-DE", "localService": False}
_ENGLISH = {"name": "Kate", "lang": "en-GB", "localService": True}


def lesson_on(browser: Browser, installation: Installation, programme: Programme, *voices: dict[str, object]) -> Page:
    page = browser.new_context(locale="de-DE").new_page()
    page.add_init_script(_DEVICE.replace("VOICES", json.dumps(voices)))
    sign_in(page, installation, LEARNER_NAME)
    module = programme.modules[0]
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
    page.get_by_role("link", name=module.lessons[0].title).first.click()
    return page


def test_it_is_read_paragraph_by_paragraph_paused_and_ended(
    browser: Browser, installation: Installation, programme: Programme
) -> None:
    page = lesson_on(browser, installation, programme, _ENGLISH, _FAR_AWAY, _GERMAN)
    page.get_by_role("button", name="Lektion vorlesen").click()
    expect(page.get_by_role("button", name="Anhalten")).to_be_focused()
    expect(page.locator(".is-read-aloud")).to_have_count(1)
    first = page.locator(".is-read-aloud").inner_text()
    page.evaluate("finish()")
    assert page.locator(".is-read-aloud").inner_text() != first
    page.get_by_label("Tempo").select_option("1.3")
    said = page.evaluate("said")
    assert [one[1:] for one in said] == [[1, "Anna"], [1, "Anna"], [1.3, "Anna"]]
    assert said[0][0] == first
    assert said[1][0] == said[2][0]
    page.get_by_role("button", name="Anhalten").click()
    assert page.evaluate("current") is None
    assert len(page.evaluate("said")) == 3
    page.get_by_role("button", name="Weiterlesen").click()
    assert page.evaluate("said")[3][0] == said[2][0]
    page.get_by_role("button", name="Vorlesen beenden").click()
    expect(page.get_by_role("button", name="Lektion vorlesen")).to_be_focused()
    expect(page.locator(".is-read-aloud")).to_have_count(0)
    assert page.evaluate("current") is None
    page.get_by_role("button", name="Lektion vorlesen").click()
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    assert page.evaluate("current") is None
    page.context.close()


@pytest.mark.parametrize("voices", [[], [_ENGLISH], [_FAR_AWAY]])
def test_where_the_device_has_no_german_voice_nothing_is_offered(
    browser: Browser, installation: Installation, programme: Programme, voices: list[dict[str, object]]
) -> None:
    page = lesson_on(browser, installation, programme, *voices)
    expect(page.get_by_role("heading", level=1)).to_have_text(programme.modules[0].lessons[0].title)
    expect(page.locator("[data-aloud]")).to_be_hidden()
    page.context.close()
