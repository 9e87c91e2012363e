"""A participant's own document to take home: as PDF, as Open Badge, and what other forms of it are made from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.letterheads import find_logo
from lti_tool.certificates.kinds import kind_of
from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.domain.documents.certificate import Facts
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import Certificate


@dataclass(frozen=True)
class OwnDocument:
    """The stored PDF of one's own certificate."""

    pdf: bytes
    sha256: str
    file_name: str


@dataclass(frozen=True)
class IssuedFacts:
    """What a valid document says, when it was issued, and the logo that it bears."""

    facts: Facts
    issued_at: datetime
    logo_svg: str
    """Empty: none."""


def get_credential(session: Session, certificate_id: int, *, user_id: int, as_token: bool) -> str:
    """Return the Open Badge of one's own document, as JSON-LD or as a token.

    Raises:
        NotFound: there is none, or it is another person's.
    """
    column = Certificate.credential_jwt if as_token else Certificate.credential
    found = session.scalar(select(column).where(Certificate.id == certificate_id, Certificate.user_id == user_id))
    if not found:
        raise NotFound(N_("Dieses Dokument gibt es nicht."), code="certificate_not_found")
    return found


def get_issued_facts(session: Session, certificate_id: int, *, user_id: int) -> IssuedFacts:
    """Return what another form of one's own valid document is made from.

    Raises:
        NotFound: there is none, it does not hold any more, or it is another person's.
    """
    row = session.get(Certificate, certificate_id)
    if row is None or row.user_id != user_id or row.revoked_at is not None or row.replaced_by_id is not None or row.problem:
        raise NotFound(N_("Dieses Dokument gibt es nicht."), code="certificate_not_found")
    facts = facts_from_json(row.facts)
    return IssuedFacts(facts, row.issued_at, find_logo(session, facts.logo_sha256))


def get_document(session: Session, certificate_id: int, *, user_id: int) -> OwnDocument:
    """Return the stored document of one's own certificate.

    Raises:
        NotFound: there is none, or it is another person's; the answer does not tell which.
    """
    row = session.execute(
        select(Certificate.pdf, Certificate.pdf_sha256, Certificate.subject, Certificate.programme_slug, Certificate.facts).where(
            Certificate.id == certificate_id, Certificate.user_id == user_id, Certificate.pdf.is_not(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound(
            N_("Dieses Dokument gibt es nicht."),
            next_step=N_("Öffnen Sie „Meine Nachweise“: Dort stehen alle Ihre Dokumente."),
            code="certificate_not_found",
        )
    name = kind_of(facts_from_json(row.facts).kind).file_name(row.programme_slug, row.subject)
    return OwnDocument(pdf=row.pdf, sha256=row.pdf_sha256, file_name=f"{name}.pdf")
