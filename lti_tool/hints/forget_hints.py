"""Hints are forgotten after a while: by then the lesson has been revised, or will not be for this reason."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from lti_tool.models import LessonHint

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

_DAYS_PER_MONTH = 30.4375


def forget_hints(database: "Database", *, kept_months: int, now: datetime) -> int:
    """Delete hints older than `kept_months`, open or done, and tell how many."""
    is_over = LessonHint.given_at < now - timedelta(days=kept_months * _DAYS_PER_MONTH)
    with database.write.begin() as session:
        count = session.scalar(select(func.count(LessonHint.id)).where(is_over)) or 0
        if count:
            session.execute(delete(LessonHint).where(is_over).execution_options(synchronize_session=False))
    # Also when there were none: that the rule runs is what an officer asks for.
    log.info("hints_forgotten", extra={"rows": count, "kept_months": kept_months})
    return count
