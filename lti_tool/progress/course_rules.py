"""Which rules of assessment hold for a visitor: the programme's, changed by the course, and what they were granted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import QuizStanding, Try, standing
from lti_tool.domain.course import CourseSettings, minutes_for
from lti_tool.domain.people import Visitor
from lti_tool.domain.programme import AssessmentRules, Module, Programme
from lti_tool.models import CourseSettingsRow, ExtendedTime, ExtraAttempt


def rules_for(session: Session, programme: Programme, visitor: Visitor) -> AssessmentRules:
    """Give the rules of the course that the visitor came from; an attempt keeps the pass mark that it began with."""
    if visitor.course_id is None:
        return programme.assessment
    found = session.execute(
        select(CourseSettingsRow.pass_mark_pct, CourseSettingsRow.attempts).where(
            CourseSettingsRow.course_id == visitor.course_id
        )
    ).one_or_none()
    if found is None:
        return programme.assessment
    return CourseSettings(pass_mark_pct=found.pass_mark_pct, attempts=found.attempts).applied_to(programme.assessment)


def standing_of(
    session: Session, programme: Programme, visitor: Visitor, module: Module, tries: Sequence[Try], *, now: datetime
) -> QuizStanding:
    """Work out what the visitor can do about a module's quiz now."""
    rules = rules_for(session, programme, visitor)
    return standing(tries, rules, unlocked=unlocked_attempts(session, visitor.user_id, module), now=now)


def attempts_allowed(session: Session, programme: Programme, visitor: Visitor, module: Module) -> int:
    """Count the attempts that the visitor has at a module, those granted beyond the rule included."""
    return rules_for(session, programme, visitor).attempts + unlocked_attempts(session, visitor.user_id, module)


def unlocked_attempts(session: Session, user_id: int, module: Module) -> int:
    """Count the further attempts that somebody was granted at a module, in whichever course."""
    query = select(func.count(ExtraAttempt.id)).where(
        ExtraAttempt.user_id == user_id, ExtraAttempt.module_slug == module.slug
    )  # fmt: skip
    return session.scalar(query) or 0


@dataclass(frozen=True)
class QuizTime:
    """The course's limit for a quiz and how much longer this person gets, in percent of it."""

    limit_min: int | None = None
    extra_pct: int = 0

    @property
    def minutes(self) -> int | None:
        """The person's whole time; None: no limit."""
        return minutes_for(self.limit_min, self.extra_pct)


def quiz_time_of(session: Session, visitor: Visitor) -> QuizTime:
    """Tell how long the visitor would have for an attempt that begins now."""
    if visitor.course_id is None:
        return QuizTime()
    found = session.execute(
        select(CourseSettingsRow.time_limit_min, func.coalesce(ExtendedTime.extra_pct, 0).label("extra_pct"))
        .outerjoin(
            ExtendedTime,
            (ExtendedTime.course_id == CourseSettingsRow.course_id) & (ExtendedTime.user_id == visitor.user_id),
        )
        .where(CourseSettingsRow.course_id == visitor.course_id)
    ).one_or_none()
    return QuizTime() if found is None else QuizTime(found.time_limit_min, found.extra_pct)
