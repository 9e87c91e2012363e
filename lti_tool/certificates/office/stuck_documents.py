"""A name that the fonts cannot set: an instructor sees it, agrees on another spelling, and the document is issued anew."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.kinds.wording import document_title
from lti_tool.certificates.office.reissue_certificate import reissue_certificate
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.documents.check_code import group_check_code
from lti_tool.errors import Conflict, NotFound
from lti_tool.messages import N_
from lti_tool.models import Certificate, Membership

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StuckDocument:
    """A valid certificate whose document a person has to help with."""

    id: int
    title: str
    code: str
    name: str
    problem: str


def list_stuck_documents(session: Session, *, course_id: int) -> list[StuckDocument]:
    """List the certificates of the people in a course that could not be set, the oldest first."""
    rows = session.scalars(_stuck(course_id).order_by(Certificate.issued_at, Certificate.id))
    return [
        StuckDocument(
            id=row.id,
            title=document_title(facts_from_json(row.facts)),
            code=group_check_code(row.check_code),
            name=row.name,
            problem=row.problem,
        )
        for row in rows
    ]


def respell_document(
    session: Session, certificate_id: int, *, course_id: int, name: str, decided_by_id: int, issuer: Issuer, now: datetime
) -> int:
    """Issue a stuck certificate of somebody in one's own course anew, with the name in another spelling.

    Returns:
        The successor's id.
    Raises:
        NotFound: no certificate of anybody in this course waits for help under this id.
        Conflict: it is one's own.
        NameRefused: this name cannot be printed either.
    """
    row = session.scalars(_stuck(course_id).where(Certificate.id == certificate_id)).one_or_none()
    if row is None:
        raise NotFound(
            N_("Dieses Dokument wartet nicht auf Hilfe, oder jemand hat schon geholfen."),
            next_step=N_("Laden Sie die Liste neu."),
            code="document_not_stuck",
        )
    if row.user_id == decided_by_id:
        raise Conflict(N_("Über den eigenen Namen entscheidet eine andere Person der Kursleitung."), code="own_request")
    successor = reissue_certificate(session, row.check_code, issuer=issuer, name=name, now=now)
    log.info("certificate_respelled", extra={"certificate": certificate_id, "by": decided_by_id})
    return successor


def _stuck(course_id: int) -> Select[Certificate]:
    in_course = select(Membership.user_id).where(Membership.course_id == course_id)
    return select(Certificate).where(
        Certificate.user_id.in_(in_course),
        Certificate.problem != "",
        Certificate.pdf_sha256.is_(None),
        Certificate.revoked_at.is_(None),
        Certificate.replaced_by_id.is_(None),
    )
