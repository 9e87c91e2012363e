"""Feedback by criteria: the Lernbegleitung accepts or gives back, members of the course comment."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.rules.workbook import COMMENT_LENGTH_MAX, ChapterPlace, CriterionRating, Decision, EditionKind, Status
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import Workbook, WorkbookEdition, WorkbookFeedback
from lti_tool.progress.settle import settle_people
from lti_tool.workbook.editions import find_latest
from lti_tool.workbook.editions_for_readers import get_shown_row, get_submission_row
from lti_tool.workbook.take_home.draft import WrongMoment, get_place, set_status, status_of

log = logging.getLogger(__name__)


class FeedbackEmpty(Conflict):
    status = 422
    code = "feedback_empty"

    def __init__(self) -> None:
        super().__init__(
            N_("Es steht noch nichts in der Rückmeldung."),
            next_step=N_("Bewerten Sie mindestens ein Kriterium oder schreiben Sie einen Satz dazu."),
        )


class FeedbackTooLong(Conflict):
    status = 422
    code = "feedback_too_long"

    def __init__(self) -> None:
        super().__init__(
            N_("Ein Text Ihrer Rückmeldung ist länger als %(most)s Zeichen."),
            next_step=N_("Kürzen Sie ihn und senden Sie noch einmal ab."),
            most=COMMENT_LENGTH_MAX,
        )


@dataclass(frozen=True)
class Said:
    """Feedback as it was typed: by criterion id a rating and a comment, and a text to the whole."""

    ratings: Mapping[str, CriterionRating | None]
    comments: Mapping[str, str]
    text: str


def decide_on_submission(
    session: Session, syllabus: Syllabus, visitor: Visitor, edition_id: int, decision: Decision, said: Said, *, now: datetime
) -> None:
    """Accept a submission, or give it back with feedback; an accepted one can be given back, too.

    Raises:
        Forbidden, NotFound: the visitor does not teach there, or nothing like that was handed in.
        WrongMoment: it was decided already, or its author has handed in a later one.
        FeedbackEmpty: it is to be given back without a word.
    """
    row = get_submission_row(session, visitor, edition_id)
    place = get_place(syllabus.programme, row.chapter_number)
    workbook = _lock(session, row.workbook_id)
    # Under the lock everything is looked at once more: the author may have taken it back since.
    session.refresh(row)
    latest = find_latest(session, workbook.id, row.chapter_number, EditionKind.SUBMISSION)
    status = status_of(session, workbook.id, row.chapter_number)
    allowed = {Status.SUBMITTED} if decision is Decision.ACCEPTED else {Status.SUBMITTED, Status.ACCEPTED}
    if row.ended_at is not None or latest is None or latest.id != row.id or status not in allowed:
        raise WrongMoment
    ratings = _cleaned(place, said)
    if decision is Decision.RETURNED or ratings or clean_text(said.text):
        _add(session, row, visitor, "instructor", ratings, said, is_confirmed=False, now=now)
    row.decision = decision
    row.decided_at = now
    new_status = Status.ACCEPTED if decision is Decision.ACCEPTED else Status.FEEDBACK
    set_status(session, workbook.id, row.chapter_number, new_status, now=now)
    log.info("workbook_chapter_decided", extra={"edition": row.id, "decision": str(decision), "by": visitor.user_id})
    _settle(session, syllabus, visitor, workbook, place, now)


def give_peer_feedback(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    edition_id: int,
    said: Said,
    *,
    is_confirmed: bool,
    now: datetime,
) -> None:
    """Say something to a chapter that is shown in the visitor's course; said again, it replaces what was said before.

    Raises:
        NotFound: it is not shown here (any more).
        FeedbackEmpty: nothing was said.
    """
    row = get_shown_row(session, visitor, edition_id)
    place = get_place(syllabus.programme, row.chapter_number)
    workbook = _lock(session, row.workbook_id)
    ratings = _cleaned(place, said)
    earlier = session.scalars(
        select(WorkbookFeedback).where(
            WorkbookFeedback.workbook_edition_id == row.id, WorkbookFeedback.author_id == visitor.user_id
        )
    ).one_or_none()
    if earlier is not None:
        session.delete(earlier)
        session.flush()
    _add(session, row, visitor, "peer", ratings, said, is_confirmed=is_confirmed, now=now)
    log.info("workbook_peer_feedback", extra={"edition": row.id, "by": visitor.user_id})
    _settle(session, syllabus, visitor, workbook, place, now)


def _settle(
    session: Session, syllabus: Syllabus, visitor: Visitor, workbook: Workbook, place: ChapterPlace, now: datetime
) -> None:
    """Draw the consequences for the author, as a member of the course in which this was said."""
    modules = [place.module] if place.module is not None else []
    settle_people(session, syllabus, [workbook.user_id], visitor.course_id, modules, now=now)


def _lock(session: Session, workbook_id: int) -> Workbook:
    return session.scalars(
        select(Workbook).where(Workbook.id == workbook_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()


def _cleaned(place: ChapterPlace, said: Said) -> dict[str, dict[str, str]]:
    ratings = {}
    for criterion in place.criteria:
        rating, comment = said.ratings.get(criterion.id), clean_text(said.comments.get(criterion.id, ""))
        if len(comment) > COMMENT_LENGTH_MAX:
            raise FeedbackTooLong
        if rating or comment:
            ratings[criterion.id] = {"rating": rating or "", "comment": comment}
    return ratings


def _add(
    session: Session,
    row: WorkbookEdition,
    visitor: Visitor,
    kind: str,
    ratings: dict[str, Any],
    said: Said,
    *,
    is_confirmed: bool,
    now: datetime,
) -> None:
    text = clean_text(said.text)
    if len(text) > COMMENT_LENGTH_MAX:
        raise FeedbackTooLong
    if not ratings and not text:
        raise FeedbackEmpty
    number = session.scalar(
        select(func.count()).where(WorkbookFeedback.workbook_edition_id == row.id, WorkbookFeedback.author_id == visitor.user_id)
    )
    session.add(
        WorkbookFeedback(
            workbook_edition_id=row.id,
            author_id=visitor.user_id,
            number=(number or 0) + 1,
            kind=kind,
            ratings=ratings,
            comment=text,
            is_confirmed=is_confirmed,
            given_at=now,
        )
    )
    session.flush()
