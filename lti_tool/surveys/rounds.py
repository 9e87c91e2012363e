"""Rounds as pages and commands see them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.surveys.instrument import SurveyInstrument
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import SurveyRound


class RoundState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """Over, with too few sheets: they stay sealed until others come with which they can be opened."""
    OPENED = "opened"
    DESTROYED = "destroyed"
    """Nobody answered, or what was there was destroyed unread."""


@dataclass(frozen=True)
class AskedRound:
    id: int
    pin: Pin
    instrument: str
    revision: int
    course_id: int | None
    module_slug: str
    opens_on: date
    closes_on: date
    state: RoundState
    sheets: int | None
    address: str | None
    is_published: bool
    key_name: str

    def takes_sheets(self, today: date) -> bool:
        return self.state is RoundState.OPEN and self.opens_on <= today <= self.closes_on


def round_from(row: SurveyRound) -> AskedRound:
    return AskedRound(
        id=row.id,
        pin=Pin(row.programme_slug, row.programme_version),
        instrument=row.instrument,
        revision=row.revision,
        course_id=row.course_id,
        module_slug=row.module_slug,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        state=RoundState(row.state),
        sheets=row.sheets,
        address=row.address,
        is_published=row.is_published,
        key_name=row.key_name,
    )


def instrument_of(asked: AskedRound, programme: Programme) -> SurveyInstrument:
    """Find the questions of a round in the programme's version that it was opened with.

    Raises:
        NotFound: they are not there in this revision, so what the answers mean cannot be told.
    """
    found = next((each for each in programme.surveys if each.id == asked.instrument), None)
    if found is None or found.revision != asked.revision:
        raise NotFound(
            N_("Die Fragen dieser Befragung sind nicht mehr da."),
            next_step=N_("Bitte melden Sie das dem Betreiber; Ihre Antworten bleiben verschlossen."),
            code="survey_questions_gone",
        )
    return found
