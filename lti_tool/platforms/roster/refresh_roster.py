"""Brings a course's members up to date from the platform's roster (Names and Role Provisioning Services 2.0).

Three steps, so that no transaction is open while the platform answers: look up where to ask, ask for all pages, write.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.errors import ToolError
from lti_tool.jobs.turns import NotNow, Shares, Turns, take_turns
from lti_tool.lti.advantage.memberships import read_members
from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.ports import Registration
from lti_tool.lti.transport.patience import patience
from lti_tool.messages import N_
from lti_tool.models import Course, Platform, RegistrationRow, RosterReading
from lti_tool.platforms.checking.inquiries import InquiredPlace, InquiryKind, open_inquiry
from lti_tool.platforms.registration_directory import registration_of
from lti_tool.platforms.roster.store_members import RosterChange, store_members

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

# A course that nobody has opened for so long is not asked for at night any more.
STILL_USED = timedelta(days=180)
# One roster, however many pages it has.
WHOLE_ROSTER_S: Final = 60.0
FAILED: Final = "roster_failed"
"""A fault of ours."""
_READINGS = cast(Table, RosterReading.__table__)


@dataclass(frozen=True)
class _Place:
    platform_id: int
    registration: Registration
    url: str


class RosterNotOffered(ToolError):
    """The platform has not told where the members of this course can be read."""

    status = 409
    code = "roster_not_offered"
    TEXT = N_("Ihre Lernplattform gibt uns die Teilnehmendenliste dieses Kurses nicht.")

    def __init__(self) -> None:
        super().__init__(
            self.TEXT,
            next_step=N_(
                "In der Liste stehen deshalb nur Personen, die das Angebot schon geöffnet haben. Die Administration der "
                "Lernplattform kann den Dienst „Names and Roles“ für dieses Werkzeug einschalten."
            ),
        )


def ask_for_roster(session: Session, course_id: int, *, now: datetime) -> None:
    """Have a course's roster read in the background, once the caller's transaction commits.

    Raises:
        RosterNotOffered: the platform has told no address.
    """
    place = roster_place(session, course_id)
    if place is None:
        raise RosterNotOffered
    open_inquiry(session, InquiryKind.ROSTER, place, now=now)


def roster_place(session: Session, course_id: int) -> InquiredPlace | None:
    """Return under what a course's roster is asked for; None where the platform offers none."""
    query = select(Course.registration_id).where(Course.id == course_id, Course.memberships_url.is_not(None))
    registration_id = session.scalar(query)
    return None if registration_id is None else InquiredPlace(registration_id, course_id)


def refresh_roster(
    database: "Database", client: ServiceClient, course_id: int, *, whole_s: float = WHOLE_ROSTER_S, now: datetime
) -> RosterChange:
    """Read a course's roster and store who is in it; who is not any more is marked, not deleted.

    Opens its own transactions, since the platform is asked between two of them. What went wrong is kept, too.

    Args:
        whole_s: how long all pages together may take.
    Raises:
        RosterNotOffered: the platform has told no address.
        ServiceRefused: the platform says no, or a page lies on another origin.
        ServiceUnavailable: not now.
    """
    with database.read() as session:
        place = _place(session, course_id)
    if place is None:
        raise RosterNotOffered
    try:
        with patience(whole_s):
            # All pages before anything is concluded: they may shift while they are read.
            members = read_members(client, place.registration, place.url, now=now)
        with database.write.begin() as session:
            change = store_members(session, place.platform_id, course_id, members, now=now)
            _note(session, course_id, now=now, members=change.members, problem=change.problem)
    except Exception as err:
        with database.write.begin() as session:
            _note(session, course_id, now=now, problem=err.code if isinstance(err, ToolError) else FAILED)
        raise
    log.info(
        "roster_read",
        extra={
            "course": course_id,
            "members": change.members,
            "new": change.new,
            "gone": change.gone,
            "problem": change.problem,
        },
    )
    return change


def refresh_all_rosters(
    database: "Database", client: ServiceClient, shares: Shares | None = None, *, clock: Callable[[], datetime]
) -> Turns:
    """Read the roster of every course in use, for a nightly run: the longest unread first, each platform in its turns.

    Whatever one roster does, a fault of our own included, the next one is read.
    """

    def refresh(course_id: int, left_s: float) -> None:
        try:
            refresh_roster(database, client, course_id, whole_s=min(left_s, WHOLE_ROSTER_S), now=clock())
        except ToolError as err:
            log.warning("roster_not_read", extra={"course": course_id, "code": err.code})
            raise NotNow from err

    return take_turns(_waiting(database, now=clock()), refresh, shares or Shares(), what="roster")


def _waiting(database: "Database", *, now: datetime) -> dict[int, list[int]]:
    """List the courses to read by registration, those first that have waited longest."""
    query = (
        select(Course.registration_id, Course.id)
        .join(RegistrationRow, RegistrationRow.id == Course.registration_id)
        .outerjoin(RosterReading, RosterReading.course_id == Course.id)
        .where(Course.memberships_url.is_not(None), Course.last_seen_at >= now - STILL_USED, RegistrationRow.is_enabled)
        .order_by(RosterReading.tried_at.asc().nulls_first(), Course.id)
    )
    waiting: dict[int, list[int]] = {}
    with database.read() as session:
        for registration_id, course_id in session.execute(query):
            waiting.setdefault(registration_id, []).append(course_id)
    return waiting


def _place(session: Session, course_id: int) -> _Place | None:
    row = session.execute(
        select(Course.memberships_url, RegistrationRow, Platform)
        .join(RegistrationRow, RegistrationRow.id == Course.registration_id)
        .join(Platform, Platform.id == Course.platform_id)
        .where(Course.id == course_id, Course.memberships_url.is_not(None), RegistrationRow.is_enabled)
    ).one_or_none()
    if row is None or row[0] is None:
        return None
    return _Place(row[2].id, registration_of(row[1], row[2]), row[0])


def _note(session: Session, course_id: int, *, now: datetime, members: int | None = None, problem: str = "") -> None:
    """Write down how the reading went; after a failure the last good one stays known."""
    values: dict[str, Any] = {"tried_at": now, "problem": problem[:100]}
    if not problem:
        values |= {"read_at": now, "members": members}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(_READINGS).values({"course_id": course_id, "members": 0, **values})
    session.execute(statement.on_conflict_do_update(index_elements=[_READINGS.c.course_id], set_=values))
