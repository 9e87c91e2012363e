"""One issuer, several institutions: whose people and courses a launch is about.

A platform is known by its issuer, and people are keyed by platform and `sub`. Clouds that many institutions share give all of
them one issuer; where their `sub`s are not unique among all, two people would be one. So a registration says what tells its
institutions apart, and each gets a platform of its own:

- nothing (the rule, and Open edX's many clients of one site): all registrations of an issuer share people and courses;
- the client: each institution has a registration of its own;
- the guid of the signed `tool_platform` claim: one client serves many institutions. A launch without one counts by client and
  deployment, which the operators of such clouds hand out one by one.
"""

import hashlib
import logging
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.lti.json_shapes import host_of
from lti_tool.lti.registering.known_clouds import serves_several
from lti_tool.models import Platform, RegistrationRow, SeenInstitution
from lti_tool.platforms.registration_directory import DirectoryEntry

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

_LONGEST = 300
# A platform that makes up a guid for each launch should not fill the table.
_MOST_NOTED = 50
_MOST_CACHED = 10_000


class ToldApart(StrEnum):
    """What tells the institutions of an issuer apart."""

    NOTHING = ""
    CLIENT = "client"
    GUID = "guid"


def usually_told_apart_by(issuer: str) -> ToldApart:
    """Return what is set for a new registration: issuers that are known to be shared are told apart by guid."""
    return ToldApart.GUID if serves_several(host_of(issuer)) else ToldApart.NOTHING


def institution_of_client(client_id: str) -> str:
    """Name the institution whose registration this is."""
    return f"client {client_id}"


def institution_of_guid(guid: str) -> str:
    """Name the institution with this guid."""
    return _short(f"guid {guid}")


def institution_of_deployment(client_id: str, deployment_id: str) -> str:
    """Name an institution that does not say its guid."""
    return _short(f"deployment {client_id} {deployment_id}")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:200]} {hashlib.sha256(name.encode()).hexdigest()}"


def platform_for(session: Session, issuer: str, institution: str, *, like: Platform | None, now: datetime) -> Platform:
    """Return the platform of an institution; it is made where there is none yet."""
    found = session.scalar(select(Platform).where(Platform.issuer == issuer, Platform.institution == institution))
    if found is None:
        name, family = (like.name, like.product_family) if like is not None else ("", "")
        found = Platform(issuer=issuer, institution=institution, name=name, product_family=family, created_at=now)
        session.add(found)
        session.flush()
    return found


class Institutions:
    """Finds the platform of each launch, from memory after the first of its institution; one per process."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._platforms: dict[tuple[str, str], int] = {}
        self._seen: dict[int, set[str]] = {}

    def place(self, entry: DirectoryEntry, guid: str | None, deployment_id: str, *, now: datetime) -> DirectoryEntry:
        """Return the registration with the platform whose people and courses this launch is about."""
        if guid:
            self._note(entry, guid[:255], now=now)
        if entry.told_apart_by != ToldApart.GUID:
            return entry
        registration = entry.registration
        named = institution_of_guid(guid) if guid else institution_of_deployment(registration.client_id, deployment_id)
        key = (registration.issuer, named)
        if key not in self._platforms:
            if len(self._platforms) >= _MOST_CACHED:
                self._platforms.clear()
            self._platforms[key] = self._load(entry, named, now=now)
        return replace(entry, platform_id=self._platforms[key])

    def _load(self, entry: DirectoryEntry, named: str, *, now: datetime) -> int:
        try:
            with self._database.write.begin() as session:
                base = session.get(Platform, entry.platform_id)
                return platform_for(session, entry.registration.issuer, named, like=base, now=now).id
        except IntegrityError:
            # Another launch of the same institution was faster.
            with self._database.write.begin() as session:
                return platform_for(session, entry.registration.issuer, named, like=None, now=now).id

    def _note(self, entry: DirectoryEntry, guid: str, *, now: datetime) -> None:
        """Write down an institution that launches for the first time, and warn where several share people unseparated."""
        seen = self._seen.get(entry.registration.id)
        if seen is None:
            with self._database.read() as session:
                query = select(SeenInstitution.guid).where(SeenInstitution.registration_id == entry.registration.id)
                seen = self._seen[entry.registration.id] = set(session.scalars(query))
        if guid in seen or len(seen) >= _MOST_NOTED:
            return
        try:
            with self._database.write.begin() as session:
                session.add(SeenInstitution(registration_id=entry.registration.id, guid=guid, first_seen_at=now))
                session.flush()
                mixed = [each for each in mixed_platforms(session) if entry.registration.id in each]
        except IntegrityError:
            mixed = []
        seen.add(guid)
        if mixed:
            log.warning("institutions_mixed", extra={"registration": entry.registration.id, "registrations": mixed[0]})


def mixed_platforms(session: Session) -> list[tuple[int, ...]]:
    """Return the registrations, by platform, through which several institutions launch whose people are not told apart."""
    rows = session.execute(
        select(RegistrationRow.platform_id, RegistrationRow.id, SeenInstitution.guid)
        .join(SeenInstitution, SeenInstitution.registration_id == RegistrationRow.id)
        .where(RegistrationRow.told_apart_by != ToldApart.GUID)
        .order_by(RegistrationRow.platform_id, RegistrationRow.id)
    )
    guids: dict[int, set[str]] = {}
    ids: dict[int, list[int]] = {}
    for platform_id, registration_id, guid in rows:
        guids.setdefault(platform_id, set()).add(guid)
        if registration_id not in ids.setdefault(platform_id, []):
            ids[platform_id].append(registration_id)
    return [tuple(ids[platform_id]) for platform_id, several in guids.items() if len(several) > 1]
