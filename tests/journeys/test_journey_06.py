"""Journey 6, from the launch to the result: who begins or hands in twice by accident has one attempt, on both profiles.

Answers as offices write them, orderings by keyboard and the rest of the journey: tests/learning and tests/browser.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.models import Attempt, User
from tests.journeys.course import BASE, Course, Visit

M1 = "grundlagen-und-strategie"
QUIZ = f"/modules/{M1}/quiz"
# The heading keeps figure and unit on one line.
RESULT = re.compile(r"von\s10\sPunkten")
CHOICE = "/lti/deep-linking"


@pytest.fixture
def moodle(course: Course) -> Course:
    course.save(course.choose_content().post(CHOICE, item=[M1]))
    return course


@pytest.fixture
def edx(open_edx: Course) -> Course:
    open_edx.save(open_edx.choose_content(tool_id="component-1").post(CHOICE, item=[M1]))
    return open_edx


def at_once(course: Course, visit: Visit, path: str) -> list[TestResponse]:
    """Press a button twice: two requests of one browser, at the same moment."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', visit.get(path).text)
    assert found is not None
    together = Barrier(2)

    def press(browser: FlaskClient) -> TestResponse:
        together.wait()
        return browser.post(path, query_string={"v": visit.key}, data={"csrf_token": found[1]}, base_url=BASE)

    cookie = visit.browser.get_cookie(f"__Host-visit-{visit.key}", domain="localhost")
    assert cookie is not None
    browsers = [course.app.test_client() for _ in range(2)]
    for browser in browsers:
        browser.set_cookie(cookie.key, cookie.value, domain="localhost", secure=True)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(press, browsers))


def attempts(course: Course) -> list[Attempt]:
    with course.database.read() as session:
        sub = course.lms.person("participant01").id
        return list(session.scalars(select(Attempt).join(User).where(User.sub == sub).order_by(Attempt.number)))


def begin_and_hand_in_twice(course: Course) -> None:
    visit = course.launch("participant01", M1)
    begun = at_once(course, visit, QUIZ)
    assert [answer.status_code for answer in begun] == [303, 303]
    assert len({answer.location for answer in begun}) == 1
    handed_in = at_once(course, visit, f"{QUIZ}/1/answers")
    assert [answer.status_code for answer in handed_in] == [303, 303]
    (attempt,) = attempts(course)
    assert attempt.submitted_at is not None
    assert RESULT.search(visit.get(f"{QUIZ}/1").text)


def hand_in_once_more_later(course: Course) -> None:
    visit = course.launch("participant01", M1)
    visit.post(QUIZ)
    page = f"{QUIZ}/1/answers"
    found = re.search(r'name="csrf_token" value="([^"]+)"', visit.get(page).text)
    assert found is not None
    form = {"csrf_token": found[1]}
    first, again = (visit.browser.post(page, query_string={"v": visit.key}, data=form, base_url=BASE) for _ in range(2))
    assert first.location.partition("?")[0] == again.location.partition("?")[0] == f"{QUIZ}/1"
    # The same person in another window, by a new launch: the same visit, and still one attempt.
    other = course.launch("participant01", M1)
    assert RESULT.search(other.get(f"{QUIZ}/1").text)
    assert len(attempts(course)) == 1


def test_journey_06_who_presses_twice_has_one_attempt_on_moodle(moodle: Course) -> None:
    begin_and_hand_in_twice(moodle)


def test_journey_06_who_presses_twice_has_one_attempt_on_open_edx(edx: Course) -> None:
    begin_and_hand_in_twice(edx)


def test_journey_06_handing_in_once_more_only_shows_the_result_on_moodle(moodle: Course) -> None:
    hand_in_once_more_later(moodle)


def test_journey_06_handing_in_once_more_only_shows_the_result_on_open_edx(edx: Course) -> None:
    hand_in_once_more_later(edx)
