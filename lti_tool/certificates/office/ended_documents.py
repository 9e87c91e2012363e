"""Documents that were revoked or have expired: an administrator may issue them anew, because a revocation can be a mistake."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.kinds.wording import document_title
from lti_tool.certificates.office.reissue_certificate import reissue_certificate
from lti_tool.certificates.verify.verify_certificate import RegisterState, state_of
from lti_tool.domain.documents.certificate import Issuer, day_of
from lti_tool.domain.documents.check_code import group_check_code
from lti_tool.errors import Conflict, NotFound
from lti_tool.messages import N_
from lti_tool.models import Certificate, Membership

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EndedDocument:
    """A document that does not hold any more and has no successor."""

    id: int
    title: str
    code: str
    name: str
    is_revoked: bool
    """Else it has expired."""
    ended_on: date
    reason: str
    """Why it was revoked."""


def list_ended_documents(session: Session, *, course_id: int, today: date) -> list[EndedDocument]:
    """List what was revoked or has expired of the people in a course, the last first; not what was followed by another."""
    newest: dict[tuple[int | None, str], Certificate] = {}
    for row in session.scalars(_of_course(course_id).order_by(Certificate.serial)):
        newest[row.user_id, row.subject] = row
    rows = [row for row in newest.values() if state_of(row, today=today) in (RegisterState.REVOKED, RegisterState.EXPIRED)]
    return sorted((_ended(row) for row in rows), key=lambda each: each.ended_on, reverse=True)


def issue_anew(session: Session, certificate_id: int, *, course_id: int, by_id: int, issuer: Issuer, now: datetime) -> int:
    """Issue an ended document of somebody in one's own course anew; the old one leads to the new one.

    Returns:
        The successor's id.
    Raises:
        NotFound: no ended document of anybody in this course has this id.
        Conflict: it is one's own, or was followed by another.
    """
    row = session.scalars(_of_course(course_id).where(Certificate.id == certificate_id)).one_or_none()
    if row is None or state_of(row, today=day_of(now)) not in (RegisterState.REVOKED, RegisterState.EXPIRED):
        raise NotFound(
            N_("Dieses Dokument gilt, oder jemand hat es schon neu ausgestellt."),
            next_step=N_("Laden Sie die Liste neu."),
            code="document_not_ended",
        )
    if row.user_id == by_id:
        raise Conflict(N_("Über das eigene Dokument entscheidet eine andere Person."), code="own_certificate")
    successor = reissue_certificate(session, row.check_code, issuer=issuer, may_have_ended=True, now=now)
    log.info("certificate_issued_anew", extra={"certificate": certificate_id, "successor": successor, "by": by_id})
    return successor


def _ended(row: Certificate) -> EndedDocument:
    facts = facts_from_json(row.facts)
    return EndedDocument(
        id=row.id,
        title=document_title(facts),
        code=group_check_code(row.check_code),
        name=row.name,
        is_revoked=row.revoked_at is not None,
        ended_on=day_of(row.revoked_at) if row.revoked_at is not None else facts.valid_until or facts.issued_on,
        reason=row.revocation_reason,
    )


def _of_course(course_id: int) -> Select[Certificate]:
    in_course = select(Membership.user_id).where(Membership.course_id == course_id)
    return select(Certificate).where(Certificate.user_id.in_(in_course))
