"""A name is wrong or has changed: the participant asks, an instructor decides, the certificate is issued anew."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.kinds.wording import document_title
from lti_tool.certificates.office.reissue_certificate import reissue_certificate
from lti_tool.certificates.verify.verify_certificate import RegisterState, state_of
from lti_tool.domain.documents.certificate import Issuer, day_of
from lti_tool.domain.documents.check_code import group_check_code
from lti_tool.domain.documents.printed_name import clean_name
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Clash, Shown
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.errors import Conflict, NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import Certificate, Membership, NameRequest

log = logging.getLogger(__name__)
REASON_MAX = 1000


@dataclass(frozen=True)
class OpenRequest:
    """What an instructor decides on."""

    id: int
    title: str
    code: str
    printed_name: str
    wished_name: str
    reason: str
    requested_at: datetime


def request_name(session: Session, certificate_id: int, *, user_id: int, name: str, reason: str, now: datetime) -> int:
    """Ask for another name on one's own valid certificate; asking again replaces what was asked.

    Raises:
        NameRefused: the name cannot be printed.
        NotFound, Conflict: it is not one's own, or not valid any more; or the name is the printed one.
    """
    row = session.get(Certificate, certificate_id, with_for_update=True)
    if row is None or row.user_id != user_id:
        raise NotFound(N_("Dieses Dokument gibt es nicht."), code="certificate_not_found")
    if row.revoked_at is not None or row.replaced_by_id is not None:
        raise Conflict(N_("Dieses Dokument gilt nicht mehr; ändern lässt sich nur ein gültiges."), code="certificate_not_valid")
    cleaned = clean_name(name)
    if cleaned == row.name:
        raise ToolError(
            N_("So steht der Name schon auf dem Dokument."),
            next_step=N_("Geben Sie den Namen so ein, wie er künftig darauf stehen soll."),
            code="name_unchanged",
        )
    if not clean_text(reason):
        raise ToolError(
            N_("Bitte nennen Sie den Grund."),
            next_step=N_("Ein Satz genügt, zum Beispiel „Tippfehler“ oder „Heirat“."),
            code="reason_missing",
        )
    request = session.scalars(select(NameRequest).where(NameRequest.certificate_id == row.id)).one_or_none()
    if request is None:
        request = NameRequest(certificate_id=row.id)
        session.add(request)
    request.name, request.reason, request.requested_at = cleaned, _cleaned(reason), now
    request.decision, request.answer, request.decided_at, request.decided_by_id = "", "", None, None
    session.flush()
    log.info("name_requested", extra={"certificate": row.id, "request": request.id})
    return request.id


def _cleaned(text: str) -> str:
    text = clean_text(text)
    if len(text) > REASON_MAX:
        raise ToolError(
            N_("Der Text ist zu lang: %(length)s Zeichen, möglich sind %(most)s."),
            next_step=N_("Kürzen Sie ihn und senden Sie noch einmal ab. Er steht noch im Feld."),
            code="reason_too_long",
            length=len(text),
            most=REASON_MAX,
        )
    return text


def list_name_requests(session: Session, *, course_id: int) -> list[OpenRequest]:
    """List the open requests of the people in a course, the oldest first."""
    rows = session.execute(
        select(NameRequest, Certificate)
        .join(Certificate, NameRequest.certificate_id == Certificate.id)
        .join(Membership, Membership.user_id == Certificate.user_id)
        .where(Membership.course_id == course_id, NameRequest.decision == "")
        .order_by(NameRequest.requested_at, NameRequest.id)
    )
    return [
        OpenRequest(
            id=request.id,
            title=document_title(facts_from_json(certificate.facts)),
            code=group_check_code(certificate.check_code),
            printed_name=certificate.name,
            wished_name=request.name,
            reason=request.reason,
            requested_at=request.requested_at,
        )
        for request, certificate in rows
    ]


def decide_name_request(
    session: Session,
    request_id: int,
    *,
    course_id: int,
    is_approved: bool,
    answer: str = "",
    shown: Shown = NOTHING_SHOWN,
    decided_by_id: int,
    issuer: Issuer,
    now: datetime,
) -> int | None:
    """Approve or refuse a request of somebody in one's own course.

    Approving issues all valid documents anew that bear the name as it is printed: whoever marries asks once.

    Args:
        shown: the wish that the page showed, as `wish`: who asks may ask anew at any time.
    Returns:
        The id of the document that follows the one that was asked for, else of another; None: refused.
    Raises:
        NotFound: no open request of anybody in this course has this id.
        ToolError: a refusal without a reason, or one that is too long.
        ChangedMeanwhile: the person wishes another name by now.
    """
    request = session.get(NameRequest, request_id, with_for_update=True)
    certificate = session.get(Certificate, request.certificate_id) if request is not None else None
    is_in_course = certificate is not None and session.scalar(
        select(Membership.id).where(Membership.course_id == course_id, Membership.user_id == certificate.user_id)
    )
    if request is None or certificate is None or not is_in_course or request.decision:
        raise NotFound(
            N_("Diese Anfrage gibt es nicht, oder sie ist schon entschieden."),
            next_step=N_("Laden Sie die Liste neu."),
            code="name_request_not_found",
        )
    # Whoever wants another name on their own certificate needs somebody else to look at their papers.
    if certificate.user_id == decided_by_id:
        raise Conflict(N_("Über den eigenen Namen entscheidet eine andere Person der Kursleitung."), code="own_request")
    if not shown.is_still("wish", request.name):
        raise ChangedMeanwhile({"wish": Clash(mine="", theirs=request.name)}, at=request.requested_at)
    if not is_approved and not clean_text(answer):
        raise ToolError(N_("Bitte nennen Sie den Grund der Ablehnung; die Person liest ihn."), code="reason_missing")
    request.decision, request.decided_at = "approved" if is_approved else "refused", now
    request.decided_by_id, request.answer = decided_by_id, _cleaned(answer)
    session.flush()
    log.info("name_request_decided", extra={"request": request.id, "decision": request.decision, "by": decided_by_id})
    if not is_approved:
        return None
    made = [
        reissue_certificate(session, row.check_code, issuer=issuer, name=request.name, now=now)
        for row in _with_this_name(session, certificate, today=day_of(now))
    ]
    _close_others(session, request, now=now)
    return made[0] if made else None


def _with_this_name(session: Session, asked: Certificate, *, today: date) -> list[Certificate]:
    """List what is issued anew: the document that was asked for, first, and all valid ones that bear the same name.

    The first may have been followed by another meanwhile (a renewal, a test passed since); that one bears the name, too.
    """
    rows = session.scalars(
        select(Certificate).where(
            Certificate.user_id == asked.user_id,
            Certificate.name == asked.name,
            Certificate.revoked_at.is_(None),
            Certificate.replaced_by_id.is_(None),
        )
    )
    chosen = [row for row in rows if row.id == asked.id or state_of(row, today=today) is RegisterState.VALID]
    return sorted(chosen, key=lambda row: (row.id != asked.id, row.id))


def _close_others(session: Session, approved: NameRequest, *, now: datetime) -> None:
    """Close the same wish for the person's other documents, which were issued anew along with this one."""
    of_person = select(Certificate.id).where(
        Certificate.user_id == select(Certificate.user_id).where(Certificate.id == approved.certificate_id).scalar_subquery()
    )
    session.execute(
        update(NameRequest)
        .where(NameRequest.certificate_id.in_(of_person), NameRequest.decision == "", NameRequest.name == approved.name)
        .values(decision="approved", decided_at=now, decided_by_id=approved.decided_by_id)
    )
