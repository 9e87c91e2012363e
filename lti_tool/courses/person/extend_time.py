"""An instructor gives somebody more time for the quizzes of a course (Nachteilsausgleich)."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.viewer import check_is_member, name_of, teaching_viewer_of
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.course import EXTRA_TIMES_PCT
from lti_tool.domain.rules.time_limit import is_overdue, prolonged
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown, merge
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import Attempt, ExtendedTime
from lti_tool.models.upsert import insert_for

log = logging.getLogger(__name__)


def extend_time(
    session: Session, visitor: Visitor, user_id: int, extra_pct: int, *, shown: Shown = NOTHING_SHOWN, now: datetime
) -> None:
    """Set how much longer a person may work on a quiz in this course; an open attempt is prolonged, never shortened.

    Args:
        shown: what the page showed, as `extra`.
    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: the person is not in this course.
        ToolError: there is no such extension.
        ChangedMeanwhile: somebody else has set another one since the page was opened.
    """
    viewer = teaching_viewer_of(session, visitor)
    check_is_member(session, viewer, user_id)
    if extra_pct not in EXTRA_TIMES_PCT:
        raise ToolError(N_("Diese Verlängerung gibt es nicht."), next_step=N_("Wählen Sie eine Verlängerung aus der Liste."))
    insert = insert_for(session, ExtendedTime).values(user_id=user_id, course_id=viewer.course_id, extra_pct=0, granted_at=now)
    session.execute(insert.on_conflict_do_nothing(index_elements=["user_id", "course_id"]))
    row = session.scalars(
        select(ExtendedTime).where(ExtendedTime.user_id == user_id, ExtendedTime.course_id == viewer.course_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    merged = merge(shown, {"extra": str(extra_pct)}, {"extra": str(row.extra_pct)})
    if merged.clashes:
        raise ChangedMeanwhile(merged.clashes, by=name_of(session, row.granted_by_id), at=row.granted_at)
    if not merged.changed:
        return
    row.extra_pct, row.granted_by_id, row.granted_at = extra_pct, visitor.user_id, now
    _prolong_open_attempts(session, viewer.course_id, user_id, extra_pct, now)
    log.info("time_extended", extra={"course": viewer.course_id, "user": visitor.user_id, "member": user_id})


def _prolong_open_attempts(session: Session, course_id: int, user_id: int, extra_pct: int, now: datetime) -> None:
    attempts = session.scalars(
        select(Attempt)
        .where(
            Attempt.user_id == user_id,
            Attempt.course_id == course_id,
            Attempt.submitted_at.is_(None),
            Attempt.ends_at.is_not(None),
        )
        .with_for_update()
    )
    for attempt in attempts:
        # One whose end has been noticed by nobody yet stays at its end.
        if not is_overdue(attempt.ends_at, now):
            attempt.ends_at = prolonged(attempt.ends_at, attempt.started_at, attempt.time_limit_min, extra_pct)
