"""Opens the live sessions of a course for who teaches: all of them, and one with its attendance and the log of changes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.people import Visitor, is_counted, roles_in
from lti_tool.domain.rules.completion import Condition
from lti_tool.domain.rules.live import Meeting, Presence
from lti_tool.domain.words.folding import by_name
from lti_tool.models import Attendance, AttendanceChange, Completion, FollowUp, Membership, User
from lti_tool.progress.meetings import get_meeting, meetings_of
from lti_tool.progress.requirements import conditions_of, requirements_of


@dataclass(frozen=True)
class Participant:
    user_id: int
    name: str | None


@dataclass(frozen=True)
class MeetingEntry:
    """One session in the list; `recorded` counts people with an entry."""

    meeting: Meeting
    recorded: int


@dataclass(frozen=True)
class LivePage:
    modules: tuple[tuple[Module, tuple[MeetingEntry, ...]], ...]
    participants: int
    is_asked_for: bool
    """The course asks for the live part before a module is passed."""


@dataclass(frozen=True)
class AttendanceLine:
    person: Participant
    presence: Presence | None
    answers: tuple[str, ...]
    """What the person wrote in the follow-up; empty: it is not done, or was written in another course."""
    followed_up_at: datetime | None
    may_be_returned: bool
    """The follow-up is done and the module not passed yet."""
    return_reason: str
    """Why it was sent back, as long as the person has not finished it anew."""


@dataclass(frozen=True)
class PresenceChange:
    """One entry of the log."""

    name: str | None
    user_id: int
    before: Presence | None
    after: Presence | None
    changed_by: str | None
    changed_at: datetime


@dataclass(frozen=True)
class AttendancePage:
    meeting: Meeting
    lines: tuple[AttendanceLine, ...]
    changes: tuple[PresenceChange, ...]
    """Newest first."""
    is_asked_for: bool


def open_live(session: Session, programme: Programme, visitor: Visitor) -> LivePage:
    """Gather all live sessions of the visitor's course.

    Raises:
        Forbidden: the visitor does not teach here.
    """
    viewer = teaching_viewer_of(session, visitor)
    members = participants_in(session, viewer.course_id)
    ids = {member.user_id for member in members}
    rows = session.execute(
        select(Attendance.module_slug, Attendance.session_code, Attendance.user_id).where(
            Attendance.course_id == viewer.course_id, Attendance.presence != ""
        )
    )
    recorded = Counter((slug, code) for slug, code, user_id in rows if user_id in ids)
    meetings = meetings_of(session, programme, viewer.course_id)
    return LivePage(
        modules=tuple(
            (module, tuple(MeetingEntry(meeting, recorded[meeting.key]) for meeting in meetings[module.slug]))
            for module in programme.placed_modules
            if meetings[module.slug]
        ),
        participants=len(members),
        is_asked_for=requirements_of(session, programme, viewer.course_id).asks_for(Condition.LIVE),
    )


def open_attendance(session: Session, programme: Programme, visitor: Visitor, module_slug: str, code: str) -> AttendancePage:
    """Gather the page of one live session.

    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: there is no such session.
    """
    viewer = teaching_viewer_of(session, visitor)
    meeting = get_meeting(session, programme, viewer.course_id, module_slug, code)
    members = participants_in(session, viewer.course_id)
    slug, of_session = meeting.module.slug, meeting.session.code
    presences = {
        user_id: Presence(word)
        for user_id, word in session.execute(
            select(Attendance.user_id, Attendance.presence).where(
                Attendance.course_id == viewer.course_id,
                Attendance.module_slug == slug,
                Attendance.session_code == of_session,
                Attendance.presence != "",
            )
        )
    }
    follow_ups = {
        row.user_id: row
        for row in session.scalars(
            select(FollowUp).where(
                FollowUp.module_slug == slug,
                FollowUp.session_code == of_session,
                or_(FollowUp.finished_at.is_not(None), FollowUp.returned_at.is_not(None)),
                FollowUp.user_id.in_([member.user_id for member in members]),
            )
        )
    }
    passed = frozenset(
        session.scalars(
            select(Completion.user_id).where(
                Completion.module_slug == slug, Completion.user_id.in_([member.user_id for member in members])
            )
        )
    )
    return AttendancePage(
        meeting=meeting,
        lines=tuple(
            _line(
                member,
                presences.get(member.user_id),
                follow_ups.get(member.user_id),
                viewer.course_id,
                is_passed=member.user_id in passed,
            )
            for member in members
        ),
        changes=_changes(session, viewer.course_id, meeting),
        is_asked_for=Condition.LIVE in conditions_of(session, viewer.course_id).parts_of(meeting.module),
    )


def participants_in(session: Session, course_id: int) -> Sequence[Participant]:
    """List who takes part in a course now, by name; pretended participants are left out."""
    rows = session.execute(
        select(User.id, User.name, Membership.roles)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.course_id == course_id, ~Membership.is_gone)
    )
    found = (Participant(user_id, name) for user_id, name, words in rows if is_counted(roles_in(words)))
    return sorted(found, key=lambda person: by_name(person.name, person.user_id))


def _line(
    person: Participant, presence: Presence | None, follow_up: FollowUp | None, course_id: int, *, is_passed: bool
) -> AttendanceLine:
    # Written for another course's Lernbegleitung: that it is done counts everywhere, what it says is not ours to read or judge.
    is_ours = follow_up is not None and follow_up.course_id == course_id
    if follow_up is None or follow_up.finished_at is None:
        reason = follow_up.return_reason if follow_up is not None and is_ours else None
        return AttendanceLine(person, presence, (), None, may_be_returned=False, return_reason=reason or "")
    return AttendanceLine(
        person,
        presence,
        tuple(map(str, follow_up.answers)) if is_ours else (),
        follow_up.finished_at,
        may_be_returned=is_ours and not is_passed,
        return_reason="",
    )


def _changes(session: Session, course_id: int, meeting: Meeting) -> tuple[PresenceChange, ...]:
    author = aliased(User)
    rows = session.execute(
        select(AttendanceChange, User.name, author.name)
        .join(User, User.id == AttendanceChange.user_id)
        .outerjoin(author, author.id == AttendanceChange.changed_by_id)
        .where(
            AttendanceChange.course_id == course_id,
            AttendanceChange.module_slug == meeting.module.slug,
            AttendanceChange.session_code == meeting.session.code,
        )
        .order_by(AttendanceChange.id.desc())
    )
    return tuple(
        PresenceChange(name, row.user_id, _presence(row.before), _presence(row.after), changed_by, row.changed_at)
        for row, name, changed_by in rows
    )


def _presence(word: str) -> Presence | None:
    return Presence(word) if word else None
