"""Finds the attempt that made a person's grade."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.models import Attempt


def best_attempt(session: Session, visitor: Visitor, module_slug: str) -> int | None:
    """Return the number of the visitor's own best attempt at a module, the first of equal ones; None before one is handed in."""
    rows = session.execute(
        select(Attempt.number, Attempt.points, Attempt.points_possible)
        .where(Attempt.user_id == visitor.user_id, Attempt.module_slug == module_slug, Attempt.submitted_at.is_not(None))
        .order_by(Attempt.number)
    ).all()
    best = max(rows, key=lambda row: (row.points or 0) / (row.points_possible or 1), default=None)
    return None if best is None else best.number
