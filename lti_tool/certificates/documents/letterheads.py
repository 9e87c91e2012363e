"""What documents bear: the letterhead of a registration, laid over the installation's."""

import tomllib
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.font_signs import missing_sign
from lti_tool.certificates.kinds.stored_facts import facts_from_json, facts_to_json, letterhead_from_json
from lti_tool.domain.documents.certificate import Facts, Issuer
from lti_tool.domain.documents.letterhead import Letterhead, LetterheadRefused, check_letterhead
from lti_tool.domain.people import Role, takes_part
from lti_tool.errors import ConfigurationError
from lti_tool.messages import N_
from lti_tool.models import Certificate, CertificateLetterhead, CertificateLogo, Course, Membership


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
