"""Tells anyone whether a certificate is genuine and valid, and nothing beyond what is needed to compare it with the paper."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.stored_facts import facts_from_json
from lti_tool.certificates.wording import DOCUMENT_TYPE
from lti_tool.domain.certificate import TypingError, day_of, find_typing_error, group_check_code, normalise_check_code
from lti_tool.models import Certificate


class State(StrEnum):
    """What the register says of a check code."""

    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"


@dataclass(frozen=True)
class Verification:
    """The answer to one check code. Only a certificate that exists has a name, a type and a date."""

    code: str
    """In groups, as read; what was typed may have differed."""
    state: State
    typing_error: TypingError | None = None
    name: str | None = None
    """As printed; None where the person's data were erased."""
    document_type: str | None = None
    issued_on: date | None = None
    ended_on: date | None = None
    """Since when it is revoked or replaced."""


def verify_certificate(session: Session, typed: str) -> Verification:
    """Look up a check code however it was typed."""
    code = normalise_check_code(typed)
    error = find_typing_error(code)
    if error is not None:
        return Verification(group_check_code(code), State.MISTYPED, error)
    certificate = session.scalars(select(Certificate).where(Certificate.check_code == code)).one_or_none()
    if certificate is None:
        return Verification(group_check_code(code), State.UNKNOWN)
    facts = facts_from_json(certificate.facts)
    return Verification(
        code=group_check_code(code),
        state=state_of(certificate),
        name=certificate.name or None,
        document_type=f"{DOCUMENT_TYPE} {facts.programme_title}",
        issued_on=facts.issued_on,
        ended_on=day_of(certificate.revoked_at) if certificate.revoked_at else None,
    )


def state_of(certificate: Certificate) -> State:
    """Tell the state of a stored certificate."""
    if certificate.replaced_by_id is not None:
        return State.REPLACED
    return State.VALID if certificate.revoked_at is None else State.REVOKED
