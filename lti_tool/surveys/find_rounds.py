"""Finds the rounds that somebody can answer or look at."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor, is_counted
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import SurveyParticipation, SurveyRound
from lti_tool.surveys.rounds import AskedRound, RoundState, round_from

GONE = N_("Diesen Fragebogen gibt es nicht, oder er ist schon geschlossen.")
_NEXT = N_("Unter „Module“ geht es weiter.")


def may_answer(visitor: Visitor) -> bool:
    """Whether somebody learns in the course they came from; who teaches or only pretends to learn sees a preview."""
    return visitor.course_id is not None and is_counted(visitor.roles)


def find_rounds(session: Session, visitor: Visitor, *, today: date) -> list[AskedRound]:
    """List the rounds of the visitor's course that can be answered now; for learners those that they have not answered."""
    answered = select(SurveyParticipation.survey_round_id).where(SurveyParticipation.user_id == visitor.user_id)
    query = select(SurveyRound).where(
        SurveyRound.course_id == visitor.course_id,
        SurveyRound.state == RoundState.OPEN,
        SurveyRound.opens_on <= today,
        SurveyRound.closes_on >= today,
    )
    if may_answer(visitor):
        query = query.where(SurveyRound.id.not_in(answered))
    return [round_from(row) for row in session.scalars(query.order_by(SurveyRound.closes_on, SurveyRound.id))]


def get_round(session: Session, visitor: Visitor, round_id: int, *, today: date) -> AskedRound:
    """Give an open round of the visitor's course.

    Raises:
        NotFound: there is none of that number that can be answered, or it belongs to another course.
    """
    row = session.get(SurveyRound, round_id)
    found = round_from(row) if row is not None and row.course_id is not None else None
    if found is None or found.course_id != visitor.course_id or not found.takes_sheets(today):
        raise NotFound(GONE, next_step=_NEXT, code="survey_not_open")
    return found


def get_public_round(session: Session, address: str) -> AskedRound:
    """Give the public round at an address, open or over.

    Raises:
        NotFound: there is none.
    """
    row = session.scalar(select(SurveyRound).where(SurveyRound.address == address))
    if row is None or row.course_id is not None:
        raise NotFound(GONE, next_step=N_("Prüfen Sie bitte die Adresse."), code="survey_not_found")
    return round_from(row)
