"""Stores what a roster says of a course, and concludes from it only what it can tell.

Rosters and launches come from the same platform and still contradict each other: some name people by other ids, some leave out
those who teach, some call a tutor a learner. What a person's own launch said is the firmer ground.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Row, Table, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.people import Role
from lti_tool.lti.advantage.memberships import RosterMember
from lti_tool.lti.claims.claims import Person
from lti_tool.models import Membership, User
from lti_tool.platforms.launching.record_launch import full_name, roles_of

# What a launch said of somebody's roles counts for so long, and who launched within it should be in the roster.
LAUNCH_COUNTS: Final = timedelta(weeks=8)
NOBODY: Final = "roster_nobody"
"""The platform sent a roster without anybody who is in the course."""
OTHER_IDS: Final = "roster_other_ids"
"""It names none of those who came lately: by other ids, it seems."""
_USERS = cast(Table, User.__table__)
_MEMBERSHIPS = cast(Table, Membership.__table__)
# SQLite takes 32,766 values in one statement.
_ROWS_AT_ONCE = 1000
# Never in a roster although they come: administrators are not enrolled, test users are no accounts.
_NOT_IN_ROSTERS = frozenset({Role.ADMINISTRATOR, Role.TEST_USER})
_TEACHING = frozenset({Role.INSTRUCTOR, Role.ADMINISTRATOR})
# A single person who came and is not in the roster may have left, the more so if they stood in it before; from two on it is the
# roster that cannot be right.
_ENOUGH_TO_REFUSE: Final = 2


@dataclass(frozen=True)
class RosterChange:
    """What a reading has brought; `problem` is the code of what was wrong with the roster itself, empty: nothing."""

    members: int
    new: int
    gone: int
    problem: str = ""


def store_members(
    session: Session, platform_id: int, course_id: int, members: Sequence[RosterMember], *, now: datetime
) -> RosterChange:
    """Store who is in a course, and mark who is not any more; nobody is deleted.

    Args:
        now: when the roster began to be read; who came in since then may well be missing in it.
    """
    present = [member for member in members if member.is_active]
    if not present:
        # An empty roster is not believed.
        return RosterChange(0, 0, 0, NOBODY)
    known = _known(session, course_id)
    missing = _missing_newcomers(known, {member.user_id for member in present}, now)
    if len(missing) >= _ENOUGH_TO_REFUSE:
        # Else everybody would be in the course twice.
        return RosterChange(0, 0, 0, OTHER_IDS)
    ids = _store_users(session, platform_id, present, now)
    roles = _roles_that_count(known, present, now)
    _store_memberships(session, course_id, present, ids, roles, now)
    new = len(set(ids.values()) - {row.user_id for row in known if not row.is_gone})
    if any(row.roster_roles is None for row in missing):
        return RosterChange(len(present), new, 0, OTHER_IDS)
    gone = _gone(known, set(ids.values()), {role for member in members for role in roles_of(member.roles)}, now)
    for some in _batches(gone):
        session.execute(update(Membership).where(Membership.id.in_(some)).values(is_gone=True))
    return RosterChange(len(present), new, len(gone))


def _known(session: Session, course_id: int) -> list[Row[Any]]:
    query = (
        select(
            Membership.id,
            Membership.user_id,
            User.sub,
            Membership.roles,
            Membership.roster_roles,
            Membership.launch_roles,
            Membership.launched_at,
            Membership.last_seen_at,
            Membership.is_gone,
        )
        .join(User, User.id == Membership.user_id)
        .where(Membership.course_id == course_id)
    )
    return list(session.execute(query))


def _missing_newcomers(known: Iterable[Row[Any]], subs: Collection[str], now: datetime) -> list[Row[Any]]:
    """List the participants who came lately, if the roster has not a single one of all who did.

    That those who teach are missing says nothing: they often have their rights from above the course and stand in no roster.
    """
    lately = [
        row for row in known if row.launched_at is not None and now - LAUNCH_COUNTS <= row.launched_at <= now and not row.is_gone
    ]
    if any(row.sub in subs for row in lately):
        return []
    return [row for row in lately if _words(row.roles).isdisjoint(_NOT_IN_ROSTERS | _TEACHING)]


def _gone(known: Iterable[Row[Any]], present: Collection[int], told_roles: Collection[Role], now: datetime) -> list[int]:
    """List the memberships of those who have left, as far as this roster can tell.

    A role that it never names it leaves out altogether; and who teaches without ever having stood in a roster of this course
    has their rights from elsewhere.
    """
    return [
        row.id
        for row in known
        if row.user_id not in present
        and not row.is_gone
        # Somebody who came in while the pages were read is not in them.
        and row.last_seen_at <= now
        and _words(row.roles).isdisjoint(_NOT_IN_ROSTERS)
        and not _words(row.roles if row.roster_roles is None else row.roster_roles).isdisjoint(told_roles)
        and not (row.roster_roles is None and _words(row.roles) & _TEACHING)
    ]


def _roles_that_count(known: Iterable[Row[Any]], present: Iterable[RosterMember], now: datetime) -> dict[str, frozenset[Role]]:
    """Return what each member is, by sub: as their launch of the last weeks said, else as the roster says.

    The roster may add to a launch (who teaches may also be enrolled), but it makes nobody teach or stop teaching.
    """
    launched = {row.sub: row for row in known if row.launched_at is not None and row.launched_at >= now - LAUNCH_COUNTS}
    found = {}
    for member in present:
        roles = roles_of(member.roles)
        row = launched.get(member.user_id)
        if row is not None:
            said = frozenset(map(Role, row.launch_roles.split()))
            roles = said | (roles if said & _TEACHING else roles - _TEACHING)
        found[member.user_id] = roles
    return found


def _store_users(session: Session, platform_id: int, members: Sequence[RosterMember], now: datetime) -> dict[str, int]:
    """Store the people and return their keys by sub. A name that is not shared leaves the one that a launch brought."""
    ids: dict[str, int] = {}
    for rows in _batches(
        {
            "platform_id": platform_id,
            "sub": member.user_id,
            "name": full_name(Person(member.user_id, member.name, member.given_name, member.family_name)),
            "locale": "",
            "is_blocked": False,
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for member in sorted(members, key=lambda member: member.user_id)
    ):
        insert = _insert(session, _USERS).values(rows)
        statement = insert.on_conflict_do_update(
            index_elements=[_USERS.c.platform_id, _USERS.c.sub],
            set_={"name": func.coalesce(insert.excluded.name, _USERS.c.name)},
        ).returning(_USERS.c.sub, _USERS.c.id)
        for sub, key in session.execute(statement):
            ids[sub] = key
    return ids


def _store_memberships(
    session: Session,
    course_id: int,
    members: Sequence[RosterMember],
    ids: dict[str, int],
    roles: dict[str, frozenset[Role]],
    now: datetime,
) -> None:
    for rows in _batches(
        {
            "user_id": ids[member.user_id],
            "course_id": course_id,
            "roles": _text(roles[member.user_id]),
            "roster_roles": _text(roles_of(member.roles)),
            "is_gone": False,
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for member in sorted(members, key=lambda member: ids[member.user_id])
    ):
        insert = _insert(session, _MEMBERSHIPS).values(rows)
        came_meanwhile = _MEMBERSHIPS.c.launched_at > now
        session.execute(
            insert.on_conflict_do_update(
                index_elements=[_MEMBERSHIPS.c.user_id, _MEMBERSHIPS.c.course_id],
                set_={
                    "roles": case((came_meanwhile, _MEMBERSHIPS.c.roles), else_=insert.excluded.roles),
                    "roster_roles": insert.excluded.roster_roles,
                    "is_gone": insert.excluded.is_gone,
                },
            )
        )


def _text(roles: Iterable[Role]) -> str:
    return " ".join(sorted(roles))


def _words(roles: str) -> set[str]:
    return set(roles.split())


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    listed = list(rows)
    for start in range(0, len(listed), _ROWS_AT_ONCE):
        yield listed[start : start + _ROWS_AT_ONCE]


def _insert(session: Session, table: Table) -> "postgresql.Insert | sqlite.Insert":
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
