"""Opens the front page of a module's quiz: its rules, the attempts made, what is possible now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import AssessmentRules, Module
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.attempts import QuizStanding, Try
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.learning.content import get_module_with_exam
from lti_tool.progress.course_rules import CourseDates, QuizTime, course_dates_of, quiz_time_of, standing_of
from lti_tool.progress.footprint import footprint_of


@dataclass(frozen=True)
class QuizPage:
    module: Module
    rules: AssessmentRules
    stands: QuizStanding
    tries: Sequence[Try]
    lessons_unread: int
    minutes: int
    """How long it takes most people."""
    time: QuizTime
    """For an attempt that begins now."""
    dates: CourseDates

    @property
    def open_try(self) -> Try | None:
        return next((attempt for attempt in self.tries if attempt.submitted_at is None), None)


def open_quiz(session: Session, syllabus: Syllabus, visitor: Visitor, module_slug: str, *, now: datetime) -> QuizPage:
    """Gather the front page of a quiz.

    Raises:
        NotFound: the programme has no such module, or it has no quiz.
    """
    module = get_module_with_exam(syllabus.programme, module_slug)
    footprint = footprint_of(session, visitor.user_id)
    return QuizPage(
        module=module,
        rules=syllabus.rules,
        stands=standing_of(syllabus, footprint, module, now=now),
        tries=footprint.tries_at(module),
        lessons_unread=len(module.lessons) - footprint.lessons_read(module),
        minutes=syllabus.programme.hours.quiz_minutes,
        time=quiz_time_of(session, syllabus, visitor),
        dates=course_dates_of(syllabus, footprint, visitor, module, now=now),
    )
