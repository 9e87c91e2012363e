"""The row of an issued document: its columns, inserted once, and the newest of a person's."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.font_signs import keep_printable
from lti_tool.certificates.documents.queue import call_for_document
from lti_tool.certificates.kinds.stored_facts import facts_to_json
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import WHOLE_PROGRAMME, Facts
from lti_tool.models import Certificate
from lti_tool.models.upsert import insert_for

# Two lines of the page.
_TITLE_LENGTH_MAX = 160
# Moodle allows 254 signs, others any number; so many are four lines of the document.
_COURSE_LENGTH_MAX = 160
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RegisterPlace:
    """Where a document stands in the register: whose it is, about what, and the how-manieth."""

    user_id: int | None
    programme_slug: str
    subject: str
    serial: int = 1


def certificate_values(facts: Facts, place: RegisterPlace, *, now: datetime) -> dict[str, Any]:
    """Return the columns of a document that is issued now."""
    # A picture in a title is no reason to keep anybody waiting for their document, nor is a title of any length.
    facts = replace(
        facts,
        course=_shortened(keep_printable(facts.course)),
        draft_title=keep_printable(facts.draft_title)[:_TITLE_LENGTH_MAX],
    )
    return vars(place) | {
        "check_code": facts.check_code,
        "name": facts.name,
        "facts": facts_to_json(facts),
        "issued_at": now,
    }


def insert_once(session: Session, place: RegisterPlace, facts: Facts, *, now: datetime) -> int:
    """Insert a person's next document of a subject; where somebody was faster, return that one's id."""
    certificate_id: int | None = session.scalar(
        insert_for(session, Certificate)
        .values(certificate_values(facts, place, now=now))
        .on_conflict_do_nothing(index_elements=["user_id", "programme_slug", "subject", "serial"])
        .returning(Certificate.id)
    )
    if certificate_id is None:
        # The constraint has the last word: somebody issued it since we looked.
        certificate_id = session.scalar(_of(place.user_id, place.programme_slug, place.subject).with_only_columns(Certificate.id))
        assert certificate_id is not None
    else:
        call_for_document(session, certificate_id)
        log.info("certificate_issued", extra={"certificate": certificate_id, "user": place.user_id, "subject": place.subject})
    return certificate_id


def find_newest_certificate(
    session: Session, programme: Programme, user_id: int, subject: str = WHOLE_PROGRAMME
) -> Certificate | None:
    """Find a person's latest document of a subject: the certificate, unless another is named."""
    return session.scalars(_of(user_id, programme.slug, subject)).one_or_none()


def find_newest_certificate_id(
    session: Session, programme: Programme, user_id: int, subject: str = WHOLE_PROGRAMME
) -> int | None:
    """Return the id alone."""
    newest = find_newest_certificate(session, programme, user_id, subject)
    return newest.id if newest is not None else None


def _of(user_id: int | None, programme_slug: str, subject: str) -> Select[Certificate]:
    """Choose the newest."""
    of_subject = select(Certificate).filter_by(user_id=user_id, programme_slug=programme_slug, subject=subject)
    return of_subject.order_by(Certificate.serial.desc()).limit(1)


def _shortened(title: str) -> str:
    return title if len(title) <= _COURSE_LENGTH_MAX else f"{title[: _COURSE_LENGTH_MAX - 1].rstrip()}…"
