"""What a participant sees of their own certificates, and the document to take home."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.letterheads import find_logo
from lti_tool.certificates.issue_certificate import WHOLE_PROGRAMME, countable_completions, find_newest_certificate_id
from lti_tool.certificates.issue_participation import can_be_improved, participation_in
from lti_tool.certificates.kinds.renewal import Renewal, renewal_of
from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.kinds.wording import document_title
from lti_tool.certificates.name_certificate import may_name
from lti_tool.certificates.verify.verify_certificate import RegisterState, state_of
from lti_tool.domain.certificate import Facts, day_of, lapsing_modules, missing_modules
from lti_tool.domain.check_code import group_check_code
from lti_tool.domain.course_record import CourseRecord
from lti_tool.domain.printed_name import NameRefused, find_printable_name, refusal_of
from lti_tool.domain.programme import Chapter, Module, Programme
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import Certificate, NameRequest, User


@dataclass(frozen=True)
class HeldCertificate:
    id: int
    title: str
    name: str
    issued_on: date
    code: str
    verify_url: str
    state: RegisterState
    ended_on: date | None
    reason: str
    document_bytes: int | None
    """Size of the document; None: it is not there."""
    needs_help: bool
    """It could not be typeset; a person must decide how the name is written."""
    is_sealed: bool
    has_credential: bool
    wished_name: str
    """What the person asked to have printed instead and nobody has decided on; empty: nothing."""
    refusal: str
    """Why the last wish was refused; empty: it was not."""
    linkedin_url: str
    is_delayed: bool = False
    """Its document was tried to be made, and could not be."""
    replaced_by_id: int | None = None
    renewal: Renewal | None = None
    """How it is kept, where it ends and is the newest of its kind."""


@dataclass(frozen=True)
class ModuleProof:
    """A module's Teilnahmebescheinigung: issued, due, or what it still needs."""

    module: Module
    lessons_left: int
    is_live_left: bool
    is_due: bool
    """It can be issued now, or issued anew with the test passed since."""
    is_issued: bool


@dataclass(frozen=True)
class MyCertificates:
    """Everything on the participant's page."""

    certificates: tuple[HeldCertificate, ...]
    completed: int
    missing: tuple[Module, ...]
    name: str | None
    """What will be printed; None: there is no name that could be."""
    may_name: bool
    told_name: str = ""
    """The name that the platform told, where it cannot be printed; empty: none was told, or it can be."""
    name_refusal: NameRefused | None = None
    """Why that name cannot be printed."""
    lapsed: frozenset[str] = frozenset()
    """Slugs of modules that were completed too long ago to count."""
    lapsing: tuple[tuple[Module, date], ...] = ()
    """Modules that soon count no more towards the first certificate, each with the last day on which it does."""
    proofs: tuple[ModuleProof, ...] = ()
    has_certificate: bool = False
    open_chapters: tuple[Chapter, ...] = ()
    """Chapters of the draft that the course still asks for, of modules that are completed; those of the others wait with them."""
    live_share_pct: float = 100
    is_live_short: bool = False

    @property
    def is_something_missing(self) -> bool:
        return bool(self.missing or self.open_chapters or self.is_live_short) and not self.has_certificate

    @property
    def shown_proofs(self) -> tuple[ModuleProof, ...]:
        """The modules to list for a Teilnahmebescheinigung: not those that are only begun and stand under what is missing."""
        told = self.missing if self.is_something_missing else ()
        return tuple(proof for proof in self.proofs if proof.is_due or proof.is_issued or proof.module not in told)

    def lessons_left_of(self, module: Module) -> int:
        """Count the lessons of a module that are still to be read."""
        return next((proof.lessons_left for proof in self.proofs if proof.module == module), 0)

    @property
    def is_due(self) -> bool:
        """Everything is there for a certificate that was not issued yet: a name that came late, or a step elsewhere."""
        renewal = next((held.renewal for held in self.certificates if held.renewal is not None), None)
        is_first_due = not self.has_certificate and not self.is_something_missing and self.name is not None
        return is_first_due or (renewal is not None and renewal.is_open and not renewal.left)

    @property
    def waits_for_name(self) -> bool:
        """Everything is done, only the name is missing."""
        return not self.has_certificate and not self.is_something_missing and self.name is None


@dataclass(frozen=True)
class Document:
    pdf: bytes
    sha256: str
    file_name: str


def list_my_certificates(
    session: Session,
    programme: Programme,
    record: CourseRecord,
    *,
    user_id: int,
    count_months: int = 24,
    verify_url: str = "",
    now: datetime,
) -> MyCertificates:
    """Collect a person's documents and what is still missing for the next.

    Args:
        verify_url: where anyone verifies now; a document may have been issued at an earlier address.
    """
    user = session.get_one(User, user_id)
    rows = session.execute(
        select(Certificate, func.length(Certificate.pdf), Certificate.credential.is_not(None), NameRequest)
        .outerjoin(NameRequest, NameRequest.certificate_id == Certificate.id)
        .where(Certificate.user_id == user_id, Certificate.programme_slug == programme.slug)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    ).all()
    completed_on = {slug: day_of(at) for slug, (at, _) in countable_completions(session, user_id).items()}
    missing = missing_modules(programme, completed_on, today=day_of(now), count_months=count_months)
    newest = max((row[0] for row in rows if row[0].subject == WHOLE_PROGRAMME), key=lambda each: each.serial, default=None)
    renewal = renewal_of(newest, programme, completed_on, today=day_of(now)) if newest is not None else None
    name = find_printable_name(user.certificate_name, user.name)
    return MyCertificates(
        certificates=tuple(
            _held(*row, verify_url=verify_url, renewal=renewal if row[0] is newest else None, today=day_of(now)) for row in rows
        ),
        completed=len(programme.required_modules) - len(missing),
        missing=missing,
        name=name,
        may_name=not rows and may_name(user.name),
        told_name=(user.name or "") if may_name(user.name) else "",
        name_refusal=refusal_of(user.name) if user.name else None,
        lapsed=frozenset(module.slug for module in missing if module.slug in completed_on),
        lapsing=()
        if newest is not None
        else lapsing_modules(programme, completed_on, today=day_of(now), count_months=count_months),
        proofs=tuple(_proof(session, programme, module, record, user_id) for module in programme.modules),
        has_certificate=any(certificate.subject == WHOLE_PROGRAMME for certificate, *_ in rows),
        open_chapters=tuple(
            chapter
            for module in programme.required_modules
            if module not in missing
            for chapter in record.open_chapters.get(module.slug, ())
        ),
        live_share_pct=record.live_share_pct,
        is_live_short=record.is_live_short,
    )


def _proof(session: Session, programme: Programme, module: Module, record: CourseRecord, user_id: int) -> ModuleProof:
    issued = find_newest_certificate_id(session, programme, user_id, module.slug)
    state = participation_in(session, module, record, user_id=user_id)
    return ModuleProof(
        module=module,
        lessons_left=state.lessons_left,
        is_live_left=state.is_live_left,
        is_due=state.is_due and (issued is None or can_be_improved(session, issued)),
        is_issued=issued is not None,
    )


def _held(
    certificate: Certificate,
    document_bytes: int | None,
    has_credential: bool,
    request: NameRequest | None,
    *,
    verify_url: str,
    renewal: Renewal | None,
    today: date,
) -> HeldCertificate:
    facts = facts_from_json(certificate.facts)
    if verify_url:
        facts = replace(facts, verify_url=f"{verify_url}/{group_check_code(facts.check_code)}")
    is_open = request is not None and not request.decision
    return HeldCertificate(
        id=certificate.id,
        title=document_title(facts),
        name=certificate.name,
        issued_on=facts.issued_on,
        code=group_check_code(certificate.check_code),
        verify_url=facts.verify_url,
        state=state_of(certificate, today=today),
        ended_on=day_of(certificate.revoked_at) if certificate.revoked_at else facts.valid_until,
        reason=certificate.revocation_reason,
        document_bytes=document_bytes,
        needs_help=bool(certificate.problem),
        is_sealed=bool(certificate.seal_level),
        has_credential=has_credential,
        wished_name=request.name if request is not None and is_open else "",
        refusal=request.answer if request is not None and request.decision == "refused" else "",
        linkedin_url=_linkedin_url(facts),
        is_delayed=certificate.pdf_sha256 is None and certificate.document_tries > 1,
        replaced_by_id=certificate.replaced_by_id,
        renewal=renewal,
    )


def _linkedin_url(facts: Facts) -> str:
    # A plain address: LinkedIn's own form opens, filled in. No script, and nothing is sent unless the person follows it.
    values = {
        "startTask": "CERTIFICATION_NAME",
        "name": document_title(facts),
        "organizationName": facts.issuer_name,
        "issueYear": facts.issued_on.year,
        "issueMonth": facts.issued_on.month,
        "certUrl": facts.verify_url,
        "certId": group_check_code(facts.check_code),
    }
    if facts.valid_until is not None:
        values |= {"expirationYear": facts.valid_until.year, "expirationMonth": facts.valid_until.month}
    return f"https://www.linkedin.com/profile/add?{urlencode(values)}"


def get_credential(session: Session, certificate_id: int, *, user_id: int, as_token: bool) -> str:
    """Give the Open Badge of one's own document, as JSON-LD or as a token.

    Raises:
        NotFound: there is none, or it is another person's.
    """
    column = Certificate.credential_jwt if as_token else Certificate.credential
    found = session.scalar(select(column).where(Certificate.id == certificate_id, Certificate.user_id == user_id))
    if not found:
        raise NotFound(N_("Dieses Dokument gibt es nicht."), code="certificate_not_found")
    return found


def get_facts(session: Session, certificate_id: int, *, user_id: int) -> tuple[Facts, datetime, str]:
    """Give what one's own valid document says, when it was issued, and its logo as SVG: what another form of it is made from.

    Raises:
        NotFound: there is none, it does not hold any more, or it is another person's.
    """
    row = session.get(Certificate, certificate_id)
    if row is None or row.user_id != user_id or row.revoked_at is not None or row.replaced_by_id is not None or row.problem:
        raise NotFound(N_("Dieses Dokument gibt es nicht."), code="certificate_not_found")
    facts = facts_from_json(row.facts)
    return facts, row.issued_at, find_logo(session, facts.logo_sha256)


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
    is_programme = row.subject == WHOLE_PROGRAMME
    name = f"Zertifikat-{row.programme_slug}" if is_programme else f"Teilnahmebescheinigung-{row.subject}"
    return Document(pdf=row.pdf, sha256=row.pdf_sha256, file_name=f"{name}.pdf")
