"""An instructor records who was at a live session; every change stands in a log that is only added to."""

import logging
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.cohort.open_meeting import participants_in
from lti_tool.cohort.viewer import teaching_viewer_of
from lti_tool.domain.live import Presence
from lti_tool.domain.people import Visitor
from lti_tool.domain.programme import Programme
from lti_tool.live.meetings import get_meeting, lock_meeting
from lti_tool.models import Attendance, AttendanceChange

log = logging.getLogger(__name__)


def record_attendance(
    session: Session,
    programme: Programme,
    visitor: Visitor,
    module_slug: str,
    code: str,
    presences: Mapping[int, Presence | None],
    *,
    now: datetime,
) -> tuple[int, ...]:
    """Record the presence of many people at one session; None takes an entry back. Who does not take part here is passed over.

    Returns:
        Whose entry changed: their modules may be completed by this now.
    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: there is no such session.
    """
    viewer = teaching_viewer_of(session, visitor)
    meeting = get_meeting(session, programme, viewer.context_id, module_slug, code)
    # Two instructors who record the same session take turns, so that the log tells each change once.
    lock_meeting(session, viewer.context_id, meeting, now=now)
    rows = {
        row.user_id: row
        for row in session.scalars(
            select(Attendance).where(
                Attendance.context_id == viewer.context_id,
                Attendance.module_slug == meeting.module.slug,
                Attendance.session_code == meeting.session.code,
            )
        )
    }
    where = {
        "context_id": viewer.context_id,
        "module_slug": meeting.module.slug,
        "session_code": meeting.session.code,
        "changed_at": now,
    }
    changed = []
    members = {member.user_id for member in participants_in(session, viewer.context_id)}
    for user_id, presence in sorted(presences.items()):
        row, after = rows.get(user_id), presence.value if presence else ""
        before = row.presence if row is not None else ""
        if user_id not in members or before == after:
            continue
        if row is None:
            session.add(Attendance(user_id=user_id, presence=after, **where))
        else:
            row.presence, row.changed_at = after, now
        session.add(AttendanceChange(user_id=user_id, before=before, after=after, changed_by_id=visitor.user_id, **where))
        changed.append(user_id)
    session.flush()
    log.info("attendance_recorded", extra={"context": viewer.context_id, "user": visitor.user_id, "people": len(changed)})
    return tuple(changed)
