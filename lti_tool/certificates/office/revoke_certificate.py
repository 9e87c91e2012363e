"""Takes a certificate's validity away, with a reason, for everyone to see on its verification page."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.kinds.wording import document_title
from lti_tool.certificates.office.certificate_register import find_row
from lti_tool.domain.documents.check_code import group_check_code
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.errors import Conflict, NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import Membership

log = logging.getLogger(__name__)


def revoke_certificate(session: Session, typed_code: str, *, reason: str, now: datetime) -> int:
    """Revoke the certificate with this check code; the stored document stays as it was made.

    Args:
        reason: for the person and the register; the verification page does not show it.
    Returns:
        The certificate's id.
    Raises:
        MistypedCode, NotFound: the code leads nowhere.
        Conflict: it was revoked before; the first moment and reason stay.
    """
    check_reason(reason)
    row = find_row(session, typed_code)
    session.refresh(row, with_for_update=True)
    if row.revoked_at is not None:
        raise Conflict(
            N_("Dieses Zertifikat ist schon widerrufen."),
            next_step=N_("`lti-tool certificates show` nennt Zeitpunkt und Grund."),
            code="certificate_already_revoked",
        )
    row.revoked_at = now
    row.revocation_reason = clean_text(reason)
    session.flush()
    log.info("certificate_revoked", extra={"certificate": row.id})
    return row.id


def check_reason(reason: str) -> None:
    """Refuse a reason that says nothing."""
    if not clean_text(reason):
        raise ToolError(
            N_("Ein Widerruf braucht einen Grund."),
            next_step=N_("Nennen Sie ihn in einem Satz; die betroffene Person liest ihn."),
            code="reason_missing",
        )


@dataclass(frozen=True)
class Revocable:
    """What an administrator is about to revoke."""

    code: str
    title: str
    name: str
    issued_on: date


def find_revocable(session: Session, typed_code: str, *, course_id: int, by_id: int) -> Revocable:
    """Find a valid certificate of somebody in one's own course.

    Raises:
        ToolError: no code was typed.
        MistypedCode, NotFound: the code leads nowhere, or to somebody who is not in this course; the answer does not tell which.
        Conflict: it is revoked or replaced already, or one's own.
    """
    if not typed_code.strip():
        raise ToolError(N_("Bitte geben Sie den Prüfcode ein. Er steht unten auf dem Dokument."), code="code_missing")
    row = find_row(session, typed_code)
    in_course = select(Membership.id).where(Membership.course_id == course_id, Membership.user_id == row.user_id)
    if row.user_id is None or session.scalar(in_course) is None:
        raise NotFound(
            N_("Zu diesem Prüfcode gibt es in diesem Kurs kein Dokument."),
            next_step=N_("Vergleichen Sie den Code mit dem Dokument, oder öffnen Sie den Kurs der Person."),
            code="certificate_not_found",
        )
    if row.revoked_at is not None or row.replaced_by_id is not None:
        raise Conflict(N_("Dieses Dokument gilt schon nicht mehr."), code="certificate_not_valid")
    if row.user_id == by_id:
        raise Conflict(N_("Über das eigene Dokument entscheidet eine andere Person."), code="own_certificate")
    facts = facts_from_json(row.facts)
    return Revocable(group_check_code(row.check_code), document_title(facts), row.name, facts.issued_on)


def revoke_in_course(session: Session, typed_code: str, *, course_id: int, by_id: int, reason: str, now: datetime) -> None:
    """Revoke a certificate of somebody in one's own course; raises as `find_revocable` and `revoke_certificate` do."""
    find_revocable(session, typed_code, course_id=course_id, by_id=by_id)
    revoked = revoke_certificate(session, typed_code, reason=reason, now=now)
    log.info("certificate_revoked_in_course", extra={"certificate": revoked, "by": by_id})
