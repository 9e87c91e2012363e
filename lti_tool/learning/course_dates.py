"""When a course's quizzes may be begun: from its first day to its last, by the calendar of the people in it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.certificate import ZONE
from lti_tool.domain.people import Visitor
from lti_tool.domain.programme import Module
from lti_tool.models import CourseSettingsRow, ExtraAttempt


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


def course_dates_of(session: Session, visitor: Visitor, module: Module, *, now: datetime) -> CourseDates:
    """Tell whether the visitor may begin an attempt at a module's quiz today.

    Who teaches tries things out at any time. Who was granted a further attempt after the last day may use it: that is what it
    was granted for.
    """
    if visitor.course_id is None:
        return CourseDates()
    found = session.execute(
        select(CourseSettingsRow.begins_on, CourseSettingsRow.ends_on).where(CourseSettingsRow.course_id == visitor.course_id)
    ).one_or_none()
    if found is None:
        return CourseDates()
    today = now.astimezone(ZONE).date()
    is_early = found.begins_on is not None and today < found.begins_on
    is_over = found.ends_on is not None and today > found.ends_on
    if visitor.is_instructor or (is_over and _granted_after(session, visitor, module, found.ends_on)):
        is_early = is_over = False
    return CourseDates(found.begins_on, found.ends_on, is_early, is_over)


def _granted_after(session: Session, visitor: Visitor, module: Module, last_day: date) -> bool:
    granted_at = session.scalar(
        select(func.max(ExtraAttempt.granted_at)).where(
            ExtraAttempt.user_id == visitor.user_id,
            ExtraAttempt.module_slug == module.slug,
            ExtraAttempt.course_id == visitor.course_id,
        )
    )
    return granted_at is not None and granted_at.astimezone(ZONE).date() > last_day
