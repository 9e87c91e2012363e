"""A course's settings as they are stored."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.cohort.viewer import teaching_viewer_of
from lti_tool.domain.completion import Conditions
from lti_tool.domain.course import CourseSettings
from lti_tool.domain.people import Visitor
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import CourseSettings as Row

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


def settings_of(session: Session, context_id: int) -> CourseSettings:
    """Give a course's settings; one that has none follows the programme."""
    row = session.scalars(select(Row).where(Row.context_id == context_id)).one_or_none()
    if row is None:
        return CourseSettings()
    return CourseSettings(
        row.pass_mark_pct,
        row.attempts,
        row.time_limit_min,
        row.begins_on,
        row.ends_on,
        None if row.conditions is None else Conditions.of(row.conditions, row.practice_rule),
    )


def change_settings(session: Session, visitor: Visitor, settings: CourseSettings, *, now: datetime) -> None:
    """Store the settings of the visitor's course. Attempts already begun keep their pass mark and their time.

    Fewer conditions may complete modules: `settle_course` belongs into the same transaction.

    Raises:
        Forbidden: the visitor does not teach here.
        SettingsRefused: a setting is out of bounds.
    """
    viewer = teaching_viewer_of(session, visitor)
    faults = settings.faults()
    if faults:
        raise SettingsRefused(faults)
    row = session.scalars(select(Row).where(Row.context_id == viewer.context_id).with_for_update()).one_or_none()
    if row is None:
        row = Row(context_id=viewer.context_id, changed_at=now)
        session.add(row)
    row.pass_mark_pct = settings.pass_mark_pct
    row.attempts = settings.attempts
    row.time_limit_min = settings.time_limit_min
    row.begins_on = settings.begins_on
    row.ends_on = settings.ends_on
    row.conditions = None if settings.conditions is None else settings.conditions.as_text
    row.practice_rule = None if settings.conditions is None else settings.conditions.practice.value
    row.changed_at = now
    row.changed_by_id = visitor.user_id
    log.info("course_settings_changed", extra={"context": viewer.context_id, "user": visitor.user_id})
