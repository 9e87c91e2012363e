"""A live session in a calendar program."""

from datetime import datetime
from zoneinfo import ZoneInfo

from lti_tool.domain.live import Meeting
from lti_tool.live.calendar import as_calendar
from lti_tool.programme.reader import read_programme

MODULE = read_programme().modules[0]


def test_the_file_has_utc_times_escaped_texts_and_short_lines(now: datetime) -> None:
    starts_at = datetime(2026, 7, 1, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    meeting = Meeting(MODULE, MODULE.live_sessions[0], starts_at, 90, "https://konferenz.example/raum;1", revision=3)
    content = as_calendar(meeting, uid_domain="tool.example", context_id=7, title="Ü, " + "ä" * 80, note="a\\b", now=now)
    lines = content.decode().split("\r\n")
    assert "DTSTART:20260701T073000Z" in lines
    assert "DTEND:20260701T090000Z" in lines
    assert "UID:7-grundlagen-und-strategie-1A@tool.example" in lines
    assert "SEQUENCE:3" in lines
    assert "LOCATION:https://konferenz.example/raum\\;1" in lines
    assert "DESCRIPTION:a\\\\b" in lines
    assert max(len(line.encode()) for line in lines) <= 75
    assert "SUMMARY:Ü\\, " + "ä" * 80 in content.decode().replace("\r\n ", "")
    assert content.endswith(b"END:VCALENDAR\r\n")
