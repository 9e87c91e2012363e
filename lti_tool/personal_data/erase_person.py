"""Erases a person from all tables (Art. 17 DSGVO): what stays answers whether a paper is genuine, and names nobody."""

import logging
import secrets
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lti_tool.certificates.office.erase_from_certificates import erase_from_certificates
from lti_tool.concerns.ask_for_erasure import note_erasure_done
from lti_tool.models import User
from lti_tool.personal_data.person_overview import ERASED, mentors_of, show_person
from lti_tool.personal_data.reach import PERSON, STAYING, actor_columns, own_tables

log = logging.getLogger(__name__)


def erase_person(session: Session, user_id: int, *, now: datetime) -> int:
    """Delete everything of a person; their certificates keep code, hash, kind, day of issue and state. Repeating is safe.

    Their own row stays empty: SQLite would give its number to the next person, who would then stand in the logs and in the
    visits (up to 12 hours) of the one who is gone. If the platform sends them again, they begin as somebody new.

    Returns:
        How many certificates were changed.
    Raises:
        NotFound: nobody has this id.
    """
    show_person(session, user_id)
    person = session.get_one(User, user_id, with_for_update=True)
    certificates = erase_from_certificates(session, user_id=user_id, now=now)
    note_erasure_done(session, user_id, now=now)
    for row in mentors_of(session, user_id):
        row.subs = [sub for sub in row.subs if sub != person.sub]
    for column in actor_columns():
        session.execute(update(column.table).where(column == user_id).values({column.name: None}))
    for own in own_tables():
        # What belongs to such a row goes with it.
        if own.parent is None and own.table is not PERSON and own.table not in STAYING:
            session.execute(delete(own.table).where(own.where(user_id)))
    person.sub = f"{ERASED}{secrets.token_hex(16)}"
    person.name = person.certificate_name = None
    person.locale = ""
    person.first_seen_at = person.last_seen_at = now
    session.flush()
    log.info("person_erased", extra={"user": user_id, "certificates": certificates})
    return certificates
