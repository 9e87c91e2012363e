"""Deployments: which placings of the tool under a registration may launch (LTI Core 1.3, section 3.1.3)."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.errors import NotFound, ToolError
from lti_tool.lti.ports import DeploymentStanding, Registration
from lti_tool.messages import N_
from lti_tool.models import Deployment, Platform, RegistrationRow
from lti_tool.platforms.registering.registrations import get_registration

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

Policy = Literal["approve", "first-use"]
CACHED_S = 5.0
_MOST_CACHED = 10_000


@dataclass(frozen=True)
class DeploymentDetails:
    """A deployment as it is shown to an operator."""

    id: int
    registration_id: int
    issuer: str
    client_id: str
    deployment_id: str
    status: DeploymentStanding
    first_seen_at: datetime
    decided_at: datetime | None


def list_deployments(session: Session) -> list[DeploymentDetails]:
    """Give all deployments, those that wait for a decision first."""
    rows = session.execute(
        select(Deployment, RegistrationRow, Platform)
        .join(RegistrationRow, Deployment.registration_id == RegistrationRow.id)
        .join(Platform)
        .order_by(Deployment.status != DeploymentStanding.HELD, Deployment.id)
    )
    return [
        DeploymentDetails(
            id=deployment.id,
            registration_id=registration.id,
            issuer=platform.issuer,
            client_id=registration.client_id,
            deployment_id=deployment.deployment_id,
            status=DeploymentStanding(deployment.status),
            first_seen_at=deployment.first_seen_at,
            decided_at=deployment.decided_at,
        )
        for deployment, registration, platform in rows
    ]


def approve_deployment(
    session: Session, registration_id: int, deployment_id: str, *, in_advance: bool = False, now: datetime
) -> None:
    """Let a deployment launch. Works within five seconds.

    Args:
        in_advance: also one that has never launched.
    Raises:
        NotFound: there is no such registration, or no such deployment.
    """
    _decide(session, registration_id, deployment_id, DeploymentStanding.APPROVED, in_advance=in_advance, now=now)


def block_deployment(
    session: Session, registration_id: int, deployment_id: str, *, in_advance: bool = False, now: datetime
) -> None:
    """Refuse a deployment's launches, and end its open visits. Works within five seconds.

    Args:
        in_advance: also one that has never launched.
    Raises:
        NotFound: there is no such registration, or no such deployment.
    """
    _decide(session, registration_id, deployment_id, DeploymentStanding.BLOCKED, in_advance=in_advance, now=now)


def _decide(
    session: Session,
    registration_id: int,
    deployment_id: str,
    standing: DeploymentStanding,
    *,
    in_advance: bool,
    now: datetime,
) -> None:
    get_registration(session, registration_id)
    if not 0 < len(deployment_id) <= 255 or not deployment_id.isprintable():
        raise ToolError(N_("Eine Deployment-ID hat 1 bis 255 Zeichen."))
    row = _find(session, registration_id, deployment_id)
    if row is None and not in_advance:
        raise NotFound(
            N_("Die Registrierung %(id)s hat keine Bereitstellung %(deployment)s."),
            next_step=N_("`deployments list` zeigt alle, die schon aufgerufen haben. Soll eine im Voraus gelten: --in-advance."),
            id=registration_id,
            deployment=deployment_id,
        )
    if row is None:
        row = Deployment(registration_id=registration_id, deployment_id=deployment_id, first_seen_at=now)
        session.add(row)
    row.status = standing
    row.decided_at = now
    session.flush()


def _find(session: Session, registration_id: int, deployment_id: str) -> Deployment | None:
    return session.scalar(
        select(Deployment).where(Deployment.registration_id == registration_id, Deployment.deployment_id == deployment_id)
    )


@dataclass(frozen=True, slots=True)
class KnownDeployment:
    id: int
    standing: DeploymentStanding


class DeploymentDirectory:
    """Answers each launch's question from memory for a few seconds, and notes deployments never seen before.

    Platforms make a deployment for each course or sub-account without telling; under the policy `approve` a new one waits
    for an operator, under `first-use` it may launch at once.
    """

    def __init__(self, database: "Database", policy: Policy) -> None:
        self._database = database
        self._for_new_ones = DeploymentStanding.APPROVED if policy == "first-use" else DeploymentStanding.HELD
        self._known: dict[tuple[int, str], tuple[float, KnownDeployment]] = {}

    def check(self, registration: Registration, deployment_id: str, *, now: datetime) -> DeploymentStanding:
        """Tell whether a deployment may launch (port `CheckDeployment`)."""
        return self.get(registration.id, deployment_id, now=now).standing

    def get(self, registration_id: int, deployment_id: str, *, now: datetime) -> KnownDeployment:
        """Give a deployment's key and standing; one never seen before is stored."""
        place = (registration_id, deployment_id)
        cached = self._known.get(place)
        if cached is not None and time.monotonic() - cached[0] < CACHED_S:
            return cached[1]
        known = self._load(registration_id, deployment_id) or self._note(registration_id, deployment_id, now=now)
        if len(self._known) >= _MOST_CACHED:
            self._known.clear()
        self._known[place] = (time.monotonic(), known)
        return known

    def _load(self, registration_id: int, deployment_id: str) -> KnownDeployment | None:
        with self._database.read() as session:
            row = _find(session, registration_id, deployment_id)
            return None if row is None else KnownDeployment(row.id, DeploymentStanding(row.status))

    def _note(self, registration_id: int, deployment_id: str, *, now: datetime) -> KnownDeployment:
        is_decided = self._for_new_ones is DeploymentStanding.APPROVED
        row = Deployment(
            registration_id=registration_id,
            deployment_id=deployment_id,
            status=self._for_new_ones,
            first_seen_at=now,
            decided_at=now if is_decided else None,
        )
        try:
            with self._database.write.begin() as session:
                session.add(row)
                session.flush()
                known = KnownDeployment(row.id, self._for_new_ones)
        except IntegrityError:
            # Another launch of the same class was faster.
            loaded = self._load(registration_id, deployment_id)
            if loaded is None:
                raise
            return loaded
        log.info(
            "deployment_noted",
            extra={"registration": registration_id, "deployment": known.id, "standing": str(known.standing)},
        )
        return known
