"""A course's first and last day decide when a quiz may be begun, and people are told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.learning.open_module import open_module
from lti_tool.learning.quiz.open_quiz import open_quiz
from lti_tool.learning.quiz.start_quiz import AttemptNotAllowed, start_quiz
from lti_tool.learning.quiz.submit_quiz import submit_quiz
from lti_tool.models import CourseSettingsRow, ExtraAttempt
from lti_tool.progress.course_rules import CourseDates
from tests.learning.conftest import M1, M2
from tests.syllabus import taught, taught_in

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 18)
BEFORE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
# Midnight in Germany, an hour earlier by UTC.
FIRST_MOMENT = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 12, 18, 22, 59, tzinfo=UTC)
AFTER = datetime(2026, 12, 18, 23, 0, tzinfo=UTC)


@pytest.fixture
def anna_in_december(session: Session, anna: Visitor, now: datetime) -> Visitor:
    session.add(CourseSettingsRow(course_id=anna.course_id, changed_at=now, begins_on=FIRST, ends_on=LAST))
    session.flush()
    return anna


def begin(session: Session, programme: Programme, visitor: Visitor, module: str, moment: datetime) -> int:
    return start_quiz(session, taught_in(session, programme, visitor), visitor, module, seed=1, now=moment)


@pytest.mark.parametrize("moment", [FIRST_MOMENT, LAST_MOMENT])
def test_on_the_courses_days_a_quiz_can_be_begun(
    session: Session, programme: Programme, anna_in_december: Visitor, moment: datetime
) -> None:
    assert open_quiz(
        session, taught_in(session, programme, anna_in_december), anna_in_december, M1, now=moment
    ).dates == CourseDates(FIRST, LAST)
    assert begin(session, programme, anna_in_december, M1, moment) == 1


@pytest.mark.parametrize(("moment", "is_early", "says"), [(BEFORE, True, "noch nicht begonnen"), (AFTER, False, "zu Ende")])
def test_before_and_after_them_none_can_be_begun_and_the_pages_say_so(
    session: Session, programme: Programme, anna_in_december: Visitor, moment: datetime, is_early: bool, says: str
) -> None:
    with pytest.raises(AttemptNotAllowed, match=says):
        begin(session, programme, anna_in_december, M1, moment)
    for page in (
        open_quiz(session, taught_in(session, programme, anna_in_december), anna_in_december, M1, now=moment),
        open_module(session, taught_in(session, programme, anna_in_december), anna_in_december, M1, now=moment),
    ):
        assert (page.dates.is_early, page.dates.is_over) == (is_early, not is_early)


def test_an_attempt_begun_in_time_goes_on_and_is_handed_in_after_the_end(
    session: Session, programme: Programme, anna_in_december: Visitor
) -> None:
    number = begin(session, programme, anna_in_december, M1, LAST_MOMENT)
    assert begin(session, programme, anna_in_december, M1, AFTER) == number
    submit_quiz(session, taught(programme), anna_in_december, M1, number, now=AFTER)


def test_who_teaches_tries_the_quiz_at_any_time(session: Session, programme: Programme, anna_in_december: Visitor) -> None:
    teacher = replace(anna_in_december, roles=frozenset({Role.INSTRUCTOR}))
    assert begin(session, programme, teacher, M1, BEFORE) == 1


def test_an_attempt_granted_after_the_end_may_be_used_at_this_module_alone(
    session: Session, programme: Programme, anna_in_december: Visitor
) -> None:
    anna = anna_in_december
    granted = {"user_id": anna.user_id, "course_id": anna.course_id, "module_slug": M1, "reason": "Krank"}
    session.add(ExtraAttempt(**granted, granted_at=LAST_MOMENT))
    session.flush()
    with pytest.raises(AttemptNotAllowed):
        begin(session, programme, anna, M1, AFTER)
    session.add(ExtraAttempt(**granted, granted_at=AFTER))
    session.flush()
    assert begin(session, programme, anna, M1, AFTER + timedelta(days=3)) == 1
    with pytest.raises(AttemptNotAllowed):
        begin(session, programme, anna, M2, AFTER + timedelta(days=3))


def test_the_days_of_another_course_do_not_count(session: Session, programme: Programme, anna_in_december: Visitor) -> None:
    elsewhere = replace(anna_in_december, course_id=None)
    assert open_quiz(session, taught_in(session, programme, elsewhere), elsewhere, M1, now=AFTER).dates.is_open
