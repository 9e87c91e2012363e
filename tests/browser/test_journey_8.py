"""Journey 8 in a real browser: a member of two courses with different rules moves from one to the other in mid-module."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from lti_tool import clock
from lti_tool.domain.content.programme import Programme
from lti_tool.models import Course, CourseSettingsRow
from lti_tool.playground import Playground
from lti_tool.playground.people import PARTICIPANTS
from tests.browser.learner import Learner
from tests.browser.story import eventually, sign_in
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.journey]

LEARNER = PARTICIPANTS[12]


def open_in(page: Page, lms: Playground, course: str, slug: str) -> None:
    """Open a module's activity in one of the courses."""
    link = next(each.id for each in lms.activities if each.course == course and each.custom.get("module") == slug)
    page.goto(f"{lms.issuer}/launch/{link}?target=window")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def grade_in(lms: Playground, course: str, slug: str) -> float | None:
    link = next(each for each in lms.activities if each.course == course and each.custom.get("module") == slug)
    column = lms.gradebook.own_column(link)
    assert column is not None
    grade = lms.grade(LEARNER.id, column.id)
    return None if grade is None else grade.score


def set_rules(installation: Installation, context_id: str, conditions: str) -> None:
    database = installation.database
    with database.write.begin() as session:
        key = session.scalars(select(Course.id).where(Course.context_id == context_id)).one()
        session.add(CourseSettingsRow(course_id=key, conditions=conditions, changed_at=clock.now()))
    database.close()


def test_journey_8_two_courses_with_different_rules(
    context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    lms, page = installation.lms, context.new_page()
    other = lms.add_course("Zweiter Durchgang")
    first, second, third = programme.modules[:3]
    sign_in(page, installation, LEARNER.name)
    open_in(page, lms, "", first.slug)
    set_rules(installation, lms.site.course_id, "lessons quiz")
    open_in(page, lms, other, first.slug)
    set_rules(installation, other, "quiz")

    # The strict course asks for lessons, too: the quiz is passed there, and nothing is due yet.
    open_in(page, lms, "", second.slug)
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    Learner(page, programme).pass_quiz(second, wrong=2)
    expect(page.get_by_role("heading", name="Fast geschafft")).to_be_visible()
    page.wait_for_timeout(3_000)
    assert (grade_in(lms, "", second.slug), grade_in(lms, other, second.slug)) == (None, None)

    # The other one asks for the quiz alone. The next step there settles the module, and both courses hear of it.
    open_in(page, lms, other, second.slug)
    page.get_by_role("link", name=second.lessons[0].title).first.click()
    page.get_by_role("button", name="Als gelesen markieren").click()
    eventually(page, lambda: (grade_in(lms, "", second.slug), grade_in(lms, other, second.slug)) == (80, 80))

    # What is passed in one course is passed in the other, in columns that this person has never opened.
    open_in(page, lms, other, third.slug)
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    Learner(page, programme).pass_quiz(third, wrong=1)
    expect(page.get_by_text("9 von 10 Punkten").first).to_be_visible()
    eventually(page, lambda: (grade_in(lms, "", third.slug), grade_in(lms, other, third.slug)) == (90, 90))
    expect(page.get_by_text("In der Bewertungsübersicht Ihres Kurses seit").first).to_be_visible()
    open_in(page, lms, "", third.slug)
    expect(page.get_by_role("heading", name="Modul bestanden")).to_be_visible()

    # Grading switched off in one of them is none of the other's business.
    link = next(each for each in lms.activities if each.course == other and each.custom["module"] == third.slug)
    lms.gradebook.allow_grades(link, False)
    installation.run("outbox", "reconcile")
    page.reload()
    expect(page.get_by_text("In der Bewertungsübersicht Ihres Kurses seit").first).to_be_visible()
    open_in(page, lms, other, third.slug)
    expect(page.get_by_text("In Ihrem Kurs gibt es für dieses Modul keine Bewertungsspalte").first).to_be_visible()
