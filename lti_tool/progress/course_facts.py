"""What every page of a visit has to know of its course, read with one statement."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.rules.completion import Conditions
from lti_tool.domain.rules.course import CourseSettings
from lti_tool.domain.rules.time_limit import NETWORK_GRACE
from lti_tool.models import Attempt, Course, CourseSettingsRow, SurveyRound
from lti_tool.progress.placed_modules import placed_slugs_in_one_text


@dataclass(frozen=True)
class CourseFacts:
    """A course as it is now, and whether the person who looks has something to be handed in for them."""

    pin: Pin | None = None
    """What the course learns with; None: nobody has chosen among several programmes yet."""
    settings: CourseSettings = field(default_factory=CourseSettings)
    placed: frozenset[str] = frozenset()
    """Slugs of the modules that the course has placed (`placed_modules`), and perhaps keys of pages."""
    has_open_survey: bool = False
    """Something can be answered here; whether this person has done so is another question."""
    has_overdue_attempt: bool = False
    """The time of an attempt of this person is over, and nobody has handed it in yet."""


_IS_OVERDUE = (
    select(Attempt.id)
    .where(Attempt.user_id == bindparam("user_id"), Attempt.submitted_at.is_(None), Attempt.ends_at < bindparam("over_before"))
    .exists()
)
_PLACED = placed_slugs_in_one_text(bindparam("course_id", type_=Integer))
_HAS_SURVEY = select(SurveyRound.id).where(SurveyRound.course_id == bindparam("course_id"), SurveyRound.state == "open").exists()
# Built once: every page of a visit asks them.
_OVERDUE = select(_IS_OVERDUE)
_FACTS = (
    select(Course.programme_slug, Course.programme_version, CourseSettingsRow, _PLACED, _IS_OVERDUE, _HAS_SURVEY)
    .outerjoin(CourseSettingsRow, CourseSettingsRow.course_id == Course.id)
    .where(Course.id == bindparam("course_id"))
)


def course_facts_of(session: Session, course_id: int | None, user_id: int, *, now: datetime) -> CourseFacts:
    """Read the facts of a course for somebody who looks; outside of any course only what concerns the person."""
    asked = {"user_id": user_id, "over_before": now - NETWORK_GRACE}
    if course_id is None:
        return CourseFacts(has_overdue_attempt=bool(session.scalar(_OVERDUE, asked)))
    row = session.execute(_FACTS, {**asked, "course_id": course_id}).one_or_none()
    if row is None:
        return CourseFacts()
    programme, version, settings, slugs, has_overdue, has_survey = row
    pin = Pin(programme, version) if programme and version else None
    return CourseFacts(pin, settings_from(settings), frozenset((slugs or "").split()), bool(has_survey), bool(has_overdue))


def settings_of(session: Session, course_id: int | None) -> CourseSettings:
    """Return a course's settings; one that has none, and no course at all, follows the programme."""
    if course_id is None:
        return CourseSettings()
    return settings_from(session.scalars(select(CourseSettingsRow).where(CourseSettingsRow.course_id == course_id)).one_or_none())


def settings_from(row: CourseSettingsRow | None) -> CourseSettings:
    """Return settings as they are stored; None: nobody has set anything."""
    if row is None:
        return CourseSettings()
    return CourseSettings(
        pass_mark_pct=row.pass_mark_pct,
        attempts=row.attempts,
        time_limit_min=row.time_limit_min,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        conditions=None if row.conditions is None else Conditions.of(row.conditions, row.practice_rule),
    )
