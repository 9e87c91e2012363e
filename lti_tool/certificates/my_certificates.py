"""What a participant sees of their own certificates, and the document to take home."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.issue_certificate import WHOLE_PROGRAMME
from lti_tool.certificates.name_certificate import may_name
from lti_tool.certificates.stored_facts import facts_from_json
from lti_tool.certificates.verify_certificate import State, state_of
from lti_tool.certificates.wording import document_title
from lti_tool.domain.certificate import day_of, find_printable_name, group_check_code, missing_modules
from lti_tool.domain.programme import Module, Programme
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import Certificate, Completion, User


@dataclass(frozen=True)
class HeldCertificate:
    id: int
    title: str
    name: str
    issued_on: date
    code: str
    verify_url: str
    state: State
    ended_on: date | None
    reason: str
    document_bytes: int | None
    """Size of the document; None: it is not there."""
    needs_help: bool
    """It could not be typeset; a person must decide how the name is written."""


@dataclass(frozen=True)
class MyCertificates:
    """Everything on the participant's page."""

    certificates: tuple[HeldCertificate, ...]
    completed: int
    missing: tuple[Module, ...]
    name: str | None
    """What will be printed; None: nobody has told it yet."""
    may_name: bool

    @property
    def waits_for_name(self) -> bool:
        """Everything is done, only the name is missing."""
        return not self.certificates and not self.missing and self.name is None


@dataclass(frozen=True)
class Document:
    pdf: bytes
    sha256: str
    file_name: str


def list_my_certificates(session: Session, programme: Programme, *, user_id: int, now: datetime) -> MyCertificates:
    """Collect a person's certificates and what is still missing for the next."""
    user = session.get_one(User, user_id)
    rows = session.execute(
        select(Certificate, func.length(Certificate.pdf))
        .where(Certificate.user_id == user_id, Certificate.programme_slug == programme.slug)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )
    completions = session.execute(select(Completion.module_slug, Completion.completed_at).where(Completion.user_id == user_id))
    missing = missing_modules(programme, {slug: day_of(at) for slug, at in completions})
    certificates = tuple(_held(row, document_bytes, day_of(now)) for row, document_bytes in rows)
    return MyCertificates(
        certificates=certificates,
        completed=len(programme.modules) - len(missing),
        missing=missing,
        name=find_printable_name(user.certificate_name, user.name),
        may_name=not certificates and may_name(user.name),
    )


def _held(certificate: Certificate, document_bytes: int | None, today: date) -> HeldCertificate:
    facts = facts_from_json(certificate.facts)
    return HeldCertificate(
        id=certificate.id,
        title=document_title(facts),
        name=certificate.name,
        issued_on=facts.issued_on,
        code=group_check_code(certificate.check_code),
        verify_url=facts.verify_url,
        state=state_of(certificate, today=today),
        ended_on=day_of(certificate.revoked_at) if certificate.revoked_at else None,
        reason=certificate.revocation_reason,
        document_bytes=document_bytes,
        needs_help=bool(certificate.problem),
    )


def get_document(session: Session, certificate_id: int, *, user_id: int) -> Document:
    """Give the stored document of one's own certificate.

    Raises:
        NotFound: there is none, or it is another person's; the answer does not tell which.
    """
    row = session.execute(
        select(Certificate.pdf, Certificate.pdf_sha256, Certificate.subject, Certificate.programme_slug).where(
            Certificate.id == certificate_id, Certificate.user_id == user_id, Certificate.pdf.is_not(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound(
            N_("Dieses Dokument gibt es nicht."),
            next_step=N_("Öffnen Sie „Meine Nachweise“: Dort stehen alle Ihre Dokumente."),
            code="certificate_not_found",
        )
    subject = row.programme_slug if row.subject == WHOLE_PROGRAMME else row.subject
    return Document(pdf=row.pdf, sha256=row.pdf_sha256, file_name=f"Zertifikat-{subject}.pdf")
