"""Erases a person from their certificates: what stays answers whether a paper or a file is genuine, and no more."""

import logging
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_from_json, facts_to_json
from lti_tool.domain.documents.certificate import without_person
from lti_tool.models import Certificate, NameRequest

log = logging.getLogger(__name__)


def erase_from_certificates(session: Session, *, user_id: int, now: datetime) -> int:
    """Take name, document and credential off all certificates of a person; code, hash, kind, day of issue and state stay.

    Repeating is safe.

    Returns:
        How many certificates were changed.
    """
    rows = session.scalars(select(Certificate).where(Certificate.user_id == user_id).with_for_update()).all()
    session.execute(delete(NameRequest).where(NameRequest.certificate_id.in_([row.id for row in rows])))
    for row in rows:
        row.facts = facts_to_json(without_person(facts_from_json(row.facts)))
        row.name = ""
        # The SHA-256 stays: whoever holds the file can still be told that it is genuine.
        row.pdf = row.credential = row.credential_jwt = None
        row.user_id = None
        row.erased_at = now
    session.flush()
    log.info("certificates_erased", extra={"user": user_id, "certificates": len(rows)})
    return len(rows)
