"""Finds registrations, for launches and for services: from memory for a few seconds, then anew from the database."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from lti_tool.lti.claims.claims import Launch
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.ports import DeploymentStanding, Registration
from lti_tool.lti.service_hosts import frameable_origin
from lti_tool.models import Deployment, Platform, RegistrationRow

if TYPE_CHECKING:
    from lti_tool.models.database import Database

# What an operator changes works within so many seconds, in web processes and in the worker.
CACHED_S = 5.0
# Anyone may ask for any issuer at the login address; this many answers are remembered at most.
_MOST_CACHED = 1000
LONGEST_RETURN_URL = 200


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A registration with what launches need of its platform."""

    registration: Registration
    platform_id: int
    frame_origin: str
    """Whose pages may frame ours, separated by spaces: of the issuer, of the address where people are signed in, and of the
    hosts listed for the registration."""
    told_apart_by: str = ""
    """What tells the issuer's institutions apart (`institutions.py`)."""

    def frame_origin_of(self, launch: Launch) -> str:
        """Give whose pages may frame a visit: also those to which this very launch says that people return.

        Where a platform's pages lie elsewhere than its issuer (a campus portal, the cloud of Canvas), that address is the one
        that tells; it is signed.
        """
        known = self.frame_origin.split()
        answer_to = launch.deep_linking.return_url if launch.deep_linking else None
        for url in (launch.presentation.return_url, answer_to):
            origin = frameable_origin(url) if url else None
            # Over http anybody on the way could frame us; so only where the platform itself is at home there (on a laptop).
            is_safe = origin is not None and (origin.startswith("https:") or self.frame_origin.startswith("http:"))
            if origin is not None and is_safe and origin not in known:
                known.append(origin)
        return " ".join(known)

    def return_url_of(self, launch: Launch) -> str:
        """Give the address to which the platform wants people back; empty where it is none that may stand on our pages.

        It travels in the cookie of the visit, of which a browser has several; so a long one is left out.
        """
        url = launch.presentation.return_url or ""
        is_ours_to_show = len(url) <= LONGEST_RETURN_URL and frameable_origin(url) in self.frame_origin_of(launch).split()
        return url if is_ours_to_show else ""


class _Several:
    """Several registrations could be meant."""


class RegistrationDirectory:
    """One per process."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._found: dict[tuple[str, str | None, str | None], tuple[float, DirectoryEntry | _Several | None]] = {}
        self._by_id: dict[int, tuple[float, DirectoryEntry | None]] = {}

    def find(self, issuer: str, client_id: str | None, deployment_id: str | None = None) -> Registration | None:
        """Give the registration (port `FindRegistration`); disabled ones too, they have a page of their own."""
        key = (issuer, client_id, None if client_id else deployment_id)
        cached = self._found.get(key)
        if cached is None or time.monotonic() - cached[0] >= CACHED_S:
            found = self._load(issuer, client_id) if client_id else self._load_unnamed(issuer, deployment_id)
            cached = (time.monotonic(), found)
            if len(self._found) >= _MOST_CACHED:
                self._found.clear()
            self._found[key] = cached
        if isinstance(cached[1], _Several):
            raise LaunchRejected(LaunchRefusal.CLIENT_UNNAMED)
        return cached[1].registration if cached[1] else None

    def by_id(self, registration_id: int) -> DirectoryEntry | None:
        """Give the registration with this id."""
        cached = self._by_id.get(registration_id)
        if cached is None or time.monotonic() - cached[0] >= CACHED_S:
            cached = (time.monotonic(), self._load_by_id(registration_id))
            self._by_id[registration_id] = cached
        return cached[1]

    def registration(self, registration_id: int) -> Registration | None:
        """Return the registration with this id, without what launches need beside it."""
        entry = self.by_id(registration_id)
        return entry.registration if entry else None

    def _load(self, issuer: str, client_id: str) -> DirectoryEntry | None:
        query = select(RegistrationRow, Platform).join(Platform)
        with self._database.read() as session:
            row = session.execute(query.where(Platform.issuer == issuer, RegistrationRow.client_id == client_id)).one_or_none()
        return None if row is None else _entry(*row)

    def _load_unnamed(self, issuer: str, deployment_id: str | None) -> "DirectoryEntry | _Several | None":
        """Find whom a login means that names no client (Core 4.1.3 lets it): the issuer's only one, or that of the deployment.

        Of several that are switched on and off, one that is on is meant.
        """
        query = select(RegistrationRow, Platform).join(Platform).where(Platform.issuer == issuer)
        # On before off; two are enough to know that there are several (Open edX has one for each component).
        query = query.order_by(RegistrationRow.is_enabled.desc(), RegistrationRow.id).limit(2)
        of_deployment = select(Deployment.registration_id).where(
            Deployment.deployment_id == deployment_id, Deployment.status != DeploymentStanding.BLOCKED
        )
        with self._database.read() as session:
            rows = session.execute(query).all()
            if len(rows) > 1 and deployment_id is not None:
                rows = session.execute(query.where(RegistrationRow.id.in_(of_deployment))).all() or rows
        if not rows:
            return None
        first, others = rows[0], rows[1:]
        is_clear = not others or (first[0].is_enabled and not others[0][0].is_enabled)
        return _entry(*first) if is_clear else _Several()

    def _load_by_id(self, registration_id: int) -> DirectoryEntry | None:
        query = select(RegistrationRow, Platform).join(Platform).where(RegistrationRow.id == registration_id)
        with self._database.read() as session:
            row = session.execute(query).one_or_none()
        return None if row is None else _entry(*row)


def registration_of(row: RegistrationRow, platform: Platform) -> Registration:
    """Return a stored registration as the protocol's code knows it."""
    return Registration(
        id=row.id,
        issuer=platform.issuer,
        client_id=row.client_id,
        auth_login_url=row.auth_login_url,
        token_url=row.token_url,
        jwks_url=row.jwks_url,
        token_audience=row.token_audience,
        is_enabled=row.is_enabled,
        service_hosts=tuple(row.service_hosts.split()),
    )


def _entry(row: RegistrationRow, platform: Platform) -> DirectoryEntry:
    registration = registration_of(row, platform)
    # In the cloud of Canvas people sit before their institution's pages, never before the issuer's.
    own = (frameable_origin(url) for url in (platform.issuer, row.auth_login_url))
    framing = dict.fromkeys((*(origin for origin in own if origin), *registration.service_hosts))
    return DirectoryEntry(registration, platform.id, " ".join(framing), row.told_apart_by)
