"""Decide what an invitation may do with what came by it: make a new registration, renew its own, or propose to the operator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.registering.registration_failed import RegistrationFailed, RegistrationProblem
from lti_tool.lti.registering.sites import is_same_site, site_of
from lti_tool.models import Platform, RegistrationRow
from lti_tool.platforms.registering.invite_platform import OpenInvite, use_invite_up
from lti_tool.platforms.registering.new_registration import NewRegistration, check_addresses
from lti_tool.platforms.registering.proposals import ProposalDetails, ProposalReason, propose
from lti_tool.platforms.registering.registrations import SavedRegistration, find_registration_id, save_registration


@dataclass(frozen=True)
class Admitted:
    """What became of it: one of the two."""

    saved: SavedRegistration | None = None
    proposal: ProposalDetails | None = None


def admit_registration(
    session: Session, invite: OpenInvite, new: NewRegistration, *, is_production: bool, now: datetime
) -> Admitted:
    """Store what came by an invitation as far as the invitation reaches, and use it up.

    Raises:
        InviteUnusable: the invitation was used meanwhile.
        RegistrationFailed: an address belongs to another platform that is connected here.
        ToolError: an address is none, or is not https in production.
    """
    check_addresses(new, is_production=is_production)
    _check_not_of_another(session, new)
    known = find_registration_id(session, new.issuer, new.client_id)
    reason = _why_to_wait(session, new, known, may_renew=invite.renews_id)
    if reason is not None:
        admitted = Admitted(proposal=propose(session, invite.id, new, reason, changes=known, now=now))
    else:
        admitted = Admitted(saved=save_registration(session, new, is_production=is_production, now=now))
    use_invite_up(session, invite.id, admitted.saved.registration.id if admitted.saved else None, now=now)
    return admitted


def is_known_platform(session: Session, issuer: str) -> bool:
    """Whether a platform at this address is connected already, however the address is written."""
    return any(is_same_site(issuer, known) or issuer == known for known in _issuers(session))


def _why_to_wait(session: Session, new: NewRegistration, known: int | None, *, may_renew: int | None) -> ProposalReason | None:
    if known is not None and known != may_renew:
        return ProposalReason.KNOWN_CLIENT
    if known is None and is_known_platform(session, new.issuer):
        return ProposalReason.KNOWN_ISSUER
    return ProposalReason.SAME_CLIENT if _is_client_of_another(session, new, besides=known) else None


def _is_client_of_another(session: Session, new: NewRegistration, *, besides: int | None) -> bool:
    """Whether what we sign for this registration would be taken for that of another.

    Where platforms share an address for tokens, the client id alone tells them apart, and it is no secret. Where they do not,
    one that names the other's address as its audience would get the other's tokens.
    """
    ours = _token_words(new.token_url, new.token_audience)
    query = select(RegistrationRow.id, RegistrationRow.token_url, RegistrationRow.token_audience)
    rows = session.execute(query.where(RegistrationRow.client_id == new.client_id))
    return any(ours & _token_words(url, audience) for key, url, audience in rows if key != besides)


def _token_words(url: str, audience: str | None) -> set[str | None]:
    """Return what tells that a signed word is meant for a token address."""
    return {origin_of(url), audience, origin_of(audience or url)} - {None}


def _check_not_of_another(session: Session, new: NewRegistration) -> None:
    """Check that no address lies at another platform below the new one's own: `/schule1` is not `/`'s to speak for."""
    own = site_of(new.issuer)
    for issuer in _issuers(session):
        other = site_of(issuer)
        if own is None or other is None or other == own or other.holds(new.issuer):
            continue
        for address in (new.auth_login_url, new.token_url, new.jwks_url):
            if other.holds(address):
                raise RegistrationFailed(RegistrationProblem.ENDPOINT_OF_ANOTHER, detail=address)


def _issuers(session: Session) -> list[str]:
    return list(session.scalars(select(Platform.issuer).distinct()))
