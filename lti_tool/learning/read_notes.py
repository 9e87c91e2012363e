"""Reads somebody's own notes to the Transferfragen."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Lesson, Module, Programme
from lti_tool.domain.people import Visitor
from lti_tool.models import TransferNote


@dataclass(frozen=True)
class OwnNote:
    """`place` is None where the course's version of the programme has no such lesson any more: the note stays readable."""

    code: str
    text: str
    written_at: datetime
    place: tuple[Module, Lesson] | None


def read_notes(session: Session, programme: Programme, visitor: Visitor) -> tuple[OwnNote, ...]:
    """Give all notes in the programme's order; those of lessons that are gone come last."""
    rows = session.scalars(select(TransferNote).where(TransferNote.user_id == visitor.user_id).order_by(TransferNote.id))
    notes = [_note(programme, row) for row in rows]
    order = {code: number for number, code in enumerate(programme.lessons_by_code)}
    return tuple(sorted(notes, key=lambda note: order.get(note.code, len(order)) if note.place else len(order)))


def read_note(session: Session, visitor: Visitor, module: Module, lesson: Lesson) -> str:
    """Give the note to one lesson; "" where there is none."""
    query = select(TransferNote.text).where(
        TransferNote.user_id == visitor.user_id,
        TransferNote.module_slug == module.slug,
        TransferNote.lesson_code == lesson.code,
    )
    return session.scalar(query) or ""


def _note(programme: Programme, row: TransferNote) -> OwnNote:
    place = programme.lessons_by_code.get(row.lesson_code)
    is_same = place is not None and place[0].slug == row.module_slug
    return OwnNote(row.lesson_code, row.text, row.written_at, place if is_same else None)
