"""Invite a platform's administrator: an address that registers the tool once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lti_tool.errors import ToolError
from lti_tool.lti.json_shapes import host_of
from lti_tool.lti.registering.known_clouds import cloud_of, serves_schools
from lti_tool.lti.registering.registration_failed import RegistrationFailed, RegistrationProblem
from lti_tool.lti.registering.sites import Site, site_meant, site_of
from lti_tool.messages import N_
from lti_tool.models import Invite
from lti_tool.platforms.registering.registrations import get_registration

LONGEST_LIFE_DAYS = 90
# Longer than a request to a platform may take: after that whoever held the claim has died.
_CLAIM_LASTS = timedelta(minutes=2)


class InviteUnusable(ToolError):
    """The address in the hand of the administrator does not work, or no longer."""

    status = 410
    code = "invite_unusable"

    def __init__(self, code: str, message: str, *, status: int = 410) -> None:
        super().__init__(
            message, next_step=N_("Lassen Sie sich vom Betrieb dieses Angebots eine neue Einladung geben."), code=code
        )
        self.status = status


@dataclass(frozen=True, slots=True)
class OpenInvite:
    """An invitation that may be used now."""

    id: int
    platform_url: str | None
    """Of which platform; None: of any."""
    expires_at: datetime
    renews_id: int | None = None
    """The registration that it may bring up to date."""


def invite_platform(
    session: Session,
    *,
    platform_url: str | None = None,
    renews: int | None = None,
    days: int = 7,
    now: datetime,
) -> str:
    """Make an invitation and give its secret, which nobody can read again.

    Args:
        platform_url: only the platform at this address, or one below it, may use it.
        renews: it may bring this registration up to date, and do nothing else; without it, it may only make a new one.
    Raises:
        ToolError: the address is none, or the days are not between 1 and 90.
        NotFound: there is no such registration.
    """
    if not 1 <= days <= LONGEST_LIFE_DAYS:
        raise ToolError(N_("Eine Einladung gilt 1 bis %(days)s Tage."), days=LONGEST_LIFE_DAYS)
    secret = secrets.token_urlsafe(24)
    session.add(
        Invite(
            secret_hash=_hash(secret),
            platform_url=_bound_to(session, platform_url, renews),
            renews_id=renews,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    session.flush()
    return secret


def _bound_to(session: Session, platform_url: str | None, renews: int | None) -> str | None:
    if renews is not None:
        return get_registration(session, renews).issuer
    if platform_url is None:
        return None
    site = site_meant(platform_url)
    if site is None or len(platform_url) > 500:
        raise ToolError(
            N_("%(value)s ist keine Web-Adresse."),
            next_step=N_("Geben Sie die Adresse an, unter der die Lernplattform zu öffnen ist, mit https:// davor."),
            value=platform_url,
        )
    return str(site)


def open_invite(session: Session, secret: str, *, now: datetime) -> OpenInvite:
    """Give the invitation with this secret.

    Raises:
        InviteUnusable: there is none, it was used, or its time is over.
    """
    row = session.scalar(select(Invite).where(Invite.secret_hash == _hash(secret)))
    if row is None:
        raise InviteUnusable("invite_unknown", N_("Diese Einladung gibt es nicht."), status=404)
    if row.used_at is not None:
        raise InviteUnusable("invite_used", N_("Mit dieser Einladung wurde schon eine Lernplattform verbunden."))
    if row.expires_at <= now:
        raise InviteUnusable("invite_expired", N_("Diese Einladung ist abgelaufen."))
    return OpenInvite(row.id, row.platform_url, row.expires_at, row.renews_id)


def check_may_be_asked(invite: OpenInvite, address: str) -> None:
    """Check that the invitation lets us fetch the configuration from this address, before anybody is asked anything.

    Raises:
        RegistrationFailed: it is meant for another platform.
    """
    site = _site(invite)
    if site is not None and not site.holds(address) and not serves_schools(host_of(address)):
        raise RegistrationFailed(RegistrationProblem.INVITE_ELSEWHERE, detail=str(site))


def check_platform(invite: OpenInvite, issuer: str, *, school: str | None = None) -> None:
    """Check that the invitation is meant for this platform.

    Args:
        school: where a school of a cloud, whose issuer says nothing of it, registers or has its services.
    Raises:
        RegistrationFailed: it is bound to another.
    """
    site = _site(invite)
    if site is None:
        return
    if invite.renews_id is not None and issuer != invite.platform_url:
        raise RegistrationFailed(RegistrationProblem.INVITE_ELSEWHERE, detail=str(site))
    is_school = school is not None and cloud_of(host_of(issuer)).schools_register and site.holds(school)
    if not site.holds(issuer) and not is_school:
        raise RegistrationFailed(RegistrationProblem.INVITE_ELSEWHERE, detail=str(site))


def _site(invite: OpenInvite) -> Site | None:
    return None if invite.platform_url is None else site_of(invite.platform_url) or Site(invite.platform_url, "")


def claim_invite(session: Session, invite_id: int, *, now: datetime) -> None:
    """Take the right to register with it: of two clicks at once one registers.

    Raises:
        InviteUnusable: somebody else is registering with it, has done so, or its time is over.
    """
    is_free = or_(Invite.claimed_at.is_(None), Invite.claimed_at <= now - _CLAIM_LASTS)
    change = (
        update(Invite)
        .where(Invite.id == invite_id, Invite.used_at.is_(None), Invite.expires_at > now, is_free)
        .values(claimed_at=now)
    )
    if getattr(session.execute(change), "rowcount", 0) != 1:
        raise InviteUnusable("invite_taken", N_("Mit dieser Einladung wird oder wurde schon eine Lernplattform verbunden."))


def release_invite(session: Session, invite_id: int) -> None:
    """Give the right back after a registration that did not come about; the invitation can be used again."""
    session.execute(update(Invite).where(Invite.id == invite_id, Invite.used_at.is_(None)).values(claimed_at=None))


def use_invite_up(session: Session, invite_id: int, registration_id: int | None, *, now: datetime) -> None:
    """Note what the invitation was used for; it works no longer. None: for something that waits for the operator.

    Raises:
        InviteUnusable: it was used meanwhile.
    """
    change = (
        update(Invite)
        .where(Invite.id == invite_id, Invite.used_at.is_(None))
        .values(used_at=now, registration_id=registration_id)
    )
    if getattr(session.execute(change), "rowcount", 0) != 1:
        raise InviteUnusable("invite_used", N_("Mit dieser Einladung wurde schon eine Lernplattform verbunden."))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
