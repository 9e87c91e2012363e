"""Issues the certificate of the whole programme, once, with the last completion."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.issue.certificate_rows import RegisterPlace, find_newest_certificate, insert_once
from lti_tool.certificates.issue.compose_facts import Award, compose_facts
from lti_tool.certificates.issue.read_done import read_done
from lti_tool.certificates.kinds.programme_certificate import ProgrammeCertificate
from lti_tool.certificates.kinds.renewal import done_again, is_renewable
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer, day_of
from lti_tool.domain.documents.printed_name import find_printable_name
from lti_tool.domain.rules.course_record import CourseRecord
from lti_tool.models import User

log = logging.getLogger(__name__)
_KIND = ProgrammeCertificate()


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
    user = session.scalars(
        select(User).where(User.id == user_id).with_for_update(key_share=True), execution_options={"populate_existing": True}
    ).one_or_none()
    done = read_done(session, programme, record, user_id=user_id)
    done = done.counting(day_of(now), count_months=issuer.modules_count_months)
    if newest is not None:
        done = done_again(newest, done)
    (scope,) = _KIND.scopes(programme)
    if user is None or not _KIND.is_due(scope, done):
        return newest.id if newest is not None else None
    name = find_printable_name(user.certificate_name, user.name, newest.name if newest is not None else None)
    if name is None:
        log.info("certificate_waits_for_name", extra={"user": user_id})
        return None
    facts = compose_facts(session, Award(_KIND, scope, done, user_id, name), issuer=issuer, now=now)
    serial = newest.serial + 1 if newest is not None else 1
    return insert_once(session, RegisterPlace(user_id, programme.slug, _KIND.subject(scope), serial), facts, now=now)


def find_lasting_certificate_id(session: Session, programme: Programme, user_id: int, *, now: datetime) -> int | None:
    """Return a person's certificate that need not, or cannot yet, be renewed; None: there is none."""
    newest = find_newest_certificate(session, programme, user_id)
    return newest.id if newest is not None and not is_renewable(newest, today=day_of(now)) else None
