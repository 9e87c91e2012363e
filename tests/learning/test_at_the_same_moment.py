"""Two people act in the same moment, and one of the steps is the last: the module is passed whichever of them comes first."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from lti_tool.courses.meetings.plan_meeting import Plan, plan_meeting
from lti_tool.courses.meetings.record_attendance import record_attendance
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.live import Presence
from lti_tool.learning.complete_lesson import complete_lesson
from lti_tool.live.follow_up import save_follow_up
from lti_tool.models import AttendanceChange, Completion, CourseSettingsRow, Membership, ScoreDelivery, User
from lti_tool.models.database import Database
from lti_tool.progress.settle import settle_course
from tests.learning.conftest import M1, take_quiz
from tests.syllabus import taught


@pytest.fixture
def petra(database: Database, programme: Programme, anna: Visitor, now: datetime) -> Visitor:
    """Teaches a course that asks for the live part; Anna lacks the last lesson and the live sessions."""
    with database.write.begin() as session:
        teacher = User(platform_id=anna.platform_id, sub="9", name="Petra Wolf", first_seen_at=now, last_seen_at=now)
        session.add(teacher)
        session.flush()
        for user_id, roles in ((anna.user_id, "participant"), (teacher.id, "instructor")):
            session.add(Membership(user_id=user_id, course_id=anna.course_id, roles=roles, first_seen_at=now, last_seen_at=now))
        session.add(CourseSettingsRow(course_id=anna.course_id, conditions="lessons quiz live", changed_at=now))
        for lesson in programme.modules[0].lessons[:-1]:
            complete_lesson(session, taught(programme), anna, M1, lesson.slug, now=now)
        take_quiz(session, programme, anna, M1, right=9, now=now)
        return Visitor(**{**vars(anna), "user_id": teacher.id, "roles": frozenset({Role.INSTRUCTOR})})


def outcome(database: Database) -> tuple[int, int]:
    """Count completed modules and scores on their way."""
    with database.read() as session:
        return len(session.scalars(select(Completion)).all()), len(session.scalars(select(ScoreDelivery)).all())


def at_once(*steps: Callable[[], None]) -> None:
    ready = Barrier(len(steps))

    def go(step: Callable[[], None]) -> None:
        ready.wait()
        step()

    threads = [Thread(target=go, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_attendance_and_the_last_lesson(
    database: Database, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    module = programme.modules[0]

    def record() -> None:
        with database.write.begin() as session:
            for code in ("1A", "1B"):
                record_attendance(session, taught(programme), petra, M1, code, {anna.user_id: Presence.PRESENT}, now=now)

    def read_the_last() -> None:
        with database.write.begin() as session:
            complete_lesson(session, taught(programme), anna, M1, module.lessons[-1].slug, now=now)

    at_once(record, record, read_the_last)
    assert outcome(database) == (1, 1)
    with database.read() as session:
        assert len(session.scalars(select(AttendanceChange)).all()) == 2


def test_the_last_lesson_while_the_course_begins_to_ask_for_less(
    database: Database, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    def read_the_last() -> None:
        with database.write.begin() as session:
            complete_lesson(session, taught(programme), anna, M1, programme.modules[0].lessons[-1].slug, now=now)

    meanwhile = Thread(target=read_the_last)
    with database.write.begin() as session:
        session.scalars(select(CourseSettingsRow)).one().conditions = "lessons quiz"
        settle_course(session, taught(programme), petra.course_id, now=now)
        meanwhile.start()
        # Long enough for it to come to where it has to wait for this transaction.
        time.sleep(0.5)
    meanwhile.join()
    assert outcome(database) == (1, 1)


def test_the_last_follow_up_while_the_other_session_is_cancelled(
    database: Database, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    module = programme.modules[0]
    with database.write.begin() as session:
        plan_meeting(session, taught(programme), petra, M1, "1A", Plan(now - timedelta(days=1)), now=now)
        plan_meeting(session, taught(programme), petra, M1, "1B", Plan(now + timedelta(days=1)), now=now)
        complete_lesson(session, taught(programme), anna, M1, module.lessons[-1].slug, now=now)

    def follow_up() -> None:
        with database.write.begin() as session:
            save_follow_up(session, taught(programme), anna, M1, "1A", ["eins", "zwei", "drei"], now=now)

    meanwhile = Thread(target=follow_up)
    with database.write.begin() as session:
        plan_meeting(session, taught(programme), petra, M1, "1B", Plan(is_cancelled=True), now=now)
        meanwhile.start()
        time.sleep(0.5)
    meanwhile.join()
    assert outcome(database) == (1, 1)
