"""Issues the certificate of the whole programme, once, with the last completion."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.font_signs import keep_printable
from lti_tool.certificates.documents.letterheads import effective_letterhead, latest_course
from lti_tool.certificates.documents.queue import call_for_document
from lti_tool.certificates.kinds.renewal import done_again, is_renewable
from lti_tool.certificates.kinds.stored_facts import facts_to_json
from lti_tool.domain.certificate import CertifiedModule, Facts, Issuer, day_of, hours_in_print, missing_modules
from lti_tool.domain.check_code import group_check_code, new_check_code
from lti_tool.domain.course_record import CourseRecord
from lti_tool.domain.letterhead import Letterhead, add_months
from lti_tool.domain.multilang import in_one_language
from lti_tool.domain.printed_name import find_printable_name
from lti_tool.domain.programme import Programme
from lti_tool.models import Attempt, Certificate, Completion, User

WHOLE_PROGRAMME = "programme"
# Two lines of the page.
_TITLE_LENGTH_MAX = 160
# Moodle allows 254 signs, others any number; so many are four lines of the document.
_COURSE_LENGTH_MAX = 160
log = logging.getLogger(__name__)


def issue_certificate(
    session: Session, programme: Programme, record: CourseRecord, *, user_id: int, issuer: Issuer, now: datetime
) -> int | None:
    """Issue a person's certificate if all modules are completed, their record is complete and the name is known.

    Runs in the caller's transaction. Repeating is safe: whoever has a certificate gets that one's id, whatever came of it. One
    that ends is renewed once everything was done again (`renewal.py`); the new one has its own code, the old one ends by itself.

    Returns:
        The certificate's id; None: something is still missing (a module, chapters, live time, or the name to print).
    """
    newest = find_newest_certificate(session, programme, user_id)
    if newest is not None and not is_renewable(newest, today=day_of(now)):
        return newest.id
    issued = newest.id if newest is not None else None
    user = session.scalars(
        select(User).where(User.id == user_id).with_for_update(key_share=True), execution_options={"populate_existing": True}
    ).one_or_none()
    completions = countable_completions(session, user_id)
    completed_on = {slug: day_of(at) for slug, (at, _) in completions.items()}
    if newest is not None:
        completed_on = done_again(newest, completed_on)
    if user is None or missing_modules(programme, completed_on, today=day_of(now), count_months=issuer.modules_count_months):
        return issued
    if not record.is_done:
        return issued
    name = find_printable_name(user.certificate_name, user.name, newest.name if newest is not None else None)
    if name is None:
        log.info("certificate_waits_for_name", extra={"user": user_id})
        return None
    facts = _facts(session, programme, completions, record, user_id=user_id, name=name, issuer=issuer, now=now)
    serial = newest.serial + 1 if newest is not None else 1
    return insert_once(session, programme, user_id, facts, subject=WHOLE_PROGRAMME, serial=serial, now=now)


def has_lasting_certificate(session: Session, programme: Programme, user_id: int, *, now: datetime) -> bool:
    """Tell whether a person has a certificate that need not, or cannot yet, be renewed."""
    newest = find_newest_certificate(session, programme, user_id)
    return newest is not None and not is_renewable(newest, today=day_of(now))


def find_newest_certificate(
    session: Session, programme: Programme, user_id: int, subject: str = WHOLE_PROGRAMME
) -> Certificate | None:
    """Find the latest document of a person: the certificate, or for a module's slug its Teilnahmebescheinigung."""
    return session.scalars(
        select(Certificate)
        .where(
            Certificate.user_id == user_id,
            Certificate.programme_slug == programme.slug,
            Certificate.subject == subject,
        )
        .order_by(Certificate.serial.desc())
        .limit(1)
    ).one_or_none()


def find_newest_certificate_id(
    session: Session, programme: Programme, user_id: int, subject: str = WHOLE_PROGRAMME
) -> int | None:
    """Give the id alone."""
    newest = find_newest_certificate(session, programme, user_id, subject)
    return newest.id if newest is not None else None


def countable_completions(session: Session, user_id: int) -> dict[str, tuple[datetime, str]]:
    """Give, by module slug, when a person completed each module and in which version.

    A quiz passed again later renews the moment: that is how a module that has lapsed comes to count once more.
    """
    completions = {
        slug: (completed_at, version)
        for slug, completed_at, version in session.execute(
            select(Completion.module_slug, Completion.completed_at, Completion.programme_version).where(
                Completion.user_id == user_id
            )
        )
    }
    passed_again = session.execute(
        select(Attempt.module_slug, Attempt.submitted_at, Attempt.programme_version)
        .where(Attempt.user_id == user_id, Attempt.is_passed.is_(True), Attempt.submitted_at.is_not(None))
        .order_by(Attempt.submitted_at)
    )
    for slug, submitted_at, version in passed_again:
        if slug in completions and submitted_at is not None and submitted_at > completions[slug][0]:
            completions[slug] = (submitted_at, version)
    return completions


def _facts(
    session: Session,
    programme: Programme,
    completions: Mapping[str, tuple[datetime, str]],
    record: CourseRecord,
    *,
    user_id: int,
    name: str,
    issuer: Issuer,
    now: datetime,
) -> Facts:
    course = latest_course(session, user_id)
    head = effective_letterhead(session, issuer, course.registration_id if course else None)
    minutes = sum(record.minutes_in(module) for module in programme.required_modules)
    facts = begin_facts(programme, head, issuer, name=name, now=now)
    issued_on = day_of(now)
    return replace(
        facts,
        title=head.certificate_title,
        modules=tuple(
            CertifiedModule(module.number, module.title, completions[module.slug][1], day_of(completions[module.slug][0]))
            for module in programme.required_modules
        ),
        hours=head.hours or hours_in_print(minutes / 60),
        is_tested=all(module.slug in record.tested for module in programme.required_modules),
        draft_title=keep_printable(record.draft_title)[:_TITLE_LENGTH_MAX],
        course=in_one_language(course.title, head.language) if course else "",
        valid_until=add_months(issued_on, head.valid_months) if head.valid_months else None,
    )


def begin_facts(programme: Programme, head: Letterhead, issuer: Issuer, *, name: str, now: datetime) -> Facts:
    """Begin the facts of either document: who, when, under which code, in which dress."""
    code = new_check_code()
    return Facts(
        name=name,
        programme_title=programme.title,
        modules=(),
        hours=0,
        issuer_name=head.issuer_name,
        issuer_url=head.issuer_url,
        issued_on=day_of(now),
        check_code=code,
        verify_url=f"{issuer.verify_url}/{group_check_code(code)}",
        language=head.language,
        signatories=head.signatories,
        note=head.note,
        accent=head.accent,
        logo_sha256=head.logo_sha256,
        logo_alt=head.logo_alt,
    )


def certificate_values(
    facts: Facts, *, programme_slug: str, subject: str, user_id: int | None, serial: int, now: datetime
) -> dict[str, Any]:
    """Give the columns of a document that is issued now."""
    # A picture in a course's title is no reason to keep anybody waiting for their document, nor is a title of any length.
    facts = replace(facts, course=_shortened(keep_printable(facts.course)))
    return {
        "user_id": user_id,
        "programme_slug": programme_slug,
        "subject": subject,
        "serial": serial,
        "check_code": facts.check_code,
        "name": facts.name,
        "facts": facts_to_json(facts),
        "issued_at": now,
    }


def _shortened(title: str) -> str:
    return title if len(title) <= _COURSE_LENGTH_MAX else f"{title[: _COURSE_LENGTH_MAX - 1].rstrip()}…"


def insert_once(
    session: Session, programme: Programme, user_id: int, facts: Facts, *, subject: str, serial: int = 1, now: datetime
) -> int:
    """Insert a person's next document of a subject; where somebody was faster, give that one's id."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = certificate_values(facts, programme_slug=programme.slug, subject=subject, user_id=user_id, serial=serial, now=now)
    certificate_id = session.scalar(
        insert(Certificate)
        .values(values)
        .on_conflict_do_nothing(index_elements=["user_id", "programme_slug", "subject", "serial"])
        .returning(Certificate.id)
    )
    if certificate_id is None:
        # The constraint has the last word: somebody issued it since we looked.
        certificate_id = find_newest_certificate_id(session, programme, user_id, subject)
        assert certificate_id is not None
    else:
        call_for_document(session, certificate_id)
        log.info("certificate_issued", extra={"certificate": certificate_id, "user": user_id, "subject": subject})
    return certificate_id
