"""What a platform tells of a course by substitution variables (LTI 1.3, custom properties).

A variable that a platform does not know arrives as it was written, `$…`, and counts as not told. Moodle 4.5 writes the days of a
course as ISO 8601 and nothing where there are none; `$Context.timeFrame.begin`, which people write by hand, as Unix time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

COURSE_BEGIN: Final = "course_begin"
COURSE_END: Final = "course_end"
CONTEXT_HISTORY: Final = "context_id_history"
CUSTOM_PARAMETERS: Final[Mapping[str, str]] = {
    COURSE_BEGIN: "$CourseSection.timeFrame.begin",
    COURSE_END: "$CourseSection.timeFrame.end",
    CONTEXT_HISTORY: "$Context.id.history",
}
"""What this tool asks for, by the names under which it arrives."""
_LONGEST_HISTORY = 2000
# Unix times with milliseconds have more digits than any day of a course in seconds.
_MILLISECONDS_FROM = 100_000_000_000
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class ToldCourse:
    """What a launch tells of its course; None: nothing, empty: that there is none."""

    begins_at: str | None = None
    """A moment in ISO 8601, UTC; so is the end."""
    ends_at: str | None = None
    history: str | None = None
    """Ids of the courses that this one was copied from, as the platform wrote them: the latest first, separated by commas."""


def told_of_course(custom: Mapping[str, str]) -> ToldCourse:
    """Read what the custom parameters of a launch tell of its course."""
    history = _told(custom.get(CONTEXT_HISTORY, custom.get("Context.id.history")))
    return ToldCourse(
        begins_at=_moment(custom.get(COURSE_BEGIN)),
        ends_at=_moment(custom.get(COURSE_END)),
        history=None if history is None else history[:_LONGEST_HISTORY],
    )


def _told(value: str | None) -> str | None:
    """Return a value without its blanks; None: the platform has not filled it in."""
    text = "".join(sign for sign in value or "" if sign.isprintable()).strip()
    if value is None or text.startswith("$"):
        return None
    return "" if text.lower() in ("null", "none", "undefined") else text


def _moment(value: str | None) -> str | None:
    """Return a moment in ISO 8601; empty where there is none, None where nothing was told that can be read."""
    text = _told(value)
    if not text:
        return text
    try:
        if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() and len(text) <= 15:
            seconds = int(text) / (1000 if int(text) >= _MILLISECONDS_FROM else 1)
            if seconds <= 0:
                return ""
            moment = datetime.fromtimestamp(seconds, UTC)
        else:
            moment = datetime.fromisoformat(text)
            # A day without a time is that day everywhere: noon lies within it in any zone of Europe.
            moment = moment.replace(hour=12, tzinfo=UTC) if len(text) == len("2026-11-23") else moment
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if moment.year == 1970:
        return ""
    return moment.isoformat(timespec="seconds") if moment.year in _YEARS else None
