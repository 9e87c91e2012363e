"""The programme's live sessions as a course holds them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.rules.live import Meeting
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import LiveMeeting

Meetings = Mapping[str, tuple[Meeting, ...]]
"""By module slug, in the programme's order."""


def meetings_of(session: Session, programme: Programme, course_id: int | None) -> Meetings:
    """Give all live sessions with what the course says of them; one that it says nothing of has no date."""
    rows = {
        (row.module_slug, row.session_code): row
        for row in session.scalars(
            select(LiveMeeting).where(LiveMeeting.course_id == course_id),
            # Read again after a wait for somebody who may have changed them.
            execution_options={"populate_existing": True},
        )
    }
    meetings = {}
    for module in programme.modules:
        held = []
        for live in module.live_sessions:
            row = rows.get((module.slug, live.code))
            if row is None:
                held.append(Meeting(module, live, minutes=live.minutes))
                continue
            minutes = row.minutes or live.minutes
            held.append(
                Meeting(
                    module,
                    live,
                    row.starts_at,
                    minutes,
                    row.link,
                    row.is_cancelled,
                    row.revision,
                    row.changed_at,
                    row.told_starts_at,
                )
            )
        meetings[module.slug] = tuple(held)
    return meetings


def lock_meeting(session: Session, course_id: int, meeting: Meeting, *, now: datetime) -> LiveMeeting:
    """Give the row of a session in a course, begun if need be, locked until the transaction ends.

    Not the course's row: every launch writes that one, and takes its locks in another order.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    slug, code = meeting.key
    session.execute(
        insert(LiveMeeting)
        .values(course_id=course_id, module_slug=slug, session_code=code, link="", is_cancelled=False, revision=0, changed_at=now)
        .on_conflict_do_nothing(index_elements=["course_id", "module_slug", "session_code"])
    )
    return session.scalars(
        select(LiveMeeting)
        .where(LiveMeeting.course_id == course_id, LiveMeeting.module_slug == slug, LiveMeeting.session_code == code)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).one()


def get_meeting(session: Session, programme: Programme, course_id: int | None, module_slug: str, session_code: str) -> Meeting:
    """Give one live session of a course.

    Raises:
        NotFound: the programme has none of that name.
    """
    meetings = meetings_of(session, programme, course_id).get(module_slug, ())
    meeting = next((meeting for meeting in meetings if meeting.session.code == session_code), None)
    if meeting is None:
        raise NotFound(
            N_("Diese Live-Sitzung gibt es nicht."),
            next_step=N_("Alle Live-Sitzungen stehen auf der Seite des Moduls."),
            code="meeting_not_found",
        )
    return meeting
