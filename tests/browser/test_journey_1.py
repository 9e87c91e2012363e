"""Journey 1 in a real browser: through all five modules, whichever way, to five grades, five activities done, a certificate.

The course asks for the quizzes alone; that lessons are read on the way, the whole story shows (`test_whole_story.py`).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect
from sqlalchemy import select

from lti_tool import clock
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.models import Course, CourseSettingsRow
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.playground import Playground
from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS, Person
from lti_tool.playground.server import serve_in_thread
from tests.browser.learner import Learner
from tests.browser.story import a_stranger_verifies, certificate_of, eventually, tool_frame
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.journey]

RIGHT = 9


def sign_in(page: Page, lms: Playground, person: Person) -> None:
    page.goto(f"{lms.issuer}/")
    page.locator(f'button[name="person"][value="{person.id}"]').click()
    page.wait_for_url("**/course")


def activity_of(lms: Playground, module: Module) -> int:
    return next(activity.id for activity in lms.activities if activity.custom.get("module") == module.slug)


def launch(page: Page, lms: Playground, module: Module) -> None:
    page.goto(f"{lms.issuer}/launch/{activity_of(lms, module)}?target=window")
    expect(page.get_by_role("heading", level=1)).to_have_text(module.title)


def ask_for_quizzes_alone(installation: Installation) -> None:
    """Let every course so far ask for nothing but the quiz."""
    database = installation.database
    with database.write.begin() as session:
        decided = select(CourseSettingsRow.course_id)
        for course_id in session.scalars(select(Course.id).where(Course.id.not_in(decided))).all():
            session.add(CourseSettingsRow(course_id=course_id, conditions="quiz", changed_at=clock.now()))
    database.close()


def pass_module(screen: Page | Frame, programme: Programme, module: Module) -> None:
    """From the module's page to the result of its quiz."""
    screen.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    Learner(screen, programme).pass_quiz(module, wrong=10 - RIGHT)
    expect(screen.get_by_text("9 von 10 Punkten").first).to_be_visible()


def go_on(screen: Page | Frame, module: Module) -> None:
    """Take the tool's own button to the next module."""
    screen.get_by_role("link", name=f"Weiter mit Modul {module.number}").click()
    expect(screen.get_by_role("heading", level=1)).to_have_text(module.title)


def five_grades(page: Page, lms: Playground, person: Person) -> None:
    """See five grades in the gradebook and five activities done, where the participant looks."""
    learner = lms.person(person.id)

    def have_arrived() -> bool:
        return sum(lms.grade(learner.id, column.id) is not None for column in lms.columns) == 5

    eventually(page, have_arrived)
    page.goto(f"{lms.issuer}/gradebook")
    expect(page.get_by_text("90 / 100")).to_have_count(5)
    page.goto(f"{lms.issuer}/course")
    expect(page.get_by_text("abgeschlossen")).to_have_count(5)


def every_module_says_arrived(screen: Page | Frame) -> None:
    screen.get_by_role("link", name="Module", exact=True).first.click()
    expect(screen.get_by_text(re.compile("In der Bewertungsübersicht Ihres Kurses seit"))).to_have_count(5)


def test_journey_1_from_module_to_module_with_the_tools_own_buttons(
    browser: Browser, context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    """The first one in the course: nobody has ever opened activities 2 to 5."""
    lms, person = installation.lms, PARTICIPANTS[8]
    page = context.new_page()
    sign_in(page, lms, person)
    first, *others = programme.modules
    page.goto(f"{lms.issuer}/activity/{activity_of(lms, first)}")
    frame = tool_frame(page, installation)
    ask_for_quizzes_alone(installation)
    pass_module(frame, programme, first)
    for module in others:
        go_on(frame, module)
        pass_module(frame, programme, module)
    eventually(page, lambda: sum(lms.grade(person.id, column.id) is not None for column in lms.columns) == 5)
    every_module_says_arrived(frame)
    code = certificate_of(frame)
    five_grades(page, lms, person)
    assert len(lms.columns) == 5
    a_stranger_verifies(browser, installation, code, person.name)


def test_journey_1_by_opening_each_activity(
    browser: Browser, context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    lms, person = installation.lms, PARTICIPANTS[9]
    page = context.new_page()
    sign_in(page, lms, person)
    for module in programme.modules:
        launch(page, lms, module)
        ask_for_quizzes_alone(installation)
        pass_module(page, programme, module)
    code = certificate_of(page)
    five_grades(page, lms, person)
    a_stranger_verifies(browser, installation, code, person.name)


def test_journey_1_half_and_half_in_a_new_window(
    browser: Browser, context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    lms, person = installation.lms, PARTICIPANTS[10]
    page = context.new_page()
    sign_in(page, lms, person)
    first, second, third, fourth, fifth = programme.modules
    launch(page, lms, first)
    ask_for_quizzes_alone(installation)
    pass_module(page, programme, first)
    go_on(page, second)
    pass_module(page, programme, second)
    # Back in the course, and on from another activity.
    launch(page, lms, fourth)
    pass_module(page, programme, fourth)
    go_on(page, third)
    pass_module(page, programme, third)
    go_on(page, fifth)
    pass_module(page, programme, fifth)
    code = certificate_of(page)
    five_grades(page, lms, person)
    a_stranger_verifies(browser, installation, code, person.name)


@pytest.fixture
def open_edx(installation: Installation, programme: Programme) -> Iterator[Playground]:
    """A course of Open edX with a component for each module, each with a client id of its own, all of them connected."""
    lms = Playground("http://127.0.0.1:0", profile="open-edx")
    with serve_in_thread(lms):
        database = installation.database
        for module in programme.modules:
            component = f"component-{module.number}"
            lms.register_tool(
                installation.tool_url, client_id=f"client-{module.number}", deployment_id=component, with_modules=False
            )
            lms.add_activity(module.title, custom={"module": module.slug}, tool_id=component)
            offered = lms.registration(component)
            with database.write.begin() as session:
                add_registration(
                    session,
                    NewRegistration(
                        issuer=offered["issuer"],
                        client_id=offered["client_id"],
                        auth_login_url=offered["auth_login_url"],
                        token_url=offered["token_url"],
                        jwks_url=offered["jwks_url"],
                        deployment_ids=tuple(offered["deployment_ids"]),
                    ),
                    is_production=False,
                    now=clock.now(),
                )
        database.close()
        yield lms


def test_journey_1_on_open_edx_from_module_to_module(
    browser: Browser,
    context: BrowserContext,
    installation: Installation,
    open_edx: Playground,
    programme: Programme,
    tmp_path: Path,
) -> None:
    """Each component lists its own column alone: so the instructor has opened each once, as whoever builds a course does."""
    lms, person = open_edx, PARTICIPANTS[11]
    page = context.new_page()
    sign_in(page, lms, INSTRUCTOR)
    for module in programme.modules:
        launch(page, lms, module)
    ask_for_quizzes_alone(installation)
    sign_in(page, lms, person)
    first, *others = programme.modules
    launch(page, lms, first)
    pass_module(page, programme, first)
    for module in others:
        go_on(page, module)
        pass_module(page, programme, module)
    code = certificate_of(page)
    five_grades(page, lms, person)
    a_stranger_verifies(browser, installation, code, person.name)
