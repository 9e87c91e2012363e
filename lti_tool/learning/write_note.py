"""Keeps a private note to a lesson's Transferfrage. Nobody but its author reads it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Lesson, Module, Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.words.edits import ChangedMeanwhile, Shown, merge
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.errors import NotFound, ToolError
from lti_tool.learning.content import get_lesson, get_module
from lti_tool.messages import N_
from lti_tool.models import TransferNote
from lti_tool.models.upsert import insert_for

MOST_CHARACTERS = 10_000
FIELD = "note"


class NoteTooLong(ToolError):
    """More than a note holds; nothing is stored."""

    status = 422
    code = "note_too_long"

    def __init__(self, length: int) -> None:
        super().__init__(
            N_("Die Notiz ist zu lang."),
            next_step=N_("Kürzen Sie sie bitte auf höchstens %(most)s Zeichen; es sind %(now)s."),
            most=MOST_CHARACTERS,
            now=length,
        )


def write_note(
    session: Session,
    programme: Programme,
    visitor: Visitor,
    place: tuple[str, str],
    text: str,
    *,
    shown: Shown,
    now: datetime,
) -> None:
    """Store a note in place of the one before; an empty one takes it away.

    Args:
        place: slugs of the module and the lesson.
        shown: what the page showed, so that two windows never undo each other's work.
    Raises:
        NotFound: there is no such lesson, or it asks no Transferfrage.
        NoteTooLong: it does not fit.
        ChangedMeanwhile: another window has stored something else.
    """
    module, lesson = _asked(programme, *place)
    text = clean_text(text)
    if len(text) > MOST_CHARACTERS:
        raise NoteTooLong(len(text))
    own = (
        TransferNote.user_id == visitor.user_id,
        TransferNote.module_slug == module.slug,
        TransferNote.lesson_code == lesson.code,
    )
    row = session.scalar(select(TransferNote).where(*own).with_for_update())
    stored = row.text if row else ""
    merged = merge(shown, {FIELD: text}, {FIELD: stored})
    if merged.clashes:
        raise ChangedMeanwhile(merged.clashes, at=row.written_at if row else None)
    if not merged.changed:
        return
    if not text:
        session.execute(delete(TransferNote).where(*own))
        return
    values = {"text": text, "written_at": now}
    session.execute(
        insert_for(session, TransferNote)
        .values(user_id=visitor.user_id, module_slug=module.slug, lesson_code=lesson.code, **values)
        .on_conflict_do_update(index_elements=["user_id", "module_slug", "lesson_code"], set_=values)
    )


def _asked(programme: Programme, module_slug: str, lesson_slug: str) -> tuple[Module, Lesson]:
    module = get_module(programme, module_slug)
    lesson = get_lesson(module, lesson_slug)
    if not lesson.transfer_html:
        raise NotFound(
            N_("Diese Lektion stellt keine Transferfrage."), next_step=N_("Alle Lektionen finden Sie auf der Seite des Moduls.")
        )
    return module, lesson
