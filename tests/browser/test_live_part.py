"""A course that asks for everything: the chapter is accepted, the attendance recorded, and the score arrives by itself."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.domain.content.programme import Programme
from tests.browser.learner import Learner
from tests.browser.story import LEARNER, LEARNER_NAME, activity_id, sign_in
from tests.browser.test_accessibility import faults
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.journey]


def no_camera(page: Page, name: str) -> None:
    """Stands where a photographer may stand."""


def go_through_a_course_with_everything(
    browser: Browser, installation: Installation, programme: Programme, shoot: Callable[[Page, str], None] = no_camera
) -> None:
    module = programme.modules[1]
    address = f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window"
    # Past the pages' policy, so that axe can look at what only this story shows.
    teacher, learner = (browser.new_context(locale="de-DE", bypass_csp=True).new_page() for _ in range(2))
    sign_in(learner, installation, LEARNER_NAME)
    learner.goto(address)
    sign_in(teacher, installation, "Petra")
    teacher.goto(address)
    _ask_for_everything(teacher, shoot)
    _plan(teacher, shoot)
    _learn(learner, programme, shoot)
    _send_back_and_improve(teacher, learner, programme, shoot)
    _accept_and_record(teacher, shoot)
    for _ in range(100):
        grade = installation.lms.grade(LEARNER, module.slug)
        if grade is not None:
            break
        learner.wait_for_timeout(100)
    assert grade is not None
    assert grade.score == 100
    learner.get_by_role("link", name="Module", exact=True).first.click()
    learner.get_by_role("link", name=module.title).click()
    expect(learner.get_by_role("heading", name="Modul bestanden")).to_be_visible()
    shoot(learner, "module-passed")
    for page in (teacher, learner):
        page.context.close()


def _ask_for_everything(teacher: Page, shoot: Callable[[Page, str], None]) -> None:
    teacher.get_by_role("link", name="Kurs", exact=True).first.click()
    teacher.get_by_role("link", name="Einstellungen für diesen Kurs").click()
    teacher.get_by_label("Praxisaufgabe: die Kapitel").check()
    teacher.get_by_label("Live-Sitzungen besuchen").check()
    shoot(teacher, "settings")
    teacher.get_by_role("button", name="Speichern").click()
    expect(teacher.get_by_text("Die Einstellungen sind gespeichert.")).to_be_visible()


def _plan(teacher: Page, shoot: Callable[[Page, str], None]) -> None:
    teacher.get_by_role("link", name=re.compile("Live-Sitzungen: Termine")).click()
    teacher.get_by_role("link", name=re.compile("^Vom Bedarf zum")).click()
    teacher.get_by_label("Tag").fill("2099-03-02")
    teacher.get_by_label("Uhrzeit").fill("09:30")
    teacher.get_by_label("Zugangslink").fill("https://konferenz.example/raum-7")
    teacher.get_by_role("button", name="Termin speichern").click()
    expect(teacher.get_by_text("Der Termin ist gespeichert.")).to_be_visible()
    teacher.get_by_role("link", name="Alle Live-Sitzungen").click()
    expect(teacher.get_by_text("2. März 2099, 09:30 Uhr")).to_be_visible()
    shoot(teacher, "live")


def _learn(page: Page, programme: Programme, shoot: Callable[[Page, str], None]) -> None:
    module = programme.modules[1]
    page.reload()
    shoot(page, "module-asks-for-everything")
    learner = Learner(page, programme)
    learner.read_all_lessons(module)
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    learner.pass_quiz(module)
    shoot(page, "quiz-passed")
    page.get_by_role("link", name="Praxisaufgabe: 1 Kapitel").click()
    page.get_by_role("link", name="Daten und Technologie").first.click()
    for more in page.get_by_role("button", name="Weitere Zeile").all():
        for _ in range(9):
            more.click()
    for box in page.locator("[data-chapter] textarea, [data-chapter] input[type=text]").all():
        box.fill("Stadtwerke")
    for choice in page.locator("[data-chapter] select").all():
        choice.select_option(index=1)
    page.get_by_role("button", name="Kapitel einreichen").click()
    expect(page.get_by_role("button", name="Kapitel einreichen")).to_have_count(0)
    page.get_by_role("link", name="Module", exact=True).first.click()
    shoot(page, "modules")
    page.get_by_role("link", name=module.title).click()
    shoot(page, "module-waits")
    page.get_by_role("link", name=module.live_sessions[0].title).click()
    with page.expect_download() as started:
        page.get_by_role("link", name="In den Kalender").click()
    assert "DTSTART:20990302T083000Z" in started.value.path().read_text(encoding="utf-8")
    shoot(page, "meeting")
    page.get_by_role("link", name="Zurück zum Modul").click()
    page.get_by_role("link", name=module.live_sessions[1].title).click()
    for number in range(3):
        page.locator(f"#answer-{number}").fill("Wir vergleichen zwei Wege.")
    shoot(page, "follow-up")
    page.get_by_role("button", name="Nachbereitung speichern").click()
    expect(page.get_by_text("Die Nachbereitung ist fertig.")).to_be_visible()


def _send_back_and_improve(teacher: Page, learner: Page, programme: Programme, shoot: Callable[[Page, str], None]) -> None:
    teacher.get_by_role("link", name=programme.modules[1].live_sessions[1].title, exact=True).click()
    teacher.get_by_text("nachbereitet am").click()
    found = faults(teacher)
    shoot(teacher, "follow-up-read")
    teacher.get_by_label("Was fehlt noch?").fill("Nennen Sie bitte die drei Forderungen.")
    teacher.get_by_role("button", name="Zurückgeben").click()
    expect(teacher.get_by_text("Nachbereitung zurückgegeben: Nennen Sie")).to_be_visible()
    shoot(teacher, "follow-up-sent-back")
    learner.get_by_role("link", name="Zurück zum Modul").click()
    learner.get_by_role("link", name="Live-Sitzung nachbereiten").click()
    expect(learner.get_by_text("Nennen Sie bitte die drei Forderungen.")).to_be_visible()
    found += faults(learner)
    shoot(learner, "follow-up-returned")
    learner.get_by_role("button", name="Nachbereitung speichern").click()
    expect(learner.get_by_text("Die Nachbereitung ist fertig.")).to_be_visible()
    assert found == []


def _accept_and_record(teacher: Page, shoot: Callable[[Page, str], None]) -> None:
    teacher.get_by_role("link", name="Entwürfe").first.click()
    teacher.get_by_role("link", name=re.compile("Daten und Technologie|Kapitel|3 ")).first.click()
    teacher.get_by_role("button", name="Annehmen").click()
    expect(teacher.get_by_role("button", name="Annehmen")).to_have_count(0)
    teacher.get_by_role("link", name="Kurs", exact=True).first.click()
    shoot(teacher, "course")
    teacher.get_by_role("link", name=LEARNER_NAME).click()
    shoot(teacher, "person")
    teacher.get_by_role("link", name="1 Live-Sitzung").click()
    teacher.get_by_role("link", name=re.compile("^Vom Bedarf zum")).click()
    teacher.get_by_label(LEARNER_NAME).select_option("present")
    teacher.get_by_role("button", name="Anwesenheit speichern").click()
    expect(teacher.get_by_text("Die Anwesenheit ist gespeichert.")).to_be_visible()
    teacher.get_by_text("Verlauf der Änderungen").click()
    shoot(teacher, "attendance")


def test_the_last_click_of_the_instructor_sends_the_participants_score(
    browser: Browser, installation: Installation, programme: Programme
) -> None:
    go_through_a_course_with_everything(browser, installation, programme)
