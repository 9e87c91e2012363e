"""Registrations of this tool at platforms, as an operator keeps them: add, list, show, disable, enable, remove."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.errors import Conflict, NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import Deployment, Platform, RegistrationRow
from lti_tool.platforms.registering.institutions import ToldApart, institution_of_client, platform_for, usually_told_apart_by
from lti_tool.platforms.registering.new_registration import LONGEST_URL, NewRegistration, check_addresses, check_service_hosts


@dataclass(frozen=True)
class RegistrationDetails:
    """A registration as it is shown to an operator."""

    id: int
    platform_id: int
    issuer: str
    client_id: str
    name: str
    auth_login_url: str
    token_url: str
    token_audience: str | None
    jwks_url: str
    service_hosts: tuple[str, ...]
    told_apart_by: str
    is_enabled: bool
    product_family: str
    created_at: datetime


@dataclass(frozen=True)
class SavedRegistration:
    """What `save_registration` has made of it."""

    registration: RegistrationDetails
    is_new: bool


def add_registration(session: Session, new: NewRegistration, *, is_production: bool, now: datetime) -> RegistrationDetails:
    """Add a registration and approve its deployments.

    Raises:
        ToolError: an address is none, or is not https in production.
        Conflict: this issuer and client_id are registered already.
    """
    check_addresses(new, is_production=is_production)
    taken = Conflict(
        N_("Für %(issuer)s ist die Client-ID %(client_id)s schon registriert."),
        next_step=N_("Sehen Sie mit `registrations list` nach; entfernen Sie die alte Registrierung, wenn sie falsch ist."),
        issuer=new.issuer,
        client_id=new.client_id,
    )
    if find_registration_id(session, new.issuer, new.client_id) is not None:
        raise taken
    told_apart_by = usually_told_apart_by(new.issuer) if new.told_apart_by is None else ToldApart(new.told_apart_by)
    institution = institution_of_client(new.client_id) if told_apart_by is ToldApart.CLIENT else ""
    platform = _platform(session, new, institution, now=now)
    row = RegistrationRow(
        platform_id=platform.id,
        client_id=new.client_id,
        name=new.name[:200],
        service_hosts=" ".join(new.service_hosts),
        told_apart_by=told_apart_by,
        is_enabled=True,
        created_at=now,
        **_addresses(new),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as err:
        # Somebody else was faster.
        raise taken from err
    _approve_deployments(session, row.id, new.deployment_ids, now=now)
    return _details(row, platform)


def save_registration(session: Session, new: NewRegistration, *, is_production: bool, now: datetime) -> SavedRegistration:
    """Add a registration, or bring the one with this issuer and client_id up to date.

    What an operator has decided stays: a disabled registration stays disabled, a blocked deployment blocked.

    Raises:
        ToolError: an address is none, or is not https in production.
    """
    known = find_registration_id(session, new.issuer, new.client_id)
    if known is None:
        return SavedRegistration(add_registration(session, new, is_production=is_production, now=now), is_new=True)
    check_addresses(new, is_production=is_production)
    session.execute(update(RegistrationRow).where(RegistrationRow.id == known).values(**_addresses(new)))
    if new.product_family:
        ours = select(RegistrationRow.platform_id).where(RegistrationRow.id == known).scalar_subquery()
        session.execute(update(Platform).where(Platform.id == ours).values(product_family=new.product_family[:100]))
    if new.service_hosts:
        # Those that an operator has listed stay.
        change_service_hosts(session, known, added=new.service_hosts, is_production=is_production)
    _approve_deployments(session, known, new.deployment_ids, now=now)
    return SavedRegistration(get_registration(session, known), is_new=False)


def _platform(session: Session, new: NewRegistration, institution: str, *, now: datetime) -> Platform:
    try:
        platform = platform_for(session, new.issuer, institution, like=None, now=now)
    except IntegrityError as err:
        # Of two who bring the same platform at once, one is the first.
        raise Conflict(
            N_("Diese Lernplattform wird gerade schon verbunden."),
            next_step=N_("Versuchen Sie es in einer Minute noch einmal."),
            code="registration_at_once",
        ) from err
    platform.name = platform.name or new.name[:200]
    if new.product_family:
        platform.product_family = new.product_family[:100]
    session.flush()
    return platform


def _addresses(new: NewRegistration) -> dict[str, str | None]:
    return {
        "auth_login_url": new.auth_login_url,
        "token_url": new.token_url,
        "token_audience": new.token_audience or None,
        "jwks_url": new.jwks_url,
    }


def _approve_deployments(session: Session, registration_id: int, deployment_ids: tuple[str, ...], *, now: datetime) -> None:
    for deployment_id in dict.fromkeys(deployment_ids):
        row = session.scalar(
            select(Deployment).where(Deployment.registration_id == registration_id, Deployment.deployment_id == deployment_id)
        )
        if row is None:
            row = Deployment(registration_id=registration_id, deployment_id=deployment_id, status="held", first_seen_at=now)
            session.add(row)
        if row.status == "held":
            row.status, row.decided_at = "approved", now
    session.flush()


def find_registration_id(session: Session, issuer: str, client_id: str) -> int | None:
    """Give the id of the registration with this issuer and client_id."""
    query = select(RegistrationRow.id).join(Platform).where(Platform.issuer == issuer, RegistrationRow.client_id == client_id)
    return session.scalar(query)


def list_registrations(session: Session) -> list[RegistrationDetails]:
    """Give all registrations, oldest first."""
    rows = session.execute(select(RegistrationRow, Platform).join(Platform).order_by(RegistrationRow.id))
    return [_details(registration, platform) for registration, platform in rows]


def get_registration(session: Session, registration_id: int) -> RegistrationDetails:
    """Give one registration.

    Raises:
        NotFound: there is none with this id.
    """
    row = session.execute(
        select(RegistrationRow, Platform).join(Platform).where(RegistrationRow.id == registration_id)
    ).one_or_none()
    if row is None:
        raise _not_found(registration_id)
    return _details(*row)


def disable_registration(session: Session, registration_id: int) -> None:
    """Let nobody in from here until it is enabled again; what was learned stays. Works within five seconds."""
    _set_enabled(session, registration_id, is_enabled=False)


def enable_registration(session: Session, registration_id: int) -> None:
    """Let people in again."""
    _set_enabled(session, registration_id, is_enabled=True)


def change_service_hosts(
    session: Session,
    registration_id: int,
    *,
    added: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    is_production: bool,
) -> tuple[str, ...]:
    """List further hosts for a platform's services, or strike some; gives those that are listed then. Works within five seconds.

    Raises:
        NotFound: there is no such registration.
        ToolError: one is no host that can be listed.
    """
    row = session.get(RegistrationRow, registration_id, with_for_update=True)
    if row is None:
        raise _not_found(registration_id)
    check_service_hosts(added, is_production=is_production)
    listed = tuple(host for host in dict.fromkeys((*row.service_hosts.split(), *added)) if host not in removed)
    if len(" ".join(listed)) > LONGEST_URL:
        raise ToolError(N_("So viele Rechner lassen sich für eine Registrierung nicht angeben."), code="registration_invalid")
    row.service_hosts = " ".join(listed)
    return listed


def remove_registration(session: Session, registration_id: int) -> None:
    """Remove a registration with its deployments, links and courses. Users stay, with what they have learned.

    Raises:
        NotFound: there is none with this id.
    """
    if not _count(session.execute(delete(RegistrationRow).where(RegistrationRow.id == registration_id))):
        raise _not_found(registration_id)


def _set_enabled(session: Session, registration_id: int, *, is_enabled: bool) -> None:
    change = update(RegistrationRow).where(RegistrationRow.id == registration_id).values(is_enabled=is_enabled)
    if not _count(session.execute(change)):
        raise _not_found(registration_id)


def _count(result: object) -> int:
    return int(getattr(result, "rowcount", 0))


def _not_found(registration_id: int) -> NotFound:
    return NotFound(
        N_("Es gibt keine Registrierung mit der Nummer %(id)s."),
        next_step=N_("`registrations list` zeigt alle."),
        id=registration_id,
    )


def _details(row: RegistrationRow, platform: Platform) -> RegistrationDetails:
    return RegistrationDetails(
        id=row.id,
        platform_id=platform.id,
        issuer=platform.issuer,
        client_id=row.client_id,
        name=row.name or platform.name,
        auth_login_url=row.auth_login_url,
        token_url=row.token_url,
        token_audience=row.token_audience,
        jwks_url=row.jwks_url,
        service_hosts=tuple(row.service_hosts.split()),
        told_apart_by=row.told_apart_by,
        is_enabled=row.is_enabled,
        product_family=platform.product_family,
        created_at=row.created_at,
    )
