"""A live session as a calendar file (iCalendar, RFC 5545), for any calendar program; also that it was moved or called off."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.live import Meeting
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import Course, Platform
from lti_tool.progress.meetings import get_meeting

_MADE_BY = "-//lti-tool//Live-Sitzungen//DE"
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CalendarEntry:
    """A live session that has, or had, a date."""

    meeting: Meeting
    uid: str
    """Its name in every calendar: the same for ever, so that a changed date moves the entry (RFC 5545, section 3.8.4.7)."""
    starts_at: datetime
    """Where it does not take place any more: when it was to."""

    @property
    def takes_place(self) -> bool:
        return self.meeting.takes_place_at is not None


def get_calendar_entry(
    session: Session, programme: Programme, visitor: Visitor, module_slug: str, session_code: str
) -> CalendarEntry:
    """Give what a calendar is to know of a live session of the visitor's course.

    Raises:
        NotFound: there is no such session, or it never had a date.
    """
    meeting = get_meeting(session, programme, visitor.course_id, module_slug, session_code)
    if meeting.told_starts_at is None or visitor.course_id is None:
        raise NotFound(N_("Diese Live-Sitzung hat noch keinen Termin."), code="meeting_without_date")
    names = session.execute(
        # Two institutions of one issuer may have courses of the same name.
        select(Platform.issuer + Platform.institution, Course.context_id)
        .join(Course, Course.platform_id == Platform.id)
        .where(Course.id == visitor.course_id)
    ).one()
    # Not our key of the course, nor our address: after a restore, or a move, either may mean something else.
    name = hashlib.sha256("\n".join((*names, *meeting.key)).encode()).hexdigest()[:32]
    return CalendarEntry(meeting, f"{name}@live-session", meeting.told_starts_at)


def as_calendar(entry: CalendarEntry, *, title: str, note: str, now: datetime) -> bytes:
    """Write one event. One that does not take place any more is called off, so that programs which know it strike it out.

    Args:
        title: what stands in the calendar.
        note: a sentence below it.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - with the first such file: it holds 10 MB of every web process

    meeting = entry.meeting
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", _sequence(meeting))
    event.add("dtstamp", now.astimezone(UTC))
    # In UTC: every program shows it in its own zone, and no table of time zones has to come along.
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", (entry.starts_at + timedelta(minutes=meeting.minutes)).astimezone(UTC))
    event.add("status", "CONFIRMED" if entry.takes_place else "CANCELLED")
    event.add("transp", "OPAQUE" if entry.takes_place else "TRANSPARENT")
    event.add("summary", title)
    event.add("description", note)
    if meeting.link and entry.takes_place:
        event.add("location", meeting.link)
        event.add("url", meeting.link)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _MADE_BY)
    # Not CANCEL: that is an organiser's word to people whom they invited (RFC 5546, section 3.2.5), and nobody was.
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _sequence(meeting: Meeting) -> int:
    """Count up with each change, also after the database went back to a backup (RFC 5545, section 3.8.7.4)."""
    changed_at = meeting.changed_at or _EPOCH
    return max(0, int((changed_at - _EPOCH).total_seconds())) + meeting.revision
