"""What a participant sees of their own certificates, and what is still missing for the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.issue.issue_on_request import can_be_improved
from lti_tool.certificates.issue.read_done import read_done
from lti_tool.certificates.kinds import KINDS_ASKED_FOR, AskedDocument
from lti_tool.certificates.kinds.base import StillMissing
from lti_tool.certificates.kinds.done import Done
from lti_tool.certificates.kinds.renewal import Renewal, renewal_of
from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.kinds.wording import document_title
from lti_tool.certificates.name_certificate import may_name
from lti_tool.certificates.verify.verify_certificate import RegisterState, state_of
from lti_tool.domain.content.programme import Chapter, Module, Programme
from lti_tool.domain.documents.certificate import WHOLE_PROGRAMME, DocumentKind, Facts, day_of, lapsing_modules, missing_modules
from lti_tool.domain.documents.check_code import group_check_code
from lti_tool.domain.documents.printed_name import NameRefused, find_printable_name, refusal_of
from lti_tool.domain.rules.course_record import CourseRecord
from lti_tool.models import Certificate, NameRequest, User

# Within this time from its issue a document usually comes. Later nobody is told that it takes seconds.
_SOON: Final = timedelta(minutes=2)


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
    is_document_coming: bool = False
    """Its document is not there, but may come any moment."""
    replaced_by_id: int | None = None
    other_programme: str = ""
    """Title of the programme that it certifies, where that is not the course's."""
    renewal: Renewal | None = None
    """How it is kept, where it ends and is the newest of its kind."""


@dataclass(frozen=True)
class ModuleProof:
    """A document that a person may ask for, about one module: issued, due, or what it still needs."""

    module: Module
    missing: StillMissing | None
    """What it needs next."""
    is_due: bool
    """It can be issued now, or issued anew because it could say more."""
    is_issued: bool


@dataclass(frozen=True)
class ProofList:
    """The documents of one kind that a person may ask for."""

    kind: DocumentKind
    heading: str
    explanations: tuple[str, ...]
    proofs: tuple[ModuleProof, ...]


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
    lessons_left: Mapping[str, int] = field(default_factory=dict)
    """By module slug."""
    proofs: tuple[ProofList, ...] = ()
    has_certificate: bool = False
    open_chapters: tuple[Chapter, ...] = ()
    """Chapters of the draft that the course still asks for, of modules that are completed; those of the others wait with them."""
    live_share_pct: float = 100
    is_live_short: bool = False

    @property
    def is_document_coming(self) -> bool:
        """A document may come any moment: the page is worth looking at again."""
        return any(held.is_document_coming for held in self.certificates)

    @property
    def is_something_missing(self) -> bool:
        return bool(self.missing or self.open_chapters or self.is_live_short) and not self.has_certificate

    def shown_proofs(self, listed: ProofList) -> tuple[ModuleProof, ...]:
        """List the modules of a kind: not those that are only begun and stand under what is missing."""
        told = self.missing if self.is_something_missing else ()
        return tuple(proof for proof in listed.proofs if proof.is_due or proof.is_issued or proof.module not in told)

    def lessons_left_of(self, module: Module) -> int:
        """Count the lessons of a module that are still to be read."""
        return self.lessons_left.get(module.slug, 0)

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
        .where(Certificate.user_id == user_id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    ).all()
    done = read_done(session, programme, record, user_id=user_id)
    completed_on = done.completed_on
    missing = missing_modules(programme, completed_on, today=day_of(now), count_months=count_months)
    # Documents of all programmes are shown; what is missing, and what may be renewed, is said of the course's own.
    own = [row[0] for row in rows if row[0].programme_slug == programme.slug]
    newest_of = {certificate.subject: certificate for certificate in sorted(own, key=lambda each: each.serial)}
    newest = newest_of.get(WHOLE_PROGRAMME)
    renewal = renewal_of(newest, programme, done, today=day_of(now)) if newest is not None else None
    name = find_printable_name(user.certificate_name, user.name)
    return MyCertificates(
        certificates=tuple(
            _held(*row, programme=programme, verify_url=verify_url, renewal=renewal if row[0] is newest else None, now=now)
            for row in rows
        ),
        completed=len(programme.required_modules) - len(missing),
        missing=missing,
        name=name,
        may_name=not own and may_name(user.name),
        told_name=(user.name or "") if may_name(user.name) else "",
        name_refusal=refusal_of(user.name) if user.name else None,
        lapsed=frozenset(module.slug for module in missing if module.slug in completed_on),
        lapsing=()
        if newest is not None
        else lapsing_modules(programme, completed_on, today=day_of(now), count_months=count_months),
        lessons_left={module.slug: done.lessons_left(module) for module in programme.modules},
        proofs=_proof_lists(programme, done, newest_of),
        has_certificate=newest is not None,
        open_chapters=tuple(
            chapter
            for module in programme.required_modules
            if module not in missing
            for chapter in record.open_chapters.get(module.slug, ())
        ),
        live_share_pct=record.live_share_pct,
        is_live_short=record.is_live_short,
    )


def _proof_lists(programme: Programme, done: Done, newest_of: Mapping[str, Certificate]) -> tuple[ProofList, ...]:
    return tuple(
        ProofList(
            kind.kind,
            kind.heading,
            (kind.explanation, *([kind.explanation_of_test] if programme.has_exam and kind.explanation_of_test else ())),
            tuple(
                _proof(AskedDocument(kind, scope), done, newest_of.get(kind.subject(scope))) for scope in kind.scopes(programme)
            ),
        )
        for kind in KINDS_ASKED_FOR
    )


def _proof(asked: AskedDocument, done: Done, issued: Certificate | None) -> ModuleProof:
    is_wanted = issued is None or can_be_improved(issued, asked, done)
    return ModuleProof(
        module=asked.scope.module,
        missing=asked.kind.missing(asked.scope, done),
        is_due=is_wanted and asked.kind.is_due(asked.scope, done),
        is_issued=issued is not None,
    )


def _held(
    certificate: Certificate,
    document_bytes: int | None,
    has_credential: bool,
    request: NameRequest | None,
    *,
    programme: Programme,
    verify_url: str,
    renewal: Renewal | None,
    now: datetime,
) -> HeldCertificate:
    facts = facts_from_json(certificate.facts)
    if verify_url:
        facts = replace(facts, verify_url=f"{verify_url}/{group_check_code(facts.check_code)}")
    is_open = request is not None and not request.decision
    return HeldCertificate(
        id=certificate.id,
        title=document_title(facts),
        other_programme="" if certificate.programme_slug == programme.slug else facts.programme_title,
        name=certificate.name,
        issued_on=facts.issued_on,
        code=group_check_code(certificate.check_code),
        verify_url=facts.verify_url,
        state=state_of(certificate, today=day_of(now)),
        ended_on=day_of(certificate.revoked_at) if certificate.revoked_at else facts.valid_until,
        reason=certificate.revocation_reason,
        document_bytes=document_bytes,
        needs_help=bool(certificate.problem),
        is_sealed=bool(certificate.seal_level),
        has_credential=has_credential,
        wished_name=request.name if request is not None and is_open else "",
        refusal=request.answer if request is not None and request.decision == "refused" else "",
        linkedin_url=_linkedin_url(facts),
        is_document_coming=_is_coming(certificate, now),
        replaced_by_id=certificate.replaced_by_id,
        renewal=renewal,
    )


def _is_coming(certificate: Certificate, now: datetime) -> bool:
    if certificate.pdf_sha256 or certificate.problem or certificate.document_tries > 1:
        return False
    return now - _SOON < certificate.issued_at <= now


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
