"""Hints are forgotten after a while: by then the lesson has been revised, or will not be for this reason."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from lti_tool.models import LessonHint

if TYPE_CHECKING:
    from lti_tool.models.database import Database

_DAYS_PER_MONTH = 30.4375


def forget_hints(database: "Database", *, kept_months: int, now: datetime) -> int:
    """Delete hints older than `kept_months`, open or done, and tell how many."""
    is_over = LessonHint.given_at < now - timedelta(days=kept_months * _DAYS_PER_MONTH)
    with database.write.begin() as session:
        count = session.scalar(select(func.count(LessonHint.id)).where(is_over)) or 0
        if count:
            session.execute(delete(LessonHint).where(is_over).execution_options(synchronize_session=False))
    return count
