"""The letterhead of a registration: stored, read, laid over the installation's."""

import hashlib
import tomllib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.font_signs import missing_sign
from lti_tool.certificates.kinds.stored_facts import facts_from_json, facts_to_json, letterhead_from_json, letterhead_to_json
from lti_tool.certificates.office.check_logo import check_logo
from lti_tool.domain.certificate import Facts, Issuer
from lti_tool.domain.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown, merge
from lti_tool.domain.letterhead import Letterhead, LetterheadRefused, check_letterhead
from lti_tool.domain.people import Role, takes_part
from lti_tool.errors import ConfigurationError
from lti_tool.messages import N_
from lti_tool.models import Certificate, CertificateLetterhead, CertificateLogo, Course, Membership, User
from lti_tool.models.upsert import insert_for


def read_letterhead(path: Path) -> Letterhead:
    """Read the installation's letterhead from the operator's TOML file.

    Raises:
        ConfigurationError: the file has an error; the sentence names it.
    """
    try:
        return check_printable(letterhead_from_json(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, tomllib.TOMLDecodeError, TypeError, KeyError, LetterheadRefused) as err:
        raise ConfigurationError(f"LTI_TOOL_CERTIFICATE_LETTERHEAD: {path} cannot be used: {err}") from err


def letterhead_of(session: Session, registration_id: int | None) -> Letterhead:
    """Give what an administrator of this registration entered; empty where nobody did."""
    if registration_id is None:
        return Letterhead()
    row = session.get(CertificateLetterhead, registration_id)
    return letterhead_from_json(row.letterhead) if row is not None else Letterhead()


def effective_letterhead(session: Session, issuer: Issuer, registration_id: int | None) -> Letterhead:
    """Lay the registration's letterhead over the installation's, and both over the settings' issuer."""
    return lay_over(issuer, letterhead_of(session, registration_id))


def lay_over(issuer: Issuer, head: Letterhead) -> Letterhead:
    """Lay a registration's fields over the installation's letterhead, and both over the settings' issuer."""
    return head.over(issuer.letterhead).over(Letterhead(issuer_name=issuer.name, issuer_url=issuer.url, language="de"))


def latest_course(session: Session, user_id: int) -> Course | None:
    """Find the course that a person took part in last: their documents name it and bear its registration's letterhead.

    Courses that they teach count only where they take part in none, so that an instructor sees what participants see.
    """
    rows = session.execute(
        select(Course, Membership.roles)
        .join(Membership, Membership.course_id == Course.id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.last_seen_at.desc(), Course.id.desc())
    ).all()
    own = (course for course, words in rows if takes_part(frozenset(map(Role, words.split()))))
    return next(own, rows[0][0] if rows else None)


def save_letterhead(
    session: Session,
    registration_id: int,
    head: Letterhead,
    *,
    logo: bytes | None,
    shown: Shown = NOTHING_SHOWN,
    changed_by_id: int,
    now: datetime,
) -> Letterhead:
    """Store a registration's letterhead; documents issued from now on bear it, earlier ones stay as they are.

    Args:
        logo: a new SVG file; None: the logo that `head` names stays.
        shown: what the page showed, by the names of `Letterhead.texts`: only what was changed there is written.
    Raises:
        LetterheadRefused: a field or the logo cannot be printed.
        ChangedMeanwhile: somebody else has changed the same fields since the page was opened.
    """
    if logo is not None:
        svg = check_logo(logo)
        sha256 = hashlib.sha256(svg.encode()).hexdigest()
        insert = insert_for(session, CertificateLogo).values(sha256=sha256, svg=svg)
        session.execute(insert.on_conflict_do_nothing(index_elements=["sha256"]))
        head = replace(head, logo_sha256=sha256)
    if shown == NOTHING_SHOWN:  # all of it will be written; else what somebody else has written meanwhile belongs to it
        check_printable(head)
    row = _locked_row(session, registration_id, now=now)
    stored = letterhead_from_json(row.letterhead)
    merged = merge(shown, head.texts(), stored.texts())
    if merged.clashes:
        by = session.scalar(select(User.name).where(User.id == row.changed_by_id))
        raise ChangedMeanwhile(merged.clashes, by=by, at=row.changed_at)
    head = check_printable(with_changes(stored, head, merged.changed))
    old_logo = stored.logo_sha256
    row.letterhead, row.changed_at, row.changed_by_id = letterhead_to_json(head), now, changed_by_id
    session.flush()
    if old_logo and old_logo != head.logo_sha256:
        _try_again_at_once(session, old_logo)
    return head


def with_changes(stored: Letterhead, typed: Letterhead, changed: Collection[str]) -> Letterhead:
    """Return the stored letterhead with those of the typed fields that were changed on the page."""
    return replace(stored, **{name: getattr(typed, name) for name in changed})


def _locked_row(session: Session, registration_id: int, *, now: datetime) -> CertificateLetterhead:
    insert = insert_for(session, CertificateLetterhead).values(registration_id=registration_id, letterhead={}, changed_at=now)
    session.execute(insert.on_conflict_do_nothing(index_elements=["registration_id"]))
    return session.scalars(
        select(CertificateLetterhead).where(CertificateLetterhead.registration_id == registration_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()


def with_present_logo(session: Session, certificate: Certificate) -> Facts:
    """Give the facts of a document that is not made yet, with the logo that its registration uses now.

    A logo that could not be drawn is mended by another one; a document that waited for it bears that one.
    """
    facts = facts_from_json(certificate.facts)
    course = latest_course(session, certificate.user_id) if facts.logo_sha256 and certificate.user_id is not None else None
    head = letterhead_of(session, course.registration_id) if course is not None else None
    if head is None or head.logo_sha256 == facts.logo_sha256:
        return facts
    facts = replace(facts, logo_sha256=head.logo_sha256, logo_alt=head.logo_alt)
    certificate.facts = facts_to_json(facts)
    return facts


def find_logo(session: Session, sha256: str) -> str:
    """Give a stored logo; empty where there is none."""
    row = session.get(CertificateLogo, sha256) if sha256 else None
    return row.svg if row is not None else ""


def _try_again_at_once(session: Session, logo_sha256: str) -> None:
    """Let documents that are not made yet and name this logo wait no longer: perhaps it was what kept them."""
    waiting = select(Certificate).where(Certificate.pdf_sha256.is_(None), Certificate.document_due_at.is_not(None))
    for row in session.scalars(waiting):
        if facts_from_json(row.facts).logo_sha256 == logo_sha256:
            row.document_due_at = None
    session.flush()


def check_printable(head: Letterhead) -> Letterhead:
    """Check the fields, and that the fonts have all their signs: else nobody of the registration would get a document."""
    check_letterhead(head)
    texts = {name: value for name, value in vars(head).items() if isinstance(value, str)}
    texts["signatories"] = "".join(each.name + each.role for each in head.signatories)
    for field, text in texts.items():
        sign = missing_sign(text)
        if sign is not None:
            raise LetterheadRefused(field, N_("Die Druckschrift hat das Zeichen „%(sign)s“ nicht."), sign=sign)
    return head
