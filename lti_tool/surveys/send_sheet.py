"""Puts a sheet into a round's urn, together with the mark that somebody has answered."""

import logging
import secrets
from collections.abc import Mapping
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.domain.surveys.sheet_checking import SheetValue
from lti_tool.errors import Forbidden, NotFound
from lti_tool.messages import N_
from lti_tool.models import Envelope, SurveyParticipation, SurveyRound, SurveyTicket
from lti_tool.models.upsert import insert_for
from lti_tool.surveys.find_rounds import GONE, may_answer
from lti_tool.surveys.round_keys import code_hash
from lti_tool.surveys.rounds import round_from
from lti_tool.surveys.sealed_sheets import sealed_sheet

log = logging.getLogger(__name__)


class LearnersOnly(Forbidden):
    """Somebody wants to answer who does not learn in the course."""

    code = "survey_learners_only"

    def __init__(self) -> None:
        super().__init__(
            N_("Diesen Fragebogen beantworten nur Teilnehmende."),
            next_step=N_("Sie sehen ihn als Vorschau; gespeichert wird nichts."),
        )


def send_sheet(session: Session, visitor: Visitor, round_id: int, values: Mapping[str, SheetValue], *, today: date) -> None:
    """Seal a sheet and drop it, once for a person: a second one changes nothing and looks the same.

    Raises:
        LearnersOnly: the visitor does not learn here.
        NotFound: the round is over, or of another course.
    """
    if not may_answer(visitor):
        raise LearnersOnly
    row = _locked(session, round_id, today=today)
    if row.course_id is None or row.course_id != visitor.course_id:
        raise NotFound(GONE, code="survey_not_open")
    mark = insert_for(session, SurveyParticipation).values(user_id=visitor.user_id, survey_round_id=row.id)
    marked = mark.on_conflict_do_nothing().returning(SurveyParticipation.user_id)
    if session.execute(marked).one_or_none() is not None:
        _drop(session, row, values)


def send_public_sheet(
    session: Session, round_id: int, values: Mapping[str, SheetValue], *, ticket: str | None, today: date
) -> None:
    """Likewise where nobody signs in; with a single-use address once for each.

    Raises:
        NotFound: the round is over, or there is no such ticket.
    """
    row = _locked(session, round_id, today=today)
    if row.course_id is not None or row.address is None:
        raise NotFound(GONE, code="survey_not_open")
    if ticket is None:
        _drop(session, row, values)
        return
    own = SurveyTicket.code_hash == code_hash(ticket), SurveyTicket.survey_round_id == row.id
    used = update(SurveyTicket).where(*own, SurveyTicket.is_used.is_(False)).values(is_used=True)
    if session.execute(used.returning(SurveyTicket.code_hash)).one_or_none() is not None:
        _drop(session, row, values)
    elif session.scalar(select(SurveyTicket.code_hash).where(*own)) is None:
        raise NotFound(GONE, next_step=N_("Prüfen Sie bitte die Adresse."), code="survey_not_found")


def _locked(session: Session, round_id: int, *, today: date) -> SurveyRound:
    # Shared with other senders; whoever opens the urn waits for them, and they see that it is open.
    row = session.scalar(select(SurveyRound).where(SurveyRound.id == round_id).with_for_update(read=True))
    if row is None or not round_from(row).takes_sheets(today):
        raise NotFound(GONE, next_step=N_("Unter „Module“ geht es weiter."), code="survey_not_open")
    return row


def _drop(session: Session, row: SurveyRound, values: Mapping[str, SheetValue]) -> None:
    sealed = sealed_sheet(values, row.public_key)
    session.execute(insert(Envelope).values(id=secrets.token_hex(16), survey_round_id=row.id, sealed=sealed))
    # Neither who nor what: the log of the platform tells that somebody was on the page.
    log.info("survey_sheet_dropped", extra={"survey_round": row.id})
