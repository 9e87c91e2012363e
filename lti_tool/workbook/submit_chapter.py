"""Hands a chapter in to the Lernbegleitung, and takes it back to write on."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.rules.workbook import COVER_NUMBER, EDITABLE, EditionKind, MissingField, Status, missing_fields
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.progress.settle import settle
from lti_tool.workbook.editions import find_latest, freeze
from lti_tool.workbook.save_fields import close_versions
from lti_tool.workbook.take_home.draft import (
    ChapterNotFound,
    WrongMoment,
    get_place,
    lock_workbook,
    read_draft,
    set_status,
    status_of,
)

log = logging.getLogger(__name__)


class ChapterIncomplete(Conflict):
    """Required fields are not ready; `missing` names them."""

    status = 422
    code = "chapter_incomplete"

    def __init__(self, missing: Sequence[MissingField]) -> None:
        super().__init__(
            N_("Das Kapitel ist noch nicht vollständig."),
            next_step=N_("Füllen Sie die genannten Felder aus und reichen Sie es dann ein."),
        )
        self.missing = tuple(missing)


def submit_chapter(session: Session, syllabus: Syllabus, visitor: Visitor, number: int, *, now: datetime) -> None:
    """Hand in a chapter as it stands; from then on it rests until it comes back or its author takes it back.

    Raises:
        ChapterNotFound: there is none, or it is the cover, which nobody hands in.
        Conflict: the visit belongs to no course, so nobody would read it.
        WrongMoment: it is handed in already.
        ChapterIncomplete: required fields are missing.
    """
    programme = syllabus.programme
    place = get_place(programme, number)
    if number == COVER_NUMBER:
        raise ChapterNotFound
    if visitor.course_id is None:
        raise Conflict(
            N_("Diese Seite gehört zu keinem Kurs, deshalb gibt es niemanden, der das Kapitel lesen könnte."),
            next_step=N_("Öffnen Sie den Entwurf aus Ihrem Kurs."),
            code="no_context",
        )
    workbook = lock_workbook(session, programme, user_id=visitor.user_id, now=now)
    if status_of(session, workbook.id, number) not in EDITABLE:
        raise WrongMoment
    missing = missing_fields(place.chapter, read_draft(session, programme, user_id=visitor.user_id).contents(place))
    if missing:
        raise ChapterIncomplete(missing)
    freeze(session, workbook, programme, place, kind=EditionKind.SUBMISSION, course_id=visitor.course_id, now=now)
    close_versions(session, workbook.id, place)
    set_status(session, workbook.id, number, Status.SUBMITTED, now=now)
    log.info("workbook_chapter_submitted", extra={"user": visitor.user_id, "chapter": number})
    if place.module is not None:
        settle(session, syllabus, visitor, place.module, now=now)


def take_back_chapter(session: Session, programme: Programme, visitor: Visitor, number: int, *, now: datetime) -> None:
    """Let the author write on: what waits for an answer is withdrawn; what was accepted stays accepted as it was.

    Raises:
        WrongMoment: it is neither handed in nor accepted.
    """
    get_place(programme, number)
    workbook = lock_workbook(session, programme, user_id=visitor.user_id, now=now)
    status = status_of(session, workbook.id, number)
    if status in EDITABLE:
        raise WrongMoment
    submission = find_latest(session, workbook.id, number, EditionKind.SUBMISSION)
    if status is Status.SUBMITTED and submission is not None:
        submission.ended_at = now
    set_status(session, workbook.id, number, Status.IN_PROGRESS, now=now)
    log.info("workbook_chapter_reopened", extra={"user": visitor.user_id, "chapter": number})
