"""What a course's rules mean for one person: attempts and further ones, the time for a quiz, the days on which it may begin."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module
from lti_tool.domain.documents.certificate import ZONE
from lti_tool.domain.people import Member
from lti_tool.domain.rules.attempts import QuizStanding, standing
from lti_tool.domain.rules.course import minutes_for
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.models import ExtendedTime, ExtraAttempt
from lti_tool.progress.footprint import Footprint


def standing_of(syllabus: Syllabus, footprint: Footprint, module: Module, *, now: datetime) -> QuizStanding:
    """Work out what a person can do about a module's quiz now."""
    return standing(footprint.tries_at(module), syllabus.rules, unlocked=len(footprint.extras_at(module)), now=now)


def attempts_allowed(session: Session, syllabus: Syllabus, user_id: int, module: Module) -> int:
    """Count the attempts that a person has at a module, those granted beyond the rule, in whichever course, included."""
    granted = select(func.count(ExtraAttempt.id)).where(ExtraAttempt.user_id == user_id, ExtraAttempt.module_slug == module.slug)
    return syllabus.rules.attempts + (session.scalar(granted) or 0)


@dataclass(frozen=True)
class QuizTime:
    """The course's limit for a quiz and how much longer this person gets, in percent of it."""

    limit_min: int | None = None
    extra_pct: int = 0

    @property
    def minutes(self) -> int | None:
        """The person's whole time; None: no limit."""
        return minutes_for(self.limit_min, self.extra_pct)


def quiz_time_of(session: Session, syllabus: Syllabus, member: Member) -> QuizTime:
    """Tell how long a person would have for an attempt that begins now."""
    limit_min = syllabus.settings.time_limit_min
    if limit_min is None:
        return QuizTime()
    extra_pct = session.scalar(
        select(ExtendedTime.extra_pct).where(ExtendedTime.course_id == member.course_id, ExtendedTime.user_id == member.user_id)
    )
    return QuizTime(limit_min, extra_pct or 0)


@dataclass(frozen=True)
class CourseDates:
    """The first and the last day, None where there is none; and on which side of them today lies for this person."""

    begins_on: date | None = None
    ends_on: date | None = None
    is_early: bool = False
    is_over: bool = False

    @property
    def is_open(self) -> bool:
        return not (self.is_early or self.is_over)


def course_dates_of(syllabus: Syllabus, footprint: Footprint, member: Member, module: Module, *, now: datetime) -> CourseDates:
    """Tell whether a person may begin an attempt at a module's quiz today, by the calendar of the people in the course.

    Who teaches tries things out at any time. Who was granted a further attempt after the last day may use it: that is what it
    was granted for.
    """
    begins_on, ends_on = syllabus.settings.begins_on, syllabus.settings.ends_on
    today = now.astimezone(ZONE).date()
    is_early = begins_on is not None and today < begins_on
    is_over = ends_on is not None and today > ends_on
    if member.is_instructor or (ends_on is not None and is_over and _is_granted_after(footprint, member, module, ends_on)):
        is_early = is_over = False
    return CourseDates(begins_on, ends_on, is_early, is_over)


def _is_granted_after(footprint: Footprint, member: Member, module: Module, last_day: date) -> bool:
    granted = (extra for extra in footprint.extras_at(module) if extra.course_id == member.course_id)
    return any(extra.granted_at.astimezone(ZONE).date() > last_day for extra in granted)
