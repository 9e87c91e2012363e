"""Surveys that anybody may answer: opened by the operator, with one address or with many that work once each."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import pin_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.surveys.instrument import SurveyMoment
from lti_tool.domain.surveys.periods import SurveyPeriod
from lti_tool.errors import NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import SurveyRound, SurveyTicket
from lti_tool.surveys.begin_round import NewRound, begin_round
from lti_tool.surveys.round_keys import RoundKeys, code_hash, new_code
from lti_tool.surveys.rounds import AskedRound, RoundState, round_from

MOST_TICKETS = 5000


class SurveyRefused(ToolError):
    """A survey cannot be begun or published as it is wanted."""

    code = "survey_refused"


def open_public_survey(
    session: Session, programme: Programme, name: str, keys: RoundKeys, *, until: date, today: date
) -> AskedRound:
    """Begin a survey for anybody, from today to a day.

    Raises:
        SurveyRefused: the programme has no such public questionnaire, or the day is over.
    """
    public = [each for each in programme.surveys if each.moment is SurveyMoment.NEEDS]
    instrument = next((each for each in public if each.id == name), None)
    if instrument is None:
        raise SurveyRefused(
            N_("Das Programm hat keinen öffentlichen Fragebogen „%(name)s“."),
            next_step=N_("Es hat: %(known)s."),
            name=name,
            known=", ".join(each.id for each in public) or "–",
        )
    if until < today:
        raise SurveyRefused(N_("Der letzte Tag liegt schon zurück."), next_step=N_("Nennen Sie einen Tag ab heute."))
    number = begin_round(session, NewRound(pin_of(programme), instrument, SurveyPeriod(today, until)), keys)
    return round_from(session.get_one(SurveyRound, number))


def make_tickets(session: Session, round_id: int, count: int) -> Sequence[str]:
    """Make codes that work once each; from then on the survey takes sheets with such a code alone.

    What is stored tells neither who got which nor in which order they were made.

    Raises:
        SurveyRefused: the survey is not open, or there would be too many.
        NotFound: it is not public.
    """
    row = session.get(SurveyRound, round_id)
    if row is None or row.address is None:
        raise NotFound(N_("Diese öffentliche Befragung gibt es nicht."))
    if row.state != RoundState.OPEN or not 0 < count <= MOST_TICKETS:
        raise SurveyRefused(
            N_("Für diese Befragung lassen sich so keine einmaligen Adressen ausgeben."),
            next_step=N_("Sie muss offen sein; höchstens %(most)s auf einmal."),
            most=MOST_TICKETS,
        )
    codes = [new_code() for _ in range(count)]
    hashes = sorted(code_hash(code) for code in codes)
    session.execute(insert(SurveyTicket), [{"code_hash": each, "survey_round_id": round_id, "is_used": False} for each in hashes])
    return codes


def wants_ticket(session: Session, round_id: int) -> bool:
    """Whether a survey takes sheets with a single-use address alone."""
    return session.scalar(select(SurveyTicket.code_hash).where(SurveyTicket.survey_round_id == round_id).limit(1)) is not None


def publish_round(session: Session, round_id: int) -> AskedRound:
    """Let anybody read the figures of a public survey that was opened; there is no way back.

    Raises:
        SurveyRefused: it is open still, or nobody may see any figure of it.
        NotFound: there is no such public survey.
    """
    row = session.get(SurveyRound, round_id)
    if row is None or row.address is None:
        raise NotFound(N_("Diese öffentliche Befragung gibt es nicht."))
    if row.state != RoundState.OPENED:
        raise SurveyRefused(
            N_("Von dieser Befragung gibt es keine Zahlen."),
            next_step=N_("Sie werden in der Nacht nach dem letzten Tag geöffnet, wenn genug geantwortet haben."),
        )
    session.execute(update(SurveyRound).where(SurveyRound.id == round_id).values(is_published=True))
    session.flush()
    session.refresh(row)
    return round_from(row)
