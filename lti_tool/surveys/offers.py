"""Which questionnaires a page offers to whom: what is due for the person, never more than once a round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.surveys.instrument import SurveyInstrument, SurveyMoment
from lti_tool.domain.surveys.periods import AFTER_LAST_DAY, LATER_AFTER, START_LASTS
from lti_tool.models import Completion, Membership
from lti_tool.surveys.find_rounds import find_rounds, may_answer
from lti_tool.surveys.rounds import AskedRound


@dataclass(frozen=True)
class SurveyOffer:
    round: AskedRound
    instrument: SurveyInstrument
    module_title: str
    """Empty: it is about no module."""


def find_offers(
    session: Session, programme: Programme, visitor: Visitor, *, has_last_day: bool, today: date
) -> Sequence[SurveyOffer]:
    """List what is due for a learner now; for anybody else nothing is."""
    rounds = find_rounds(session, visitor, today=today) if programme.surveys and may_answer(visitor) else []
    if not rounds:
        return ()
    done = _completed_on(session, visitor)
    since = session.scalar(
        select(Membership.first_seen_at).where(Membership.user_id == visitor.user_id, Membership.course_id == visitor.course_id)
    )
    here_since = since.date() if since is not None else today
    offers = []
    for asked in rounds:
        instrument = next((each for each in programme.surveys if each.id == asked.instrument), None)
        if instrument is None or instrument.revision != asked.revision:
            continue
        moment = instrument.moment
        is_due = moment is not SurveyMoment.MODULE or asked.module_slug in done
        if is_due and not has_last_day:
            is_due = _is_due_without_last_day(moment, asked, programme, done, here_since, today)
        if is_due:
            module = programme.find_module(asked.module_slug)
            offers.append(SurveyOffer(asked, instrument, module.short_title if module else ""))
    return offers


def _is_due_without_last_day(
    moment: SurveyMoment, asked: AskedRound, programme: Programme, done: dict[str, date], here_since: date, today: date
) -> bool:
    """Whether it is somebody's own time: a course without a last day asks anew in each quarter, and marks are gone by then."""
    if moment is SurveyMoment.START:
        return today - here_since <= START_LASTS
    if moment is SurveyMoment.MODULE:
        return today - done[asked.module_slug] <= AFTER_LAST_DAY
    required = [module.slug for module in programme.modules if module.is_required]
    if not required or not all(slug in done for slug in required):
        return False
    since_the_end = today - max(done[slug] for slug in required)
    if moment is SurveyMoment.END:
        return since_the_end <= AFTER_LAST_DAY
    return LATER_AFTER <= since_the_end <= LATER_AFTER + timedelta(days=28)


def _completed_on(session: Session, visitor: Visitor) -> dict[str, date]:
    query = select(Completion.module_slug, Completion.completed_at).where(Completion.user_id == visitor.user_id)
    return {slug: completed_at.date() for slug, completed_at in session.execute(query)}
