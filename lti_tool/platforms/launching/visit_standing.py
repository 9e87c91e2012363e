"""Whether an open visit may go on: connection, deployment, person and role as they are now, not as they were at the launch.

Asked at each request of a visit and answered from memory for a few seconds: so whatever an operator, a platform or a later
launch takes back works quickly in every process, also in tabs that are already open.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from lti_tool.domain.people import Role, Visitor
from lti_tool.lti.ports import DeploymentStanding
from lti_tool.models import Course, Deployment, Membership, RegistrationRow, User

if TYPE_CHECKING:
    from lti_tool.models.database import Database

CACHED_S = 5.0
_MOST_CACHED = 10_000
# Rights over what others do. Whoever learns needs none of them: they see only what is their own.
_OVER_OTHERS = frozenset({Role.INSTRUCTOR, Role.ADMINISTRATOR, Role.MENTOR})


class Withdrawn(StrEnum):
    """What keeps a visit from going on."""

    CONNECTION = "connection"
    DEPLOYMENT = "deployment"
    PERSON_BLOCKED = "person_blocked"
    PERSON_ERASED = "person_erased"
    OTHER_DATA = "other_data"
    """The visit names rows that began after it: somebody else has their numbers, since the data were put back from a backup."""
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class WhoAndWhere:
    """As the platform last said; empty where it does not."""

    name: str = ""
    course: str = ""


@dataclass(frozen=True, slots=True)
class _Standing:
    """In the order of the query's columns; None where there is no such row any more."""

    is_blocked: bool
    is_enabled: bool | None
    deployment: str | None
    roles: str | None
    is_gone: bool | None
    launched_at: datetime | None
    person_since: datetime
    course_since: datetime | None
    deployment_since: datetime | None
    registration_since: datetime | None
    name: str | None
    course: str | None

    def is_older_than(self, opened_at: float) -> bool:
        """Whether all that a visit names was there when it began; visits know whole seconds."""
        began = (self.person_since, self.course_since, self.deployment_since, self.registration_since)
        return all(moment is None or moment.timestamp() < opened_at + 1 for moment in began)


class VisitStandings:
    """One per process."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._known: dict[tuple[int, int, int | None], tuple[float, _Standing | None]] = {}

    def withdrawn(self, visitor: Visitor, *, opened_at: float) -> Withdrawn | None:
        """Return what was taken back since the visit's launch; None: nothing, the visit goes on.

        Args:
            opened_at: seconds since 1970 at which the launch came.
        """
        return _compare(visitor, opened_at, self._standing(visitor))

    def names_of(self, visitor: Visitor) -> WhoAndWhere:
        """Return whose visit it is and in which course, to be said on its pages."""
        standing = self._standing(visitor)
        return WhoAndWhere() if standing is None else WhoAndWhere(standing.name or "", standing.course or "")

    def _standing(self, visitor: Visitor) -> _Standing | None:
        place = (visitor.user_id, visitor.deployment_id, visitor.course_id)
        cached = self._known.get(place)
        if cached is None or time.monotonic() - cached[0] >= CACHED_S:
            cached = (time.monotonic(), self._load(visitor))
            if len(self._known) >= _MOST_CACHED:
                self._known.clear()
            self._known[place] = cached
        return cached[1]

    def forget(self, visitor: Visitor) -> None:
        """Look anew at the next request: a launch of this person has just said what they are now."""
        self._known.pop((visitor.user_id, visitor.deployment_id, visitor.course_id), None)

    def _load(self, visitor: Visitor) -> _Standing | None:
        is_theirs = (Membership.user_id == User.id) & (Membership.course_id == visitor.course_id)
        query = (
            select(
                User.is_blocked,
                RegistrationRow.is_enabled,
                Deployment.status,
                Membership.roles,
                Membership.is_gone,
                Membership.last_seen_at,
                User.first_seen_at,
                Course.created_at,
                Deployment.first_seen_at,
                RegistrationRow.created_at,
                User.name,
                Course.title,
            )
            .select_from(User)
            .outerjoin(RegistrationRow, RegistrationRow.id == visitor.registration_id)
            .outerjoin(Deployment, Deployment.id == visitor.deployment_id)
            .outerjoin(Course, Course.id == visitor.course_id)
            .outerjoin(Membership, is_theirs)
            .where(User.id == visitor.user_id)
        )
        with self._database.read() as session:
            row = session.execute(query).one_or_none()
        return None if row is None else _Standing(*tuple[Any, ...](row))


def _compare(visitor: Visitor, opened_at: float, standing: _Standing | None) -> Withdrawn | None:
    if standing is None:
        return Withdrawn.PERSON_ERASED
    if not standing.is_older_than(opened_at):
        return Withdrawn.OTHER_DATA
    if standing.is_blocked:
        return Withdrawn.PERSON_BLOCKED
    if not standing.is_enabled:
        return Withdrawn.CONNECTION
    # A deployment goes only with its registration.
    if standing.deployment not in (None, DeploymentStanding.APPROVED):
        return Withdrawn.DEPLOYMENT
    return Withdrawn.ROLE if _has_lost_a_role(visitor.roles & _OVER_OTHERS, opened_at, standing) else None


def _has_lost_a_role(rights: frozenset[Role], opened_at: float, standing: _Standing) -> bool:
    """Whether the course has taken rights back: the platform's roster no longer has the person, or they came again with less.

    What a roster says of roles does not count here: Moodle's calls tutors learners.
    """
    if not rights or standing.roles is None or standing.launched_at is None:
        return False
    came_again = standing.launched_at.timestamp() >= opened_at + 1
    return bool(standing.is_gone) or (came_again and not rights <= {Role(word) for word in standing.roles.split()})
