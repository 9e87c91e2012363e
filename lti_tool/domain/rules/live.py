"""Rules of the live part: what counts as attended, how much of the time, when the follow-up is open (curriculum, section 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lti_tool.domain.content.facilitation import LiveSession
from lti_tool.domain.content.programme import Module
from lti_tool.messages import N_

SHARE_FOR_CERTIFICATE_PCT = 80
MINUTES = range(15, 481)
YEARS = range(2000, 2100)
ANSWER_LENGTH_MAX = 4_000
LINK_LENGTH_MAX = 2_000


class Presence(StrEnum):
    """What is recorded of one person at one session; without an entry nothing is known."""

    PRESENT = "present"
    PARTLY = "partly"
    EXCUSED = "excused"
    MADE_UP = "made_up"


PRESENCE_WORDS: Mapping[Presence, str] = {
    Presence.PRESENT: N_("dabei"),
    Presence.PARTLY: N_("teilweise dabei"),
    Presence.EXCUSED: N_("entschuldigt"),
    Presence.MADE_UP: N_("nachgeholt"),
}
_COVERS = frozenset({Presence.PRESENT, Presence.PARTLY, Presence.MADE_UP})


@dataclass(frozen=True)
class Meeting:
    """One live session of the programme as a course holds it."""

    module: Module
    session: LiveSession
    starts_at: datetime | None = None
    minutes: int = 0
    link: str = ""
    is_cancelled: bool = False
    revision: int = 0
    changed_at: datetime | None = None
    told_starts_at: datetime | None = None
    """The latest date that it had, which calendars may hold, also after it was taken back; None: it never had one."""

    @property
    def takes_place_at(self) -> datetime | None:
        """Tell when it takes place; None: not at all, or nobody knows yet."""
        return None if self.is_cancelled else self.starts_at

    @property
    def key(self) -> tuple[str, str]:
        return self.module.slug, self.session.code

    @property
    def ends_at(self) -> datetime | None:
        return None if self.starts_at is None else self.starts_at + timedelta(minutes=self.minutes)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended; one without a date has not."""
        return self.ends_at is not None and self.ends_at <= now


@dataclass(frozen=True)
class LivePart:
    """What one person has done for one meeting."""

    presence: Presence | None = None
    has_followed_up: bool = False

    @property
    def is_covered(self) -> bool:
        """Attended or made up for: partly is enough for the module, not for all of the certificate's time."""
        return self.has_followed_up or self.presence in _COVERS

    def minutes_of(self, minutes: int) -> float:
        """Give the time that counts: half of it for who was there partly and has not followed up."""
        if not self.is_covered:
            return 0
        return minutes / 2 if self.presence is Presence.PARTLY and not self.has_followed_up else minutes


def may_follow_up(meeting: Meeting, part: LivePart, *, now: datetime) -> bool:
    """Tell whether the follow-up is open: after the session; before it for who is excused; always where no date is set."""
    if meeting.is_cancelled:
        return False
    return meeting.starts_at is None or meeting.is_over(now) or part.presence is Presence.EXCUSED or part.has_followed_up


def attended_share_pct(meetings: Iterable[tuple[Meeting, LivePart]]) -> float:
    """Tell how much of the live time somebody attended or made up for; 100 where there is none."""
    held = [(meeting.minutes, part) for meeting, part in meetings if not meeting.is_cancelled]
    total = sum(minutes for minutes, _ in held)
    return 100 * sum(part.minutes_of(minutes) for minutes, part in held) / total if total else 100.0
