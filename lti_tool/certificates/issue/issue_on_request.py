"""Issues a document that a participant asks for, when the conditions of its kind are met."""

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.certificates.issue.certificate_rows import RegisterPlace, find_newest_certificate, insert_once
from lti_tool.certificates.issue.compose_facts import Award, compose_facts
from lti_tool.certificates.issue.read_done import read_done
from lti_tool.certificates.issue.replace_certificate import replace_certificate
from lti_tool.certificates.kinds import AskedDocument
from lti_tool.certificates.kinds.done import Done
from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.documents.printed_name import find_printable_name
from lti_tool.domain.rules.course_record import CourseRecord
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import Certificate, User


def issue_on_request(
    session: Session, asked: AskedDocument, record: CourseRecord, *, user_id: int, issuer: Issuer, now: datetime
) -> int:
    """Issue what a person asks for, or return the document that was issued before and says all it could.

    Raises:
        Conflict: something is still missing, or there is no name that could be printed.
    """
    kind, scope = asked.kind, asked.scope
    subject = kind.subject(scope)
    # First the person, so that of two requests at once the later one sees what the earlier has issued.
    user = session.get_one(User, user_id, with_for_update={"key_share": True})
    issued = find_newest_certificate(session, scope.programme, user_id, subject)
    done = read_done(session, scope.programme, record, user_id=user_id)
    if issued is not None and not can_be_improved(issued, asked, done):
        return issued.id
    if not kind.is_due(scope, done):
        raise Conflict(
            N_("Für diesen Nachweis fehlt noch etwas."),
            next_step=N_("Was fehlt, steht auf der Seite des Moduls."),
            code="document_not_due",
        )
    name = find_printable_name(user.certificate_name, user.name)
    if name is None:
        raise Conflict(
            N_("Für den Nachweis fehlt Ihr Name."),
            next_step=N_("Geben Sie ihn unter „Meine Nachweise“ an."),
            code="name_missing",
        )
    facts = compose_facts(session, Award(kind, scope, done, user_id, name), issuer=issuer, now=now)
    if issued is None:
        return insert_once(session, RegisterPlace(user_id, scope.programme.slug, subject), facts, now=now)
    return replace_certificate(session, issued, facts, now=now)


def can_be_improved(issued: Certificate, asked: AskedDocument, done: Done) -> bool:
    """Whether a person's newest document of a subject is valid and could say more by now."""
    if issued.revoked_at is not None or issued.replaced_by_id is not None:
        return False
    return asked.kind.is_outdated(facts_from_json(issued.facts), asked.scope, done)
