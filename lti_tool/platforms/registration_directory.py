"""Finds registrations for logins and launches: from memory for a few seconds, then anew from the database."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.ports import REGISTRATION_KEPT_S, Registration
from lti_tool.models import Platform
from lti_tool.models import Registration as RegistrationRow

if TYPE_CHECKING:
    from lti_tool.models.database import Database

CACHED_S = REGISTRATION_KEPT_S
# Anyone may ask for any issuer at the login address; this many answers are remembered at most.
_MOST_CACHED = 1000


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A registration with what launches need of its platform."""

    registration: Registration
    platform_id: int
    frame_origin: str
    """Whose pages may frame ours, separated by spaces: of the issuer, and of the hosts listed for the registration."""


class RegistrationDirectory:
    """One per process."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._found: dict[tuple[str, str | None], tuple[float, DirectoryEntry | None]] = {}
        self._by_id: dict[int, tuple[float, DirectoryEntry | None]] = {}

    def find(self, issuer: str, client_id: str | None) -> Registration | None:
        """Give the registration (port `FindRegistration`); disabled ones too, they have a page of their own."""
        key = (issuer, client_id)
        cached = self._found.get(key)
        if cached is None or time.monotonic() - cached[0] >= CACHED_S:
            cached = (time.monotonic(), self._load(issuer, client_id))
            if len(self._found) >= _MOST_CACHED:
                self._found.clear()
            self._found[key] = cached
        return cached[1].registration if cached[1] else None

    def by_id(self, registration_id: int) -> DirectoryEntry | None:
        """Give the registration with this id."""
        cached = self._by_id.get(registration_id)
        if cached is None or time.monotonic() - cached[0] >= CACHED_S:
            cached = (time.monotonic(), self._load_by_id(registration_id))
            self._by_id[registration_id] = cached
        return cached[1]

    def _load(self, issuer: str, client_id: str | None) -> DirectoryEntry | None:
        query = select(RegistrationRow, Platform).join(Platform).where(Platform.issuer == issuer)
        if client_id is not None:
            query = query.where(RegistrationRow.client_id == client_id)
        with self._database.read() as session:
            rows = session.execute(query.limit(2)).all()
        # Without a client_id only an issuer with a single client is clear (Core 4.1.3); Open edX has many.
        return _entry(*rows[0]) if len(rows) == 1 else None

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
    framing = dict.fromkeys((origin_of(platform.issuer) or "", *registration.service_hosts))
    return DirectoryEntry(registration, platform.id, " ".join(framing).strip())
