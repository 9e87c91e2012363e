"""A live session in a calendar program, read by another's reader of such files."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.rules.live import Meeting
from lti_tool.domain.words.typed_text import clean_line
from lti_tool.live.calendar import CalendarEntry, as_calendar
from tests.shipped import read_programme

MODULE = read_programme().modules[0]
STARTS_AT = datetime(2026, 7, 1, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


def meeting(**values: Any) -> Meeting:
    given: dict[str, Any] = {"starts_at": STARTS_AT, "minutes": 90, "revision": 3, "changed_at": NOW, "told_starts_at": STARTS_AT}
    return Meeting(MODULE, MODULE.live_sessions[0], **(given | values))


def written(found: Meeting, *, title: str = "Auftakt", note: str = "") -> bytes:
    entry = CalendarEntry(found, "abc@live-session", found.told_starts_at or STARTS_AT)
    return as_calendar(entry, title=title, note=note, now=NOW)


def event_in(content: bytes) -> Any:
    return vobject.readOne(content.decode()).vevent


def test_another_reader_finds_dates_texts_and_link() -> None:
    content = written(meeting(link="https://konferenz.example/raum;1?a=b,c"), title="Ü, " + "ä🏙️" * 40, note="a\\b; c,\nd")
    event = event_in(content)
    assert event.dtstart.value == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
    assert event.dtend.value - event.dtstart.value == timedelta(minutes=90)
    assert event.summary.value == "Ü, " + "ä🏙️" * 40
    assert event.description.value == "a\\b; c,\nd"
    assert event.location.value == event.url.value == "https://konferenz.example/raum;1?a=b,c"
    assert (event.uid.value, event.status.value) == ("abc@live-session", "CONFIRMED")


@given(st.text().map(clean_line))
def test_any_title_comes_back_as_it_was_in_lines_of_75_octets(title: str) -> None:
    content = written(meeting(), title=title)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert event_in(content).summary.value == title


@pytest.mark.parametrize("change", [{"is_cancelled": True}, {"starts_at": None}])
def test_what_does_not_take_place_any_more_is_called_off_under_the_same_name(change: dict[str, Any]) -> None:
    before = event_in(written(meeting(link="https://konferenz.example/raum")))
    after = event_in(written(meeting(**change, revision=4, link="https://konferenz.example/raum")))
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert (after.status.value, after.transp.value) == ("CANCELLED", "TRANSPARENT")
    assert after.dtstart.value == before.dtstart.value
    assert not hasattr(after, "url")


def test_the_number_of_a_change_rises_also_after_the_database_went_back_to_a_backup() -> None:
    before = event_in(written(meeting(revision=9, changed_at=NOW)))
    restored = event_in(written(meeting(revision=4, changed_at=NOW + timedelta(hours=1))))
    assert int(restored.sequence.value) > int(before.sequence.value)
