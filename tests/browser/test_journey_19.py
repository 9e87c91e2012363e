"""Journey 19 in a real browser: a teacher does what they like with the gradebook, and the tool does what was meant and says so.

Nights are shortened to the command that does the same. Modules are passed beside the browser; journey 1 shows that way.
"""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import update

from lti_tool import clock
from lti_tool.domain.content.programme import Programme
from lti_tool.models import ScoreDelivery
from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS, Person
from tests.browser.story import activity_id, eventually, sign_in
from tests.installation import Installation
from tests.journeys.grades import visitor_of
from tests.learning.conftest import read_all_lessons, take_quiz

pytestmark = [pytest.mark.browser, pytest.mark.journey]

LEARNERS = PARTICIPANTS[:3]


def open_module(page: Page, installation: Installation, person: Person, slug: str) -> None:
    sign_in(page, installation, person.name)
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, slug)}?target=window")
    expect(page.get_by_role("navigation").first).to_be_visible()


def passes(installation: Installation, programme: Programme, person: Person, slug: str) -> None:
    database = installation.database
    visitor = visitor_of(database, person.id)
    with database.write.begin() as session:
        read_all_lessons(session, programme, visitor, slug, now=clock.now())
        take_quiz(session, programme, visitor, slug, right=9, now=clock.now())
    database.close()


def own_grades(installation: Installation, slug: str) -> list[float | None]:
    """Give the learners' grades in the column that the activity has brought itself."""
    column = installation.lms.gradebook.own_column(installation.lms.site.activity(slug))
    assert column is not None
    grades = [installation.lms.grade(person.id, column.id) for person in LEARNERS]
    return [None if grade is None else grade.score for grade in grades]


def setup_row(page: Page, installation: Installation, title: str, heading: str) -> Locator:
    page.goto(f"{installation.lms_url}/gradebook/setup")
    section = page.locator("section", has=page.get_by_role("heading", name=heading, exact=True))
    return section.locator("li", has_text=title)


def course_page(page: Page, installation: Installation, slug: str) -> None:
    open_module(page, installation, INSTRUCTOR, slug)
    page.get_by_role("link", name="Kurs", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wer steht wo?")


def let_all_try_again(installation: Installation) -> None:
    """Let the time have come for whatever was put off."""
    database = installation.database
    with database.write.begin() as session:
        session.execute(update(ScoreDelivery).where(ScoreDelivery.state == "waiting").values(next_try_at=clock.now()))
    database.close()


def test_journey_19_a_teacher_and_their_gradebook(
    context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    page, lms = context.new_page(), installation.lms
    first, second, third = programme.modules[:3]

    for person in LEARNERS:
        open_module(page, installation, person, first.slug)
        passes(installation, programme, person, first.slug)
    eventually(page, lambda: own_grades(installation, first.slug) == [90, 90, 90])

    # Switched off: no column is made, and both sides read so.
    sign_in(page, installation, INSTRUCTOR.name)
    setup_row(page, installation, second.title, "Aktivitäten").get_by_role("button").click()
    columns = len(lms.columns)
    for person in LEARNERS[:2]:
        open_module(page, installation, person, second.slug)
        passes(installation, programme, person, second.slug)
    installation.run("outbox", "reconcile")
    assert len(lms.columns) == columns
    page.reload()
    expect(page.get_by_text("In Ihrem Kurs gibt es für dieses Modul keine Bewertungsspalte").first).to_be_visible()
    course_page(page, installation, first.slug)
    expect(page.get_by_text("Modul 2: 2 Noten haben keine Spalte in der Lernplattform")).to_be_visible()

    # On again: everything gets there, with the first launch of anybody.
    setup_row(page, installation, second.title, "Aktivitäten").get_by_role("button").click()
    open_module(page, installation, INSTRUCTOR, second.slug)
    eventually(page, lambda: own_grades(installation, second.slug) == [90, 90, None])
    course_page(page, installation, first.slug)
    expect(page.get_by_text("keine Spalte in der Lernplattform")).to_have_count(0)

    # Emptied: asked once, sent again only because the teacher says so.
    page.goto(f"{installation.lms_url}/gradebook/setup")
    page.get_by_role("button", name=re.compile("Kurs zurücksetzen")).click()
    installation.run("outbox", "reconcile")
    assert own_grades(installation, first.slug) == [None, None, None]
    course_page(page, installation, first.slug)
    expect(page.get_by_text("5 Noten fehlen in der Lernplattform")).to_be_visible()
    page.get_by_role("button", name="Neu senden").click()
    expect(page.get_by_text("Die Noten sind wieder unterwegs.")).to_be_visible()
    eventually(page, lambda: own_grades(installation, first.slug) == [90, 90, 90])

    # Emptied again, and this time it stays so.
    page.goto(f"{installation.lms_url}/gradebook/setup")
    page.get_by_role("button", name=re.compile("Kurs zurücksetzen")).click()
    installation.run("outbox", "reconcile")
    course_page(page, installation, first.slug)
    page.get_by_role("button", name="So lassen").click()
    expect(page.get_by_text("bleiben in der Lernplattform gelöscht")).to_be_visible()
    installation.run("outbox", "reconcile")
    page.wait_for_timeout(3_000)
    assert own_grades(installation, first.slug) == [None, None, None]
    expect(page.get_by_text("fehlen in der Lernplattform")).to_have_count(0)

    # Set by hand: it stays, and the participant reads it.
    page.goto(f"{installation.lms_url}/gradebook/setup")
    page.get_by_label("Teilnehmer:in").select_option(label=LEARNERS[0].name)
    page.get_by_label("Spalte", exact=True).select_option(index=0)
    page.get_by_label(re.compile("^Punkte")).fill("55")
    page.get_by_role("button", name="Eintragen").click()
    installation.run("outbox", "reconcile")
    open_module(page, installation, LEARNERS[0], first.slug)
    expect(page.get_by_text("die Ihre Kursleitung von Hand eingetragen hat: 55 von 100.").first).to_be_visible()
    assert own_grades(installation, first.slug) == [55, None, None]

    # Locked: nothing is lost, the teacher reads why, and it arrives once it is unlocked.
    sign_in(page, installation, INSTRUCTOR.name)
    setup_row(page, installation, "Modul 3", "Spalten").get_by_role("button", name=re.compile("Sperren")).click()
    open_module(page, installation, LEARNERS[0], third.slug)
    passes(installation, programme, LEARNERS[0], third.slug)

    def is_refused() -> bool:
        let_all_try_again(installation)
        return "column_refuses" in installation.run("outbox", "list", "--failed")

    eventually(page, is_refused)
    course_page(page, installation, first.slug)
    expect(page.get_by_text("Meist ist die Spalte gesperrt")).to_be_visible()
    setup_row(page, installation, "Modul 3", "Spalten").get_by_role("button", name=re.compile("Entsperren")).click()
    let_all_try_again(installation)
    eventually(page, lambda: own_grades(installation, third.slug)[0] == 90)
