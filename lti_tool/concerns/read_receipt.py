"""What became of a concern, for whoever has its code."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.concerns.concern import ConcernKind, ConcernState, hash_of_code
from lti_tool.models import Concern


@dataclass(frozen=True)
class ConcernStatus:
    kind: ConcernKind
    state: ConcernState
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    answer: str


def read_receipt(session: Session, code: str) -> ConcernStatus | None:
    """Return where a concern stands; None: nobody has this code (any more)."""
    row = session.scalars(select(Concern).where(Concern.code_hash == hash_of_code(code))).one_or_none()
    if row is None:
        return None
    return ConcernStatus(ConcernKind(row.kind), ConcernState(row.state), row.opened_at, row.due_at, row.closed_at, row.answer)
