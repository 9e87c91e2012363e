"""Bring a context's members up to date from the platform's roster (Names and Role Provisioning Services 2.0).

Three steps, so that no transaction is open while the platform answers: look up where to ask, ask for all pages, write.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.people import Role
from lti_tool.errors import ToolError
from lti_tool.lti.claims import Person
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.memberships import Member, read_members
from lti_tool.lti.ports import Registration
from lti_tool.lti.service_client import ServiceClient
from lti_tool.messages import N_
from lti_tool.models import Context, Membership, Platform, RosterReading, User
from lti_tool.models import Registration as RegistrationRow
from lti_tool.platforms.record_launch import full_name, roles_of

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

# A course that nobody has opened for so long is not asked for at night any more.
STILL_USED = timedelta(days=180)
_USERS = cast(Table, User.__table__)
_MEMBERSHIPS = cast(Table, Membership.__table__)
_READINGS = cast(Table, RosterReading.__table__)
# SQLite takes 32,766 values in one statement.
_ROWS_AT_ONCE = 1000
# Never in a roster although they come: administrators are not enrolled, test users are no accounts.
_NOT_IN_ROSTERS = (Role.ADMINISTRATOR, Role.TEST_USER)


@dataclass(frozen=True)
class RosterChange:
    """What a reading has brought."""

    members: int
    new: int
    gone: int


@dataclass(frozen=True)
class _Place:
    platform_id: int
    registration: Registration
    url: str


class RosterNotOffered(ToolError):
    """The platform has not told where the members of this context can be read."""

    status = 409
    code = "roster_not_offered"

    def __init__(self) -> None:
        super().__init__(
            N_("Ihre Lernplattform gibt uns die Teilnehmendenliste dieses Kurses nicht."),
            next_step=N_(
                "In der Liste stehen deshalb nur Personen, die das Angebot schon geöffnet haben. Die Administration der "
                "Lernplattform kann den Dienst „Names and Roles“ für dieses Werkzeug einschalten."
            ),
        )


def refresh_roster(database: "Database", client: ServiceClient, context_id: int, *, now: datetime) -> RosterChange:
    """Read a context's roster and store who is in it; who is not any more is marked, not deleted.

    Opens its own transactions, since the platform is asked between two of them. What went wrong is kept, too.

    Raises:
        RosterNotOffered: the platform has told no address.
        ServiceRefused: the platform says no, or a page lies on another origin.
        ServiceUnavailable: not now.
    """
    with database.read() as session:
        place = _place(session, context_id)
    if place is None:
        raise RosterNotOffered
    try:
        # All pages before anything is concluded: they may shift while they are read.
        members = read_members(client, place.registration, place.url, now=now)
    except (ServiceRefused, ServiceUnavailable) as err:
        with database.write.begin() as session:
            _note(session, context_id, now=now, problem=err.code)
        raise
    with database.write.begin() as session:
        change = store_members(session, place.platform_id, context_id, members, now=now)
        _note(session, context_id, now=now, members=change.members)
    log.info("roster_read", extra={"context": context_id, "members": change.members, "new": change.new, "gone": change.gone})
    return change


def refresh_all_rosters(database: "Database", client: ServiceClient, *, now: datetime) -> tuple[int, int]:
    """Read the roster of every context in use, for a nightly run; one that fails does not stop the others.

    Returns:
        How many were read, and how many were not.
    """
    with database.read() as session:
        query = (
            select(Context.id)
            .where(Context.memberships_url.is_not(None), Context.last_seen_at >= now - STILL_USED)
            .order_by(Context.id)
        )
        contexts = session.scalars(query).all()
    failed = 0
    for context_id in contexts:
        try:
            refresh_roster(database, client, context_id, now=now)
        except ToolError as err:
            failed += 1
            log.warning("roster_not_read", extra={"context": context_id, "code": err.code})
    return len(contexts) - failed, failed


def store_members(
    session: Session, platform_id: int, context_id: int, members: Sequence[Member], *, now: datetime
) -> RosterChange:
    """Store who is in a context. An empty roster is not believed: nobody is marked as gone for it."""
    present = [member for member in members if member.is_active]
    before = _known(session, context_id)
    ids = _store_users(session, platform_id, present, now)
    _store_memberships(session, context_id, present, ids, now)
    gone = _mark_gone(session, context_id, set(ids.values()), now) if present else 0
    return RosterChange(len(present), len(set(ids.values()) - before), gone)


def _place(session: Session, context_id: int) -> _Place | None:
    row = session.execute(
        select(Context.memberships_url, RegistrationRow, Platform)
        .join(RegistrationRow, RegistrationRow.id == Context.registration_id)
        .join(Platform, Platform.id == Context.platform_id)
        .where(Context.id == context_id, Context.memberships_url.is_not(None), RegistrationRow.is_enabled)
    ).one_or_none()
    if row is None or row[0] is None:
        return None
    url, registration, platform = row[0], row[1], row[2]
    return _Place(
        platform.id,
        Registration(
            id=registration.id,
            issuer=platform.issuer,
            client_id=registration.client_id,
            auth_login_url=registration.auth_login_url,
            token_url=registration.token_url,
            jwks_url=registration.jwks_url,
            token_audience=registration.token_audience,
            service_hosts=tuple(registration.service_hosts.split()),
        ),
        url,
    )


def _known(session: Session, context_id: int) -> set[int]:
    query = select(Membership.user_id).where(Membership.context_id == context_id, Membership.is_gone.is_(False))
    return set(session.scalars(query))


def _store_users(session: Session, platform_id: int, members: Sequence[Member], now: datetime) -> dict[str, int]:
    """Store the people and give their keys by sub. A name that is not shared leaves the one that a launch brought."""
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


def _store_memberships(session: Session, context_id: int, members: Sequence[Member], ids: dict[str, int], now: datetime) -> None:
    for rows in _batches(
        {
            "user_id": ids[member.user_id],
            "context_id": context_id,
            "roles": " ".join(sorted(roles_of(member.roles))),
            "is_gone": False,
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for member in sorted(members, key=lambda member: ids[member.user_id])
    ):
        insert = _insert(session, _MEMBERSHIPS).values(rows)
        session.execute(
            insert.on_conflict_do_update(
                index_elements=[_MEMBERSHIPS.c.user_id, _MEMBERSHIPS.c.context_id],
                set_={"roles": insert.excluded.roles, "is_gone": insert.excluded.is_gone},
            )
        )


def _mark_gone(session: Session, context_id: int, present: set[int], now: datetime) -> int:
    candidates = session.execute(
        select(Membership.id, Membership.user_id, Membership.roles).where(
            Membership.context_id == context_id,
            Membership.is_gone.is_(False),
            # Somebody who came in while the pages were read is not in them.
            Membership.last_seen_at <= now,
        )
    )
    gone = [
        row.id for row in candidates if row.user_id not in present and not set(row.roles.split()).intersection(_NOT_IN_ROSTERS)
    ]
    for start in range(0, len(gone), _ROWS_AT_ONCE):
        session.execute(update(Membership).where(Membership.id.in_(gone[start : start + _ROWS_AT_ONCE])).values(is_gone=True))
    return len(gone)


def _note(session: Session, context_id: int, *, now: datetime, members: int | None = None, problem: str = "") -> None:
    """Write down how the reading went; after a failure the last good one stays known."""
    values: dict[str, Any] = {"tried_at": now, "problem": problem}
    if members is not None:
        values |= {"read_at": now, "members": members}
    insert = _insert(session, _READINGS).values({"context_id": context_id, "members": 0, **values})
    session.execute(insert.on_conflict_do_update(index_elements=[_READINGS.c.context_id], set_=values))


def _batches(rows: Any) -> list[list[dict[str, Any]]]:
    listed = list(rows)
    return [listed[start : start + _ROWS_AT_ONCE] for start in range(0, len(listed), _ROWS_AT_ONCE)]


def _insert(session: Session, table: Table) -> "postgresql.Insert | sqlite.Insert":
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
