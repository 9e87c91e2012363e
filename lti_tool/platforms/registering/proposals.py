"""Proposals: what came by an invitation and would touch a platform that is known here; an operator approves or rejects it.

A second client of a known issuer speaks for all its people, and other addresses for a known client do so, too. Whoever holds an
invitation has shown no more than that somebody gave it to them; so neither happens without the operator.
"""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import Proposal
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import (
    RegistrationDetails,
    SavedRegistration,
    get_registration,
    save_registration,
)

log = logging.getLogger(__name__)


class ProposalReason(StrEnum):
    """Why it waits."""

    KNOWN_ISSUER = "known_issuer"
    """The platform is connected already, with another client."""
    KNOWN_CLIENT = "known_client"
    """It would change a registration that is in use."""
    SAME_CLIENT = "same_client"
    """Another platform has the same client id at the same token address: one could get the other's tokens."""


@dataclass(frozen=True)
class ProposalDetails:
    """A proposal as it is shown to an operator."""

    id: int
    reason: ProposalReason
    new: NewRegistration
    known: RegistrationDetails | None
    """The registration that it would change; None: it would be a new one."""
    created_at: datetime


def propose(
    session: Session, invite_id: int, new: NewRegistration, reason: ProposalReason, *, changes: int | None, now: datetime
) -> ProposalDetails:
    """Keep what came by an invitation until an operator decides."""
    row = Proposal(
        invite_id=invite_id,
        registration_id=changes,
        reason=reason,
        issuer=new.issuer,
        client_id=new.client_id,
        told=json.dumps(asdict(new)),
        created_at=now,
    )
    session.add(row)
    session.flush()
    log.warning("registration_proposed", extra={"proposal": row.id, "reason": str(reason), "invite": invite_id})
    return _details(session, row)


def list_proposals(session: Session) -> list[ProposalDetails]:
    """Give what waits, oldest first."""
    return [_details(session, row) for row in session.scalars(select(Proposal).order_by(Proposal.id))]


def get_proposal(session: Session, proposal_id: int) -> ProposalDetails:
    """Give one that waits.

    Raises:
        NotFound: there is none with this number.
    """
    return _details(session, _row(session, proposal_id))


def approve_proposal(session: Session, proposal_id: int, *, is_production: bool, now: datetime) -> SavedRegistration:
    """Do what was proposed: add the registration, or bring the known one up to date. Works within five seconds.

    Raises:
        NotFound: there is none with this number.
        ToolError: an address is not https in production.
    """
    row = _row(session, proposal_id)
    saved = save_registration(session, _told(row), is_production=is_production, now=now)
    session.delete(row)
    session.flush()
    log.info("proposal_approved", extra={"proposal": proposal_id, "registration": saved.registration.id})
    return saved


def reject_proposal(session: Session, proposal_id: int) -> None:
    """Forget what was proposed; nothing changes.

    Raises:
        NotFound: there is none with this number.
    """
    session.execute(delete(Proposal).where(Proposal.id == _row(session, proposal_id).id))
    log.info("proposal_rejected", extra={"proposal": proposal_id})


def is_proposed(session: Session, issuer: str, client_id: str | None) -> bool:
    """Whether a registration waits under this issuer and client, for the page of whoever launches meanwhile."""
    query = select(func.count()).select_from(Proposal).where(Proposal.issuer == issuer, Proposal.registration_id.is_(None))
    if client_id is not None:
        query = query.where(Proposal.client_id == client_id)
    return bool(session.scalar(query))


def _row(session: Session, proposal_id: int) -> Proposal:
    row = session.get(Proposal, proposal_id, with_for_update=True)
    if row is None:
        raise NotFound(
            N_("Unter der Nummer %(id)s wartet nichts auf eine Entscheidung."),
            next_step=N_("`registrations waiting` zeigt, was wartet."),
            id=proposal_id,
        )
    return row


def _told(row: Proposal) -> NewRegistration:
    told = json.loads(row.told)
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return NewRegistration(**{**told, **lists})


def _details(session: Session, row: Proposal) -> ProposalDetails:
    known = get_registration(session, row.registration_id) if row.registration_id is not None else None
    return ProposalDetails(row.id, ProposalReason(row.reason), _told(row), known, row.created_at)
