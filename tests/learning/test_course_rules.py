"""A course's own settings and granted attempts count in the quiz."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.attempts import NextTry
from lti_tool.learning.quiz.open_quiz import open_quiz
from lti_tool.learning.quiz.start_quiz import AttemptNotAllowed, start_quiz
from lti_tool.models import Attempt, Certificate, CourseSettingsRow, ExtendedTime, ExtraAttempt
from lti_tool.progress.course_rules import quiz_time_of
from tests.learning.conftest import M1, M2, read_all_lessons, take_quiz
from tests.syllabus import taught_in

DAYS = timedelta(days=2)


def set_course(session: Session, visitor: Visitor, now: datetime, **settings: int) -> None:
    session.add(CourseSettingsRow(course_id=visitor.course_id, changed_at=now, **settings))
    session.flush()


def test_the_courses_pass_mark_decides_whether_an_attempt_is_passed(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    set_course(session, anna, now, pass_mark_pct=80)
    take_quiz(session, programme, anna, M1, right=7, now=now)
    attempt = session.scalars(select(Attempt)).one()
    assert (attempt.pass_mark_pct, attempt.is_passed) == (80, False)
    assert open_quiz(session, taught_in(session, programme, anna), anna, M1, now=now).rules.pass_mark_pct == 80


def test_an_attempt_keeps_the_pass_mark_that_it_began_with(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    take_quiz(session, programme, anna, M1, right=7, now=now)
    set_course(session, anna, now, pass_mark_pct=90)
    assert session.scalars(select(Attempt)).one().is_passed is True


def test_a_course_may_allow_a_single_attempt(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    set_course(session, anna, now, attempts=1)
    take_quiz(session, programme, anna, M1, right=0, now=now)
    with pytest.raises(AttemptNotAllowed):
        start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now + DAYS)


def test_a_granted_attempt_can_be_begun_after_the_last(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    set_course(session, anna, now, attempts=1)
    take_quiz(session, programme, anna, M1, right=0, now=now)
    session.add(ExtraAttempt(user_id=anna.user_id, module_slug=M1, reason="Störung", granted_at=now))
    session.flush()
    assert open_quiz(session, taught_in(session, programme, anna), anna, M1, now=now).stands.next_try is NextTry.START
    assert start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now) == 2


def test_an_attempt_granted_for_one_module_does_not_count_for_another(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    set_course(session, anna, now, attempts=1)
    take_quiz(session, programme, anna, M1, right=0, now=now)
    session.add(ExtraAttempt(user_id=anna.user_id, module_slug=M2, reason="Störung", granted_at=now))
    session.flush()
    with pytest.raises(AttemptNotAllowed):
        start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)


def test_the_time_limit_is_off_unless_set_and_grows_by_the_persons_extension(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    assert quiz_time_of(session, taught_in(session, programme, anna), anna).minutes is None
    set_course(session, anna, now, time_limit_min=30)
    assert quiz_time_of(session, taught_in(session, programme, anna), anna).minutes == 30
    session.add(ExtendedTime(user_id=anna.user_id, course_id=anna.course_id, extra_pct=50, granted_at=now))
    session.flush()
    assert quiz_time_of(session, taught_in(session, programme, anna), anna).minutes == 45


def test_a_test_user_passes_everything_and_gets_no_certificate(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    tester = replace(anna, roles=frozenset({Role.PARTICIPANT, Role.TEST_USER}))
    for module in programme.modules:
        read_all_lessons(session, programme, tester, module.slug, now=now)
        take_quiz(session, programme, tester, module.slug, right=10, now=now)
    assert session.scalars(select(Certificate)).all() == []
