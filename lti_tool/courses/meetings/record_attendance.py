"""An instructor records who was at a live session; every change is in a log that is only added to."""

import logging
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.meetings.attendance import participants_in
from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.live import Presence
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown, merge
from lti_tool.models import Attendance, AttendanceChange
from lti_tool.progress.meetings import get_meeting, lock_meeting
from lti_tool.progress.settle import settle_people

log = logging.getLogger(__name__)


def record_attendance(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    module_slug: str,
    code: str,
    presences: Mapping[int, Presence | None],
    *,
    shown: Shown = NOTHING_SHOWN,
    others_were_there: bool = False,
    now: datetime,
) -> tuple[int, ...]:
    """Record the presence of many people at one session; None takes an entry back. Who does not take part here is passed over.

    Args:
        shown: what the page showed, by person: only what was changed there is written.
        others_were_there: whoever of them has no entry was present.
    Returns:
        Whose entry changed.
    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: there is no such session.
        ChangedMeanwhile: somebody else has recorded another presence since the page was opened.
    """
    viewer = teaching_viewer_of(session, visitor)
    meeting = get_meeting(session, syllabus.programme, viewer.course_id, module_slug, code)
    # Two instructors who record the same session take turns, so that the log tells each change once.
    lock_meeting(session, viewer.course_id, meeting, now=now)
    rows = {
        row.user_id: row
        for row in session.scalars(
            select(Attendance).where(
                Attendance.course_id == viewer.course_id,
                Attendance.module_slug == meeting.module.slug,
                Attendance.session_code == meeting.session.code,
            )
        )
    }
    where = {
        "course_id": viewer.course_id,
        "module_slug": meeting.module.slug,
        "session_code": meeting.session.code,
        "changed_at": now,
    }
    members = {member.user_id for member in participants_in(session, viewer.course_id)}
    stored = {str(user_id): rows[user_id].presence if user_id in rows else "" for user_id in members}
    after = _merged(presences, shown, stored, others_were_there=others_were_there)
    changed = sorted(int(name) for name, presence in after.items() if presence != stored[name])
    for user_id in changed:
        row, presence = rows.get(user_id), after[str(user_id)]
        before = stored[str(user_id)]
        if row is None:
            session.add(Attendance(user_id=user_id, presence=presence, **where))
        else:
            row.presence, row.changed_at = presence, now
        session.add(AttendanceChange(user_id=user_id, before=before, after=presence, changed_by_id=visitor.user_id, **where))
    session.flush()
    log.info("attendance_recorded", extra={"course": viewer.course_id, "user": visitor.user_id, "people": len(changed)})
    settle_people(session, syllabus, changed, viewer.course_id, [meeting.module], now=now)
    return tuple(changed)


def _merged(
    presences: Mapping[int, Presence | None], shown: Shown, stored: Mapping[str, str], *, others_were_there: bool
) -> dict[str, str]:
    typed = {str(user_id): presence.value if presence else "" for user_id, presence in presences.items()}
    typed = {name: presence for name, presence in typed.items() if name in stored}
    merged = merge(shown, typed, stored)
    if merged.clashes:
        raise ChangedMeanwhile(merged.clashes)
    after = dict(merged.values)
    if others_were_there:
        after |= {name: Presence.PRESENT.value for name in typed if after[name] == ""}
    return after
