"""Tells anyone whether a certificate is genuine and valid, and shows what its paper says, so that a forged line is seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.kinds.wording import document_title, words_for
from lti_tool.domain.documents.certificate import Facts, day_of
from lti_tool.domain.documents.check_code import TypingError, group_check_code, read_check_code
from lti_tool.models import Certificate


class RegisterState(StrEnum):
    """What the register says of a check code."""

    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"


@dataclass(frozen=True)
class SealUsed:
    """The seal of a stored document: its PAdES level and the SHA-256 of the certificate that made it."""

    level: str
    fingerprint: str


@dataclass(frozen=True)
class Verification:
    """The answer to one check code. Only a certificate that exists has facts."""

    code: str
    """In groups, as read; what was typed may have differed."""
    state: RegisterState
    typing_error: TypingError | None = None
    wrong_sign: str = ""
    """The sign that no check code has, where one was typed."""
    document_type: str | None = None
    facts: Facts | None = None
    words: Mapping[str, object] | None = None
    """Every line as printed; None where the person's data were erased."""
    ended_on: date | None = None
    """Since when it is revoked or replaced; the last day of validity where it expired."""
    erased_on: date | None = None
    pdf_sha256: str | None = None
    seal: SealUsed | None = None
    """None: the document was issued without a seal, or is not made yet."""


def verify_certificate(session: Session, typed: str, *, now: datetime) -> Verification:
    """Look up a check code however it was typed or pasted."""
    read = read_check_code(typed)
    if read.error is not None:
        return Verification(group_check_code(read.code), RegisterState.MISTYPED, read.error, read.wrong_sign)
    certificate = session.scalars(select(Certificate).where(Certificate.check_code == read.code)).one_or_none()
    if certificate is None:
        return Verification(group_check_code(read.code), RegisterState.UNKNOWN)
    return verification_of(certificate, now=now)


def verification_of(certificate: Certificate, *, now: datetime) -> Verification:
    """Say of a stored certificate what anyone may know."""
    facts = facts_from_json(certificate.facts)
    state = state_of(certificate, today=day_of(now))
    ended_on = facts.valid_until if state is RegisterState.EXPIRED else None
    return Verification(
        code=group_check_code(certificate.check_code),
        state=state,
        document_type=document_title(facts),
        facts=facts,
        words=words_for(facts) if certificate.erased_at is None else None,
        ended_on=day_of(certificate.revoked_at) if certificate.revoked_at else ended_on,
        erased_on=day_of(certificate.erased_at) if certificate.erased_at else None,
        pdf_sha256=certificate.pdf_sha256,
        seal=SealUsed(certificate.seal_level, certificate.seal_fingerprint) if certificate.seal_level else None,
    )


def state_of(certificate: Certificate, *, today: date) -> RegisterState:
    """Return the state of a stored certificate on a day."""
    decided = decided_state_of(certificate)
    valid_until = certificate.facts.get("valid_until")
    has_expired = valid_until and today > date.fromisoformat(valid_until)
    return RegisterState.EXPIRED if has_expired and decided is RegisterState.VALID else decided


def decided_state_of(certificate: Certificate) -> RegisterState:
    """Return what people decided on a stored certificate: `valid`, `revoked` or `replaced`, whatever day it is."""
    if certificate.replaced_by_id is not None:
        return RegisterState.REPLACED
    return RegisterState.REVOKED if certificate.revoked_at is not None else RegisterState.VALID
