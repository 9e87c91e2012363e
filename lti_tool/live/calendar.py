"""A live session as a calendar file (iCalendar, RFC 5545), for any calendar program."""

from datetime import UTC, datetime

from lti_tool.domain.live import Meeting

_LINE_OCTETS = 75


def as_calendar(meeting: Meeting, *, uid_domain: str, context_id: int, title: str, note: str, now: datetime) -> bytes:
    """Write one event. Its name in the calendar stays the same, so that a changed date moves the entry (section 3.8.4.7).

    Args:
        uid_domain: host of this installation, for an identifier that no other writes.
        title: what stands in the calendar.
        note: a sentence below it.
    Raises:
        ValueError: the meeting has no date.
    """
    if meeting.starts_at is None or meeting.ends_at is None:
        raise ValueError("a meeting without a date is no event")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Smart-City-Manager//Live-Sitzungen//DE",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{context_id}-{meeting.module.slug}-{meeting.session.code}@{uid_domain}",
        f"SEQUENCE:{meeting.revision}",
        f"DTSTAMP:{_utc(now)}",
        # In UTC: every program shows it in its own zone, and no table of time zones has to come along.
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.ends_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(note)}",
        *([f"LOCATION:{_escaped(meeting.link)}", f"URL:{meeting.link}"] if meeting.link else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines).encode()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    # Section 3.3.11, TEXT.
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line so that none has more than 75 octets, and no letter is torn apart (section 3.1)."""
    parts: list[str] = []
    part = ""
    for letter in line:
        if len((part + letter).encode()) > _LINE_OCTETS - (1 if parts else 0):
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
