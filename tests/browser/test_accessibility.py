"""Every page and state through axe-core (WCAG 2.2 A and AA, best practice) at 320 and 1280 px; none is wider than the window.

Nor is it with text of twice the size or with more space in it, at 320 px as well; and contrasts hold in the dark scheme, too.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lti_tool.domain.content.programme import Programme
from tests.browser.layout import crooked
from tests.browser.learner import Learner
from tests.browser.story import activity_id, sign_in
from tests.installation import Installation

pytestmark = pytest.mark.browser

# axe-core, MPL-2.0, from npm, unchanged; its licence stands beside it.
AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
# Chromium knows no zoom of text alone; what is sized in rem grows with the root's size, as with a larger font in its settings.
WITH_LARGE_TEXT = """() => {
  document.documentElement.style.fontSize = "200%";
  const isWider = document.documentElement.scrollWidth > window.innerWidth;
  document.documentElement.style.fontSize = "";
  return isWider;
}"""
# In high contrast the theme answers for the contrast of texts, and axe would compare our colours.
RUN_AXE = """tags => axe.run(document, {
  // Only violations are described in full and sent: that is two thirds of the time.
  resultTypes: ["violations"],
  runOnly: { type: "tag", values: tags },
  rules: { "color-contrast": { enabled: !matchMedia("(forced-colors: active)").matches } },
}).then(result => result.violations)"""
# In the dark scheme other colours meet; the rest of the page is the same.
RUN_CONTRAST = """() => axe.run(document, {
  resultTypes: ["violations"], runOnly: ["color-contrast"],
}).then(result => matchMedia("(prefers-color-scheme: dark)").matches ? result.violations : [])"""
WITH_MORE_SPACE = """() => {
  const style = document.createElement("style");
  // WCAG 1.4.12, to the letter.
  style.textContent = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-block-end: 2em !important; }`;
  document.head.append(style);
  const isWider = document.documentElement.scrollWidth > window.innerWidth;
  style.remove();
  return isWider;
}"""
# Whoever has read and passed all that in the first walk cannot do it again.
LEARNERS = {"none": "Jörg Dreßler", "active": "Wiebke Janßen"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module", params=["none", "active"], ids=["usual colours", "high contrast"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """One tab for the whole tour; its pages' policy allows no foreign script, so axe comes in past it."""
    context = browser.new_context(locale="de-DE", bypass_csp=True, forced_colors=request.param)
    page = context.new_page()
    page.set_default_timeout(20_000)
    # A new page may not have its colours yet.
    page.wait_for_function("wanted => matchMedia(`(forced-colors: ${wanted})`).matches", arg=request.param)
    yield page
    context.close()


def faults(page: Page) -> list[str]:
    """Give what axe finds at both widths, and where the page is wider than the window."""
    found = []
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for violation in page.evaluate(RUN_AXE, TAGS):
            places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
            found.append(f"{page.url} at {width}: {violation['id']}: {violation['help']}: {places}")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{page.url} is wider than {width} px")
        found += [f"{page.url} at {width}: {problem}" for problem in crooked(page)]
    page.set_viewport_size({"width": 320, "height": 900})
    if page.evaluate(WITH_LARGE_TEXT):
        found.append(f"{page.url} is wider than 320 px with text of 200 %")
    if page.evaluate(WITH_MORE_SPACE):
        found.append(f"{page.url} is wider than 320 px with more space in its text")
    if not page.evaluate("matchMedia('(forced-colors: active)').matches"):
        page.emulate_media(color_scheme="dark")
        for violation in page.evaluate(RUN_CONTRAST):
            places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
            found.append(f"{page.url} in the dark scheme: {violation['id']}: {places}")
        page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def test_what_a_participant_meets(page: Page, installation: Installation, programme: Programme) -> None:
    module = programme.modules[0]
    is_forced = page.evaluate("matchMedia('(forced-colors: active)').matches")
    sign_in(page, installation, LEARNERS["active" if is_forced else "none"])
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
    found = faults(page)
    for lesson in module.lessons[:2]:
        page.get_by_role("link", name=lesson.title).first.click()
        page.get_by_role("heading", level=1, name=lesson.title).wait_for()
        found += faults(page)
        page.get_by_role("button", name="Als gelesen markieren").click()
        page.get_by_role("link", name="Modul 1").first.click()
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    found += faults(page)
    page.get_by_role("button", name="beginnen").click()
    learner = Learner(page, programme)
    looked_at = set()
    for position in range(1, programme.assessment.items + 1):
        page.get_by_role("heading", level=1, name=f"Frage {position} von").wait_for()
        item = learner.item_on_screen(module)
        # Questions of one kind differ in their words alone.
        if type(item) not in looked_at:
            looked_at.add(type(item))
            found += faults(page)
        if position > 5:
            learner.answer(item)
        page.get_by_role("button", name="Weiter").click()
    page.get_by_role("heading", level=1, name="Vor dem Abgeben").wait_for()
    found += faults(page)
    page.get_by_role("button", name="abgeben").click()
    page.wait_for_load_state()
    found += faults(page)
    for name in ("Module", "Mein Entwurf", "Meine Nachweise"):
        page.get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state()
        found += faults(page)
    key = page.url.partition("v=")[2]
    first = f"/modules/{module.slug}/lessons/{module.lessons[0].slug}"
    beside = (
        "/notes",
        "/glossary",
        "/search?q=parken",
        f"/modules/{module.slug}/print",
        f"{first}/hint",
        "/reifegrad",
        "/reifegrad/before",
    )
    for path in (*beside, "/workbook/chapters/1", "/workbook/export", "/workbook/print"):
        page.goto(f"{installation.tool_url}{path}{'&' if '?' in path else '?'}v={key}")
        found += faults(page)
    page.goto(f"{installation.tool_url}{first}?v={key}")
    page.locator(".prose .glossary-link").first.click()
    page.get_by_role("dialog").wait_for()
    found += faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="English").click()
    found += faults(page)
    for path in (f"/modules/{module.slug}", f"/modules/{module.slug}/quiz", "/certificates", "/workbook/chapters/1", "/my-data"):
        page.goto(f"{installation.tool_url}{path}?v={key}")
        found += faults(page)
    assert found == []


def test_what_an_instructor_meets(page: Page, installation: Installation, programme: Programme) -> None:
    sign_in(page, installation, "Petra")
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, programme.modules[1].slug)}?target=window&lang=de")
    page.goto(f"{page.url}&lang=de")
    found = faults(page)
    for name in ("Kurs", "Verbindung", "Entwürfe"):
        page.get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state()
        found += faults(page)
    page.get_by_role("link", name="Kurs", exact=True).first.click()
    page.get_by_role("link", name="Einstellungen für diesen Kurs").click()
    found += faults(page)
    page.get_by_label("Live-Sitzungen besuchen").check()
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("link", name="Live-Sitzungen: Termine und Anwesenheit").click()
    found += faults(page)
    page.get_by_role("link", name="Leitfaden").first.click()
    found += faults(page)
    page.go_back()
    page.get_by_role("link", name=programme.modules[1].live_sessions[0].title, exact=True).click()
    page.get_by_label("Dauer in Minuten").fill("1")
    page.get_by_role("button", name="Termin speichern").click()
    found += faults(page)
    # As participants see it: without a date the follow-up is open.
    page.get_by_role("link", name="Module", exact=True).first.click()
    page.get_by_role("link", name=programme.modules[1].title).click()
    found += faults(page)
    page.get_by_role("link", name=programme.modules[1].live_sessions[0].title, exact=True).click()
    found += faults(page)
    page.get_by_role("link", name="Kurs", exact=True).first.click()
    page.get_by_role("button", name="Teilnehmendenliste abgleichen").click()
    page.get_by_role("link", name="Jörg Dreßler").click()
    found += faults(page)
    key, person = page.url.partition("v=")[2], page.url.removeprefix(installation.tool_url).partition("?")[0]
    for path in ("/course/certificates", "/course/hints", "/reifegrad/course"):
        page.goto(f"{installation.tool_url}{path}?v={key}")
        found += faults(page)
    page.get_by_role("link", name="English").click()
    session = programme.modules[1].live_sessions[0]
    meeting = f"/course/live/{programme.modules[1].slug}/{session.code}"
    for path in ("/course", person, "/course/settings", meeting, "/course/certificates"):
        page.goto(f"{installation.tool_url}{path}?v={key}")
        found += faults(page)
    assert found == []


def test_what_a_stranger_meets(page: Page, installation: Installation) -> None:
    found = []
    for path in (
        "/",
        "/verify",
        "/verify/0000-0000",
        "/modules",
        "/no-such-page",
        "/privacy",
        "/imprint",
        "/_parts",
        "/accessibility",
        "/leichte-sprache",
        "/barrier",
        "/receipt",
    ):
        page.goto(installation.tool_url + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found += faults(page)
    assert found == []
