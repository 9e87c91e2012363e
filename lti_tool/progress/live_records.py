"""Who was at which live session and who made up for it, read with two queries however many people they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.domain.rules.live import LivePart, Meeting, Presence
from lti_tool.models import Attendance, FollowUp

# Somebody who took part in two courses was where they were most.
_BEST_FIRST = (Presence.PRESENT, Presence.MADE_UP, Presence.PARTLY, Presence.EXCUSED)
People = list[int] | Select[int]
"""Keys of users, or the query that gives them."""
_Key = tuple[int, str, str]


@dataclass(frozen=True)
class Records:
    """By user, module and session."""

    presences: Mapping[_Key, Presence] = field(default_factory=dict)
    followed_up: frozenset[_Key] = frozenset()

    def part(self, user_id: int, meeting: Meeting) -> LivePart:
        key = (user_id, *meeting.key)
        return LivePart(self.presences.get(key), key in self.followed_up)


def records_of(session: Session, people: People) -> Records:
    """Read what is recorded of people, in whichever course."""
    found: dict[_Key, Presence] = {}
    for user_id, slug, code, word in session.execute(
        select(Attendance.user_id, Attendance.module_slug, Attendance.session_code, Attendance.presence).where(
            Attendance.user_id.in_(people), Attendance.presence != ""
        )
    ):
        key, presence = (user_id, slug, code), Presence(word)
        found[key] = min(presence, found.get(key, presence), key=_BEST_FIRST.index)
    followed_up = session.execute(
        select(FollowUp.user_id, FollowUp.module_slug, FollowUp.session_code).where(
            FollowUp.user_id.in_(people), FollowUp.finished_at.is_not(None)
        )
    )
    return Records(found, frozenset((user_id, slug, code) for user_id, slug, code in followed_up))
