"""Closed concerns are forgotten after a year, and with them their receipts."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select

from lti_tool.models import Concern

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

KEPT_AFTER_CLOSING: Final = timedelta(days=365)


def forget_concerns(database: "Database", *, now: datetime) -> int:
    """Delete what was closed a year ago, and tell how many."""
    is_over = Concern.closed_at < now - KEPT_AFTER_CLOSING
    with database.write.begin() as session:
        count = session.scalar(select(func.count(Concern.id)).where(is_over)) or 0
        if count:
            session.execute(delete(Concern).where(is_over).execution_options(synchronize_session=False))
    log.info("concerns_forgotten", extra={"rows": count})
    return count
