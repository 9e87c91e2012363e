"""Shows a chapter to the members of a course for feedback, or ends that."""

import logging
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.workbook import COVER_NUMBER, EditionKind
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import Workbook, WorkbookEdition
from lti_tool.workbook.editions import freeze
from lti_tool.workbook.take_home.draft import ChapterNotFound, get_place, lock_workbook, read_draft

log = logging.getLogger(__name__)


def release_chapter(
    session: Session, programme: Programme, visitor: Visitor, number: int, *, is_restricted_meant: bool = False, now: datetime
) -> None:
    """Show the chapter as it stands now to the members of the visitor's course; an earlier release there is replaced.

    Args:
        is_restricted_meant: the author has said that a restricted chapter is to be shown; it is never by default.
    Raises:
        Conflict: there is no course, nothing is written yet, or a restricted chapter was not expressly released.
    """
    place = get_place(programme, number)
    if number == COVER_NUMBER:
        raise ChapterNotFound
    if visitor.course_id is None:
        raise Conflict(
            N_("Diese Seite gehört zu keinem Kurs, deshalb gibt es niemanden, dem Sie das Kapitel zeigen könnten."),
            next_step=N_("Öffnen Sie den Entwurf aus Ihrem Kurs."),
            code="no_context",
        )
    if place.chapter.is_restricted and not is_restricted_meant:
        raise Conflict(
            N_("Dieses Kapitel ist geschützt und wird nur gezeigt, wenn Sie das ausdrücklich bestätigen."),
            next_step=N_("Setzen Sie das Häkchen zur Bestätigung, wenn Sie das Kapitel wirklich zeigen wollen."),
            code="restricted_not_confirmed",
        )
    workbook = lock_workbook(session, programme, user_id=visitor.user_id, now=now)
    draft = read_draft(session, programme, user_id=visitor.user_id)
    if all(content.is_empty for content in draft.contents(place).values()):
        raise Conflict(
            N_("In diesem Kapitel steht noch nichts."),
            next_step=N_("Schreiben Sie etwas und zeigen Sie es dann."),
            code="chapter_empty",
        )
    _end(session, workbook, number, visitor.course_id, now=now)
    freeze(session, workbook, programme, place, kind=EditionKind.RELEASE, course_id=visitor.course_id, now=now)
    log.info("workbook_chapter_released", extra={"user": visitor.user_id, "chapter": number, "course": visitor.course_id})


def end_release(session: Session, programme: Programme, visitor: Visitor, number: int, *, now: datetime) -> None:
    """Stop showing a chapter to the members of the visitor's course; what they said stays with the author."""
    get_place(programme, number)
    workbook = lock_workbook(session, programme, user_id=visitor.user_id, now=now)
    _end(session, workbook, number, visitor.course_id, now=now)


def _end(session: Session, workbook: Workbook, number: int, course_id: int | None, *, now: datetime) -> None:
    session.execute(
        update(WorkbookEdition)
        .where(
            WorkbookEdition.workbook_id == workbook.id,
            WorkbookEdition.chapter_number == number,
            WorkbookEdition.kind == EditionKind.RELEASE,
            WorkbookEdition.course_id == course_id,
            WorkbookEdition.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
