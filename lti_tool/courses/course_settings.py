"""A course's settings as they are stored."""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.viewer import name_of, teaching_viewer_of
from lti_tool.domain.documents.certificate import day_of
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.course import CourseSettings
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown, merge
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import Course
from lti_tool.models import CourseSettingsRow as Row
from lti_tool.models.upsert import insert_for
from lti_tool.progress.course_facts import settings_from
from lti_tool.progress.settle import settle_course

log = logging.getLogger(__name__)


class SettingsRefused(ToolError):
    """A setting is out of bounds."""

    code = "course_settings_refused"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(
            N_("Einige Angaben passen noch nicht."),
            next_step=N_("Bitte prüfen Sie die markierten Felder und speichern Sie noch einmal."),
        )
        self.faults = faults


def change_settings(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    wished: CourseSettings,
    *,
    shown: Shown = NOTHING_SHOWN,
    now: datetime,
) -> None:
    """Store the settings of the visitor's course. Attempts already begun keep their pass mark and their time.

    Fewer conditions may complete modules.

    Args:
        shown: what the page showed, by the names of `CourseSettings.texts`: only what was changed there is written.
    Raises:
        Forbidden: the visitor does not teach here.
        SettingsRefused: a setting is out of bounds.
        ChangedMeanwhile: somebody else has changed the same settings since the page was opened.
    """
    viewer = teaching_viewer_of(session, visitor)
    row = _locked_row(session, viewer.course_id, now=now)
    stored = settings_from(row)
    merged = merge(shown, wished.texts(), stored.texts())
    if merged.clashes:
        raise ChangedMeanwhile(merged.clashes, by=name_of(session, row.changed_by_id), at=row.changed_at)
    # A form that says nothing of what it showed means all of it, also what is as the programme says anyway.
    settings = stored.with_changes(wished, merged.changed) if shown.digests else wished
    # As a whole: two who change different settings may come to what neither of them would have been allowed to.
    if settings.faults():
        raise SettingsRefused(settings.faults())
    row.pass_mark_pct = settings.pass_mark_pct
    row.attempts = settings.attempts
    row.time_limit_min = settings.time_limit_min
    row.begins_on = settings.begins_on
    row.ends_on = settings.ends_on
    row.conditions = None if settings.conditions is None else settings.conditions.as_text
    row.practice_rule = None if settings.conditions is None else settings.conditions.practice.value
    row.changed_at = now
    row.changed_by_id = visitor.user_id
    session.flush()
    log.info("course_settings_changed", extra={"course": viewer.course_id, "user": visitor.user_id})
    settle_course(session, syllabus, viewer.course_id, now=now)


@dataclass(frozen=True)
class ToldDays:
    """First and last day of a course as the platform tells them; None: it tells none."""

    begins_on: date | None
    ends_on: date | None

    def suggested_to(self, settings: CourseSettings) -> "ToldDays | None":
        """Give the days to suggest; None: nothing is told that the course does not have already."""
        wished = self.applied_to(settings)
        return self if wished != settings and not wished.faults() else None

    def applied_to(self, settings: CourseSettings) -> CourseSettings:
        """Give settings with the days that are told; one that is not told stays as it is."""
        return replace(settings, begins_on=self.begins_on or settings.begins_on, ends_on=self.ends_on or settings.ends_on)


def told_days_of(session: Session, course_id: int) -> ToldDays:
    """Read which days the platform has told of a course."""
    row = session.execute(select(Course.told_begin, Course.told_end).where(Course.id == course_id)).one_or_none()
    begin, end = (row.told_begin, row.told_end) if row is not None else (None, None)
    return ToldDays(_day(begin), _day(end))


def _day(moment: str | None) -> date | None:
    return day_of(datetime.fromisoformat(moment)) if moment else None


def _locked_row(session: Session, course_id: int, *, now: datetime) -> Row:
    insert = insert_for(session, Row).values(course_id=course_id, changed_at=now)
    session.execute(insert.on_conflict_do_nothing(index_elements=["course_id"]))
    return session.scalars(
        select(Row).where(Row.course_id == course_id).with_for_update(), execution_options={"populate_existing": True}
    ).one()
