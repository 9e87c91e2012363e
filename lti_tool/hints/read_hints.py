"""Reads hints, of one course or of all, and keeps what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import LessonHint

_MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Hint:
    id: int
    course_id: int | None
    module_slug: str
    lesson_code: str
    lesson_version: str
    """Of a case: the day of its facts."""
    case_id: str
    """Empty: the hint is about a lesson."""
    programme_version: str
    heading: str
    """Empty: the whole."""
    text: str
    given_at: datetime
    is_done: bool


def read_hints(session: Session, *, course_id: int | None = None, with_done: bool = True) -> Sequence[Hint]:
    """List the newest hints: open ones first, then by lesson and case.

    Args:
        course_id: only of this course; None: of all.
    """
    query = select(LessonHint).order_by(
        LessonHint.done_at.is_not(None), LessonHint.module_slug, LessonHint.lesson_code, LessonHint.case_id, LessonHint.id.desc()
    )
    if course_id is not None:
        query = query.where(LessonHint.course_id == course_id)
    if not with_done:
        query = query.where(LessonHint.done_at.is_(None))
    return [
        Hint(
            id=row.id,
            course_id=row.course_id,
            module_slug=row.module_slug,
            lesson_code=row.lesson_code,
            lesson_version=row.lesson_version,
            case_id=row.case_id,
            programme_version=row.programme_version,
            heading=row.heading,
            text=row.text,
            given_at=row.given_at,
            is_done=row.done_at is not None,
        )
        for row in session.scalars(query.limit(_MOST_AT_ONCE))
    ]


def settle_hint(session: Session, hint_id: int, *, is_done: bool, now: datetime, course_id: int | None = None) -> None:
    """Mark a hint as done, or as open again.

    Args:
        course_id: the course that it must belong to; None: any, for the authors.
    Raises:
        NotFound: there is no such hint there.
    """
    change = update(LessonHint).where(LessonHint.id == hint_id).values(done_at=now if is_done else None)
    if course_id is not None:
        change = change.where(LessonHint.course_id == course_id)
    if session.scalar(change.returning(LessonHint.id)) is None:
        raise NotFound(N_("Diesen Hinweis gibt es nicht."), next_step=N_("Laden Sie die Liste der Hinweise bitte neu."))
