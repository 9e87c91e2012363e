"""A platform whose gradebook and roster lie at another host than its issuer, like the cloud of Canvas, from launch to grade."""

import re

from sqlalchemy import select

from lti_tool import clock
from lti_tool.models import ScoreDelivery, User
from lti_tool.platforms.registering.registrations import change_service_hosts
from tests.journeys.course import Course
from tests.passback.school import tell_everywhere

MODULE = "grundlagen-und-strategie"


def at_its_own_host(course: Course) -> str:
    """Let the platform name another origin for its services: the same server by another name."""
    host = course.lms.issuer.replace("127.0.0.1", "localhost")
    course.lms.site.services_at = host
    course.lms.add_activity("Modul 1", custom={"module": MODULE}, resource_id=MODULE)
    return host


def send_score(course: Course, score: int) -> str:
    parts = course.app.extensions["parts"]
    with course.database.write.begin() as session:
        user = session.scalars(select(User.id).where(User.sub == course.lms.person("participant01").id)).one()
        tell_everywhere(session, user, MODULE, score, now=clock.now())
    parts.worker.run_once()
    with course.database.read() as session:
        return session.scalars(select(ScoreDelivery)).one().last_error or ""


def test_nothing_is_sent_to_a_host_that_nobody_listed_and_the_check_names_it(course: Course) -> None:
    host = at_its_own_host(course)
    course.launch("participant01", MODULE)
    assert send_score(course, 80) == "foreign_address"
    assert course.lms.scores_received == []
    visit = course.launch("instructor", MODULE)
    visit.get("/lti/check")
    course.work()
    page = visit.get("/lti/check").text
    assert re.search(rf"registrations hosts \d+ --add {re.escape(host)}", page)


def test_once_it_is_listed_scores_and_roster_come_through_and_its_pages_may_frame_ours(course: Course) -> None:
    host = at_its_own_host(course)
    with course.database.write.begin() as session:
        change_service_hosts(session, 1, added=(host,), is_production=False)
    visit = course.launch("participant01", MODULE)
    assert send_score(course, 80) == ""
    grade = course.lms.grade("participant01", MODULE)
    assert grade is not None
    assert grade.score == 80
    policy = visit.get(f"/modules/{MODULE}").headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {course.lms.issuer} {host}" in policy
    teacher = course.launch("instructor", MODULE)
    teacher.get("/course")
    teacher.get("/lti/check")
    course.work()
    assert "Teilnehmendenliste abgeglichen:" in teacher.get("/course").text
    page = teacher.get("/lti/check").text
    assert "Die Teilnehmendenliste des Kurses ist lesbar." in page
    assert "Das liegt unter" not in page
