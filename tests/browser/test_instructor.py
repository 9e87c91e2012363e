"""An instructor fills an empty course in a real browser, a participant learns in it, and the course page shows both."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from lti_tool.domain.content.programme import Programme
from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS
from tests.browser.learner import Learner
from tests.browser.story import let_frames_rest
from tests.installation import Installation
from tests.shipped import read_programme

pytestmark = pytest.mark.browser

LEARNER = PARTICIPANTS[4]


@pytest.fixture(scope="module")
def programme() -> Programme:
    # No course here has placed an elective.
    return read_programme().offering(frozenset())


@pytest.fixture
def empty_course(installation: Installation) -> Iterator[Installation]:
    """The installation with nothing in its course."""
    state = installation.lms.site.state
    with installation.lms.site.lock:
        kept = dict(state.activities), dict(state.columns)
        state.activities, state.columns = {}, {}
    yield installation
    with installation.lms.site.lock:
        state.activities, state.columns = kept


def sign_in(page: Page, installation: Installation, person_id: str) -> None:
    page.goto(f"{installation.lms_url}/")
    page.locator(f'button[name="person"][value="{person_id}"]').click()
    page.wait_for_url("**/course")


def open_choice(page: Page, installation: Installation) -> FrameLocator:
    sign_in(page, installation, INSTRUCTOR.id)
    page.get_by_role("link", name=re.compile("Inhalte auswählen aus")).first.click()
    let_frames_rest(page)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Inhalte für Ihren Kurs")
    return frame


def test_two_clicks_fill_the_course_and_the_course_page_shows_who_passed(
    context: BrowserContext, empty_course: Installation, programme: Programme
) -> None:
    page = context.new_page()
    frame = open_choice(page, empty_course)
    # First click in the tool, second in the platform: the form between them sends itself.
    frame.get_by_role("button", name="Alle 5 Module einsetzen").click()
    frame.get_by_role("button", name="Speichern und zum Kurs").click()
    expect(page.get_by_text("Modul 5")).to_be_visible()
    assert [activity.custom["module"] for activity in empty_course.lms.activities] == [
        module.slug for module in programme.modules
    ]

    first = programme.modules[0]
    activity = next(each for each in empty_course.lms.activities if each.custom["module"] == first.slug)
    sign_in(page, empty_course, LEARNER.id)
    page.goto(f"{empty_course.lms_url}/launch/{activity.id}?target=window")
    learner = Learner(page, programme)
    learner.read_all_lessons(first)
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    learner.pass_quiz(first)

    sign_in(page, empty_course, INSTRUCTOR.id)
    page.goto(f"{empty_course.lms_url}/launch/{activity.id}?target=window")
    page.get_by_role("link", name="Kurs", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wer steht wo?")
    row = page.get_by_role("row", name=re.compile(LEARNER.name))
    expect(row.get_by_role("cell").first).to_have_text(re.compile("bestanden"))
    expect(page.get_by_text("1 von 1", exact=True)).to_be_visible()
    page.get_by_role("link", name=LEARNER.name).click()
    expect(page.get_by_text(re.compile("1. Versuch am .*: 10 von 10 Punkten, bestanden"))).to_be_visible()
    expect(page.get_by_text(re.compile("Note 100 von 100"))).to_be_visible()


def test_single_items_are_placed_by_keyboard_and_marked_the_next_time(
    context: BrowserContext, empty_course: Installation
) -> None:
    page = context.new_page()
    frame = open_choice(page, empty_course)
    frame.get_by_role("checkbox", name=re.compile("Modul 2")).focus()
    page.keyboard.press("Space")
    frame.get_by_role("checkbox", name="Meine Nachweise").focus()
    page.keyboard.press("Space")
    frame.get_by_role("button", name="Auswahl einsetzen").focus()
    page.keyboard.press("Enter")
    frame.get_by_role("button", name="Speichern und zum Kurs").click()
    page.wait_for_url(lambda url: "/selection/" in url)
    assert [activity.custom for activity in empty_course.lms.activities] == [
        {"module": "technologien-und-daten"},
        {"page": "certificates", "programme": "smart-city-manager"},
    ]
    frame = open_choice(page, empty_course)
    expect(frame.locator("#hint-certificates").get_by_text("Ausgewählt am")).to_be_visible()
    expect(frame.locator("#hint-workbook").get_by_text("Ausgewählt am")).to_have_count(0)


def test_without_scripts_one_more_button_brings_the_choice_to_the_platform(
    context: BrowserContext, empty_course: Installation
) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False, locale="de-DE")
    try:
        page = plain.new_page()
        sign_in(page, empty_course, INSTRUCTOR.id)
        tool = next(iter(empty_course.lms.site.state.tools.values()))
        page.goto(f"{empty_course.lms_url}/select/{tool.id}/launch")
        choice = page.get_by_role("heading", level=1, name="Inhalte für Ihren Kurs")
        # The platform's own forms need a click each without scripts.
        onward = page.get_by_role("button", name="Weiter")
        while True:
            expect(choice.or_(onward)).to_be_visible()
            if choice.is_visible():
                break
            onward.click()
        # Its words depend on what was placed before: "Alle 5 Module einsetzen", or "Trotzdem alle 5 noch einmal einsetzen".
        page.get_by_role("button", name=re.compile("alle 5 ", re.IGNORECASE)).click()
        page.get_by_role("button", name="An die Lernplattform senden").click()
        page.get_by_role("button", name="Speichern und zum Kurs").click()
        assert len(empty_course.lms.activities) == 5
    finally:
        plain.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_course_pages_never_scroll_sideways(context: BrowserContext, installation: Installation, width: int) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, installation, INSTRUCTOR.id)
    page.goto(f"{installation.lms_url}/launch/{installation.lms.activities[0].id}?target=window")
    page.get_by_role("link", name="Kurs", exact=True).click()
    page.get_by_role("button", name="Teilnehmendenliste abgleichen").click()
    expect(page.get_by_text("Teilnehmendenliste abgeglichen:")).to_be_visible()

    def overflow() -> int:
        pixels: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return pixels

    assert overflow() <= 0
    page.get_by_role("link", name=PARTICIPANTS[0].name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PARTICIPANTS[0].name)
    assert overflow() <= 0
    page.get_by_role("link", name="Zurück zur Kursübersicht").click()
    page.get_by_role("link", name="Einstellungen für diesen Kurs").click()
    assert overflow() <= 0
