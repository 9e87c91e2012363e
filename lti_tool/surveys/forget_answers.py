"""Sheets and texts are forgotten after a while; counts are nobody's any more and stay."""

import logging
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from lti_tool.domain.surveys.periods import SHEETS_KEPT_MONTHS, UNREAD_TEXTS_KEPT_MONTHS, half_year_of
from lti_tool.models import AnswerSheet, FreeText, SurveyRound

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)
_DAYS_PER_MONTH = 30.4375


def forget_answers(database: "Database", *, today: date) -> int:
    """Delete texts that nobody released, and sheets and released texts that were kept long enough; tell how many rows."""
    long_ago = today - timedelta(days=SHEETS_KEPT_MONTHS * _DAYS_PER_MONTH)
    a_while_ago = today - timedelta(days=UNREAD_TEXTS_KEPT_MONTHS * _DAYS_PER_MONTH)
    with database.write.begin() as session:
        old, older = (select(SurveyRound.id).where(SurveyRound.closes_on < day) for day in (a_while_ago, long_ago))
        unread = delete(FreeText).where(FreeText.survey_round_id.in_(old), FreeText.is_released.is_not(True))
        gone = session.connection().execute(unread).rowcount
        gone += session.connection().execute(delete(FreeText).where(FreeText.survey_round_id.in_(older))).rowcount
        # A pool's name ends with its half of the year, and nothing finer is known of a sheet.
        pools = [
            pool for pool in session.scalars(select(AnswerSheet.pool).distinct()) if pool.split()[-1] < half_year_of(long_ago)
        ]
        gone += session.connection().execute(delete(AnswerSheet).where(AnswerSheet.pool.in_(pools))).rowcount
    log.info("survey_answers_forgotten", extra={"rows": gone})
    return gone
