"""Begins one round: its key first, so that nothing can be sealed that nobody could open."""

import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.surveys.instrument import SurveyInstrument
from lti_tool.domain.surveys.periods import SurveyPeriod
from lti_tool.models import SurveyRound
from lti_tool.surveys.round_keys import RoundKeys
from lti_tool.surveys.rounds import RoundState


@dataclass(frozen=True)
class NewRound:
    """What a round asks whom and when; `course_id` is None for a public one."""

    pin: Pin
    instrument: SurveyInstrument
    period: SurveyPeriod
    course_id: int | None = None
    module_slug: str = ""


def begin_round(session: Session, new: NewRound, keys: RoundKeys) -> int:
    """Begin a round and give its number; a public one gets an address that nobody can guess."""
    key_name, public_key = keys.new()
    row = SurveyRound(
        programme_slug=new.pin.programme,
        programme_version=new.pin.version,
        instrument=new.instrument.id,
        revision=new.instrument.revision,
        course_id=new.course_id,
        module_slug=new.module_slug,
        opens_on=new.period.opens_on,
        closes_on=new.period.closes_on,
        state=RoundState.OPEN,
        is_research=new.instrument.is_research,
        address=None if new.course_id is not None else secrets.token_hex(10),
        public_key=public_key,
        key_name=key_name,
    )
    session.add(row)
    session.flush()
    return row.id
