"""A module without exam in a course: lessons, chapters and attendance pass it, and the gradebook is told the full points."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.completion import Condition
from lti_tool.errors import NotFound
from lti_tool.learning.open_module import StepKind, open_module
from lti_tool.learning.quiz.open_quiz import open_quiz
from lti_tool.learning.quiz.start_quiz import start_quiz
from lti_tool.models import Attendance, Completion, Membership, ScoreDelivery
from lti_tool.models.database import Database
from lti_tool.progress.due_scores import tell_all_due_scores
from lti_tool.progress.footprint import footprint_of
from tests.learning.conftest import M1, M2, launch_link, read_all_lessons, take_quiz
from tests.learning.test_conditions import course_asks, decide, hand_in, scores, settle
from tests.syllabus import taught


@pytest.fixture
def written(programme: Programme) -> Programme:
    """The programme with a first module that has no exam."""
    first, *rest = programme.modules
    return replace(programme, modules=(replace(first, has_exam=False, items=()), *rest))


@pytest.fixture
def _enrolled(session: Session, anna: Visitor, now: datetime) -> None:
    assert anna.course_id is not None
    session.add(
        Membership(user_id=anna.user_id, course_id=anna.course_id, roles="participant", first_seen_at=now, last_seen_at=now)
    )
    session.flush()


def attend(session: Session, written: Programme, anna: Visitor, now: datetime) -> None:
    for live in written.modules[0].live_sessions:
        session.add(
            Attendance(
                course_id=anna.course_id,
                user_id=anna.user_id,
                module_slug=M1,
                session_code=live.code,
                presence="present",
                changed_at=now,
            )
        )
    session.flush()


def parts_left(session: Session, written: Programme, anna: Visitor, now: datetime) -> set[Condition]:
    return {left.part for left in open_module(session, taught(written), anna, M1, now=now).missing}


@pytest.mark.usefixtures("_enrolled")
def test_lessons_alone_do_not_pass_it_where_the_course_decided_nothing(
    session: Session, written: Programme, anna: Visitor, now: datetime
) -> None:
    read_all_lessons(session, written, anna, M1, now=now)
    assert parts_left(session, written, anna, now) == {Condition.PRACTICE, Condition.LIVE}
    page = open_module(session, taught(written), anna, M1, now=now)
    assert page.next_step.kind is StepKind.CHAPTER
    assert not page.asks_for_quiz
    assert all(line.is_asked_for for line in page.meetings)
    assert page.practice_rule is not None


@pytest.mark.usefixtures("_enrolled")
@pytest.mark.parametrize("asked", ["lessons quiz", "quiz"])
def test_chapters_and_attendance_pass_it_with_the_full_points(
    session: Session, written: Programme, anna: Visitor, now: datetime, asked: str
) -> None:
    course_asks(session, anna, now, asked)
    read_all_lessons(session, written, anna, M1, now=now)
    decide(session, hand_in(session, written, anna, M1, now))
    assert not settle(session, written, anna, M1, now)
    attend(session, written, anna, now)
    assert settle(session, written, anna, M1, now)
    assert scores(session) == [100.0]
    assert session.scalars(select(Completion.had_exam)).all() == [False]
    assert footprint_of(session, anna.user_id).without_exam == {M1}


@pytest.mark.usefixtures("_enrolled")
def test_its_neighbours_with_an_exam_are_asked_for_what_the_course_says(
    session: Session, written: Programme, anna: Visitor, now: datetime
) -> None:
    launch_link(session, anna, M2, now)
    read_all_lessons(session, written, anna, M2, now=now)
    take_quiz(session, written, anna, M2, right=9, now=now)
    assert scores(session) == [90.0]
    assert open_module(session, taught(written), anna, M2, now=now).practice_rule is None
    assert session.scalars(select(Completion.had_exam)).all() == [True]


def test_it_has_no_quiz_to_open_or_begin(session: Session, written: Programme, anna: Visitor, now: datetime) -> None:
    with pytest.raises(NotFound, match="keine Lernerfolgskontrolle"):
        open_quiz(session, taught(written), anna, M1, now=now)
    with pytest.raises(NotFound, match="keine Lernerfolgskontrolle"):
        start_quiz(session, taught(written), anna, M1, seed=1, now=now)


def test_what_was_passed_before_the_course_was_visited_is_told_at_night(database: Database, anna: Visitor, now: datetime) -> None:
    """The nightly run knows no programme: the completion itself says that there was no exam."""
    with database.write.begin() as session:
        session.add(Completion(user_id=anna.user_id, module_slug=M1, programme_version="1", completed_at=now, had_exam=False))
    assert tell_all_due_scores(database, now=now + timedelta(hours=1)) == 1
    with database.read() as session:
        assert list(session.scalars(select(ScoreDelivery.score_given))) == [100.0]
