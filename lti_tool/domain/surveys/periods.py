"""When a survey of a course can be answered, and how long what came of it is kept."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lti_tool.domain.surveys.instrument import SurveyMoment

AFTER_LAST_DAY: Final = timedelta(days=14)
BEFORE_LAST_DAY: Final = timedelta(days=7)
START_LASTS: Final = timedelta(days=14)
LATER_AFTER: Final = timedelta(days=91)
LATER_LASTS: Final = timedelta(days=28)
SHEETS_KEPT_MONTHS: Final = 24
"""Sheets for research, and texts that were released."""
UNREAD_TEXTS_KEPT_MONTHS: Final = 6
SMALL_ROUND_WAITS_DAYS: Final = 365
"""How long a round with too few sheets stays sealed, in case others come with which it can be opened."""
_QUARTER_MONTHS: Final = 3


@dataclass(frozen=True)
class SurveyPeriod:
    opens_on: date
    closes_on: date
    """The last day."""

    def holds(self, day: date) -> bool:
        return self.opens_on <= day <= self.closes_on


def survey_period(moment: SurveyMoment, *, begins_on: date, ends_on: date | None, today: date) -> SurveyPeriod:
    """Tell from when to when a course is asked; without a last day the present quarter of the year."""
    if ends_on is None:
        return _quarter(today)
    closes_on = ends_on + AFTER_LAST_DAY
    if moment is SurveyMoment.START:
        # A course that is shorter than that is asked to its end.
        return SurveyPeriod(begins_on, min(begins_on + START_LASTS, closes_on))
    if moment is SurveyMoment.END:
        return SurveyPeriod(max(begins_on, ends_on - BEFORE_LAST_DAY), closes_on)
    if moment is SurveyMoment.LATER:
        opens_on = ends_on + LATER_AFTER
        return SurveyPeriod(opens_on, opens_on + LATER_LASTS - timedelta(days=1))
    return SurveyPeriod(begins_on, closes_on)


def half_year_of(day: date) -> str:
    """Name the half of a year: 2026-1, 2026-2."""
    return f"{day.year}-{1 if day.month <= 6 else 2}"


def _quarter(day: date) -> SurveyPeriod:
    first = day.replace(month=day.month - (day.month - 1) % _QUARTER_MONTHS, day=1)
    # Three months of 31 days end in the first days of the next quarter, whichever months they are.
    following = (first + timedelta(days=_QUARTER_MONTHS * 31)).replace(day=1)
    return SurveyPeriod(first, following - timedelta(days=1))
