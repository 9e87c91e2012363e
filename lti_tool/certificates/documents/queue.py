"""Which documents are still to be made, and who makes them: the certificate's own row is the outbox.

Whoever makes a document claims it first, for a while: so several processes never set or seal the same one twice, and what a crash
leaves behind is taken up again when the claim has run out. On PostgreSQL a row calls a worker as soon as the issuing
transaction commits (as with scores, decision 13); on SQLite the embedded engine is woken, and both look again by themselves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.jobs.calls import call_worker, take_calls_back
from lti_tool.jobs.job import task_of
from lti_tool.models import Certificate

JOB: Final = "make_documents"
# Longer than setting a document and asking a slow timestamp authority takes.
CLAIM: Final = timedelta(minutes=2)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DocumentBacklog:
    """What monitors ask: documents that are not made yet, and those that a person has to help with."""

    waiting: int
    oldest_waiting_s: int
    """Since the issue; 0: none waits."""
    for_a_person: int


def call_for_document(session: Session, certificate_id: int) -> None:
    """Call somebody to make a document once the caller's transaction commits; on SQLite who commits wakes the engine."""
    call_worker(session, [_lock(certificate_id)], queue=JOB, task=task_of(JOB))


def find_due_documents(session: Session, *, now: datetime, limit: int = 50) -> list[int]:
    """List certificates whose document is to be made now, those that have waited longest first."""
    due = select(Certificate.id).where(_is_missing(), _is_due(now)).order_by(Certificate.issued_at, Certificate.id)
    return list(session.scalars(due.limit(limit)))


def claim_document(session: Session, certificate_id: int, *, now: datetime) -> bool:
    """Take a document and its call for a while; False: it is made, somebody else makes it, or its time is not come."""
    claiming = (
        update(Certificate)
        .where(Certificate.id == certificate_id, _is_missing(), _is_due(now))
        .values(document_tries=Certificate.document_tries + 1, document_due_at=now + CLAIM)
        .execution_options(synchronize_session=False)
    )
    result = session.execute(claiming)
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        return False
    take_calls_back(session, [_lock(certificate_id)])
    return True


def put_document_off(session: Session, certificate_id: int, *, now: datetime) -> None:
    """Give a claim back after a failure; the pause doubles with each try."""
    row = session.get_one(Certificate, certificate_id)
    row.document_due_at = now + min(_FIRST_PAUSE * 2 ** min(row.document_tries - 1, 10), _LONGEST_PAUSE)


def document_backlog(session: Session, *, now: datetime) -> DocumentBacklog:
    """Count what is not made yet."""
    waiting, oldest = session.execute(select(func.count(), func.min(Certificate.issued_at)).where(_is_missing())).one()
    stuck = select(func.count()).where(Certificate.pdf_sha256.is_(None), Certificate.problem != "", _is_wanted())
    return DocumentBacklog(
        waiting=waiting,
        oldest_waiting_s=max(0, int((now - oldest).total_seconds())) if oldest else 0,
        for_a_person=session.scalar(stuck) or 0,
    )


def _is_missing() -> ColumnElement[bool]:
    return and_(Certificate.pdf_sha256.is_(None), Certificate.problem == "", Certificate.erased_at.is_(None))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(Certificate.document_due_at.is_(None), Certificate.document_due_at <= now)


def _is_wanted() -> ColumnElement[bool]:
    # Nobody needs to help with a document that does not hold any more.
    return and_(Certificate.erased_at.is_(None), Certificate.revoked_at.is_(None), Certificate.replaced_by_id.is_(None))


def _lock(certificate_id: int) -> str:
    return f"document:{certificate_id}"
