"""To which Transferfragen people wrote something; what they wrote is nobody's business here."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models import TransferNote
from lti_tool.progress.live_records import People


def written_notes(session: Session, people: People) -> Mapping[int, frozenset[str]]:
    """Give, by user, the codes of the lessons to which there is a note."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    query = select(TransferNote.user_id, TransferNote.lesson_code).where(TransferNote.user_id.in_(people))
    for user_id, code in session.execute(query):
        found[user_id].add(code)
    return {user_id: frozenset(codes) for user_id, codes in found.items()}
