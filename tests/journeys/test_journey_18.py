"""Journey 18: who clicks a grade in the platform's gradebook is on that person's result (fault M2).

Moodle 4.5 sends a submission review for every grade, unasked. Open edX knows none; were one to come from a platform that names
people and places as Open edX does, it would work the same.
"""

import re
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool import clock
from lti_tool.models import Course as CourseRow
from lti_tool.models import Membership, User
from lti_tool.platforms.roster.refresh_roster import refresh_roster
from lti_tool.playground.application import create_playground
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.state import Grade
from tests.journeys.course import BASE, Course, Visit

M1, M2 = "grundlagen-und-strategie", "technologien-und-daten"
CHOICE = "/lti/deep-linking"
GRADE = Grade(85.0, None, 1_795_411_800, 1_795_411_800)


@pytest.fixture
def moodle(course: Course) -> Course:
    """A course with the five modules."""
    course.save(course.choose_content().post(CHOICE, all="programme"))
    return course


@pytest.fixture
def edx(open_edx: Course) -> Course:
    """One component that shows module 1."""
    open_edx.save(open_edx.choose_content(tool_id="component-1").post(CHOICE, item=[M1]))
    return open_edx


def person_key(course: Course, person: str) -> int:
    with course.database.read() as session:
        key = session.scalar(select(User.id).where(User.sub == course.lms.person(person).id))
    assert key is not None
    return key


def hand_in(visit: Visit, module: str, *, times: int = 1) -> None:
    """Take the quiz of a module and hand it in as it is, which is a result, too."""
    quiz = f"/modules/{module}/quiz"
    for _ in range(times):
        begun = visit.post(quiz)
        assert begun.status_code == 303, begun.text
        number = re.search(r"/quiz/(\d+)", begun.location)
        assert number is not None
        done = visit.post(f"{quiz}/{number[1]}/answers")
        assert done.status_code == 303, done.text


def gradebook(course: Course) -> str:
    """Give the platform's gradebook with one grade in it."""
    column = course.lms.columns[0]
    course.lms.site.state.grades[f"{column.id}:{course.lms.person('participant01').id}"] = GRADE
    pages = create_playground(course.lms).test_client()
    pages.post("/person", data={"person": "instructor"})
    return pages.get("/gradebook").text


def asked_for(course: Course, person: str) -> dict[str, Any]:
    """Give what makes a launch a review, as a platform of Open edX's kind would spell it."""
    return {names.MESSAGE_TYPE: names.SUBMISSION_REVIEW_REQUEST, names.FOR_USER: {"user_id": course.lms.person(person).id}}


def test_journey_18_the_gradebook_of_moodle_offers_the_click(moodle: Course) -> None:
    activity = moodle.lms.columns[0].link_id
    assert f'href="/activity/{activity}/review/{moodle.lms.person("participant01").id}"' in gradebook(moodle)


def test_journey_18_an_instructor_clicks_a_grade_and_is_on_that_persons_result(moodle: Course) -> None:
    hand_in(moodle.launch("participant01", M2), M2)
    visit = moodle.launch("instructor", M2, review="participant01")
    assert visit.landing == f"/course/people/{person_key(moodle, 'participant01')}?v={visit.key}#{M2}"
    page = visit.get(visit.landing.partition("?")[0]).text
    assert "Annegret Böttcher</h1>" in page
    assert f'id="{M2}"' in page


def test_journey_18_a_participant_clicks_their_own_grade_and_is_on_their_best_result(moodle: Course) -> None:
    hand_in(moodle.launch("participant01", M1), M1)
    visit = moodle.launch("participant01", M1, review="participant01")
    assert visit.landing.startswith(f"/modules/{M1}/quiz/1?v=")
    assert re.search(r"von\s10\sPunkten", visit.get(f"/modules/{M1}/quiz/1").text)


def test_journey_18_whoever_does_not_teach_sees_their_own_whomever_they_ask_for(moodle: Course) -> None:
    hand_in(moodle.launch("participant01", M1), M1)
    visit = moodle.launch("participant02", M1, review="participant01")
    assert visit.landing.startswith(f"/modules/{M1}?v=")
    assert "Annegret" not in visit.browser.get(visit.landing, base_url=BASE).text


def test_journey_18_a_grade_of_somebody_who_never_came_is_told_as_such(moodle: Course) -> None:
    visit = moodle.launch("instructor", M1, review="participant05")
    answer = visit.browser.get(visit.landing, base_url=BASE)
    assert answer.status_code == 404
    assert "gibt es in Ihrem Kurs hier noch kein Ergebnis" in answer.text
    assert "/course?v=" in answer.text


def test_journey_18_after_the_roster_was_read_they_have_a_page(moodle: Course) -> None:
    moodle.launch("instructor", M1)
    with moodle.database.read() as session:
        course = session.scalars(select(CourseRow.id)).one()
    refresh_roster(moodle.database, moodle.app.extensions["parts"].service_client, course, now=clock.now())
    visit = moodle.launch("instructor", M1, review="participant05")
    assert visit.landing.startswith(f"/course/people/{person_key(moodle, 'participant05')}?v=")
    assert visit.get(visit.landing.partition("?")[0]).status_code == 200


def test_journey_18_somebody_of_another_course_is_not_shown(moodle: Course) -> None:
    moodle.launch("participant01", M1)
    moodle.lms.copy_course()
    visit = moodle.launch("instructor", M1, review="participant01")
    with moodle.database.read() as session:
        assert len(session.scalars(select(Membership.id)).all()) >= 2
    answer = visit.browser.get(visit.landing, base_url=BASE)
    assert answer.status_code == 404
    assert "Annegret" not in answer.text


@pytest.mark.parametrize("sub", ["' OR 1=1 --", "999", "4 ", "%", "x" * 255])
def test_journey_18_whoever_the_platform_makes_up_is_nobody(moodle: Course, sub: str) -> None:
    moodle.launch("participant01", M1)
    made_up = {names.MESSAGE_TYPE: names.SUBMISSION_REVIEW_REQUEST, names.FOR_USER: {"user_id": sub}}
    visit = moodle.launch("instructor", M1, **made_up)
    assert visit.browser.get(visit.landing, base_url=BASE).status_code == 404


def test_journey_18_a_review_without_a_course_says_so(moodle: Course) -> None:
    moodle.launch("participant01", M1)
    visit = moodle.launch("instructor", M1, review="participant01", **{names.CONTEXT: None})
    answer = visit.browser.get(visit.landing, base_url=BASE)
    assert answer.status_code == 409
    assert "nicht gesagt, aus welchem Kurs" in answer.text


def test_journey_18_a_mentor_sees_what_mentors_see(moodle: Course) -> None:
    moodle.launch("participant01", M1)
    mentor = {names.ROLES: [f"{names.MEMBERSHIP_ROLE}Mentor"]}
    assert moodle.launch("participant03", M1, review="participant01", **mentor).landing.startswith("/course?v=")


def test_journey_18_the_click_in_a_new_window_is_a_plain_launch(moodle: Course) -> None:
    """Moodle 4.2.3 loses what was clicked on the way into a new window; the module's page is what is left."""
    login = moodle.lms.initiate("instructor", M1, review="participant01", target="window")
    answer = moodle.send(moodle.app.test_client(), login, {})
    assert answer.location.startswith(f"/modules/{M1}?v=")


def test_journey_18_open_edx_offers_no_such_click(edx: Course) -> None:
    page = gradebook(edx)
    assert "85" in page
    assert "Bewertungsanalyse" not in page


def test_journey_18_a_review_in_the_manner_of_open_edx(edx: Course) -> None:
    hand_in(edx.launch("participant01", M1), M1)
    visit = edx.launch("instructor", M1, **asked_for(edx, "participant01"))
    assert visit.landing.startswith(f"/course/people/{person_key(edx, 'participant01')}?v=")
    assert "Annegret Böttcher</h1>" in visit.get(visit.landing.partition("?")[0]).text
    own = edx.launch("participant01", M1, **asked_for(edx, "participant01"))
    assert own.landing.startswith(f"/modules/{M1}/quiz/1?v=")
    unknown = edx.launch("instructor", M1, **asked_for(edx, "participant09"))
    assert unknown.browser.get(unknown.landing, base_url=BASE).status_code == 404
