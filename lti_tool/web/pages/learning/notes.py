"""Private notes to the Transferfragen: written at the lesson, read together, taken along."""

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.words.edits import ChangedMeanwhile
from lti_tool.errors import ToolError
from lti_tool.learning.read_notes import OwnNote, read_notes
from lti_tool.learning.write_note import FIELD, NoteTooLong, write_note
from lti_tool.web.forms.shown import shown_in_form
from lti_tool.web.language import format_day, translate
from lti_tool.web.pages.learning.lessons import show_lesson
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

blueprint = Blueprint("notes", __name__)


@blueprint.post("/modules/<module_slug>/lessons/<lesson_slug>/note")
def write(module_slug: str, lesson_slug: str) -> ResponseReturnValue:
    """Store a note and come back to it; one that cannot be stored stays in its form."""
    visitor, text = current_visitor(), request.form.get(FIELD, "")
    try:
        with step() as session:
            write_note(
                session,
                current_programme(),
                visitor,
                (module_slug, lesson_slug),
                text,
                shown=shown_in_form(),
                now=parts().now(),
            )
    except (NoteTooLong, ChangedMeanwhile) as problem:
        return _come_back(module_slug, lesson_slug, text, problem)
    address = href("lessons.page", module_slug=module_slug, lesson_slug=lesson_slug, done="note")
    return redirect(f"{address}#note-form", 303)


@blueprint.get("/notes")
def overview() -> str:
    """Show all notes of the visitor."""
    return render_template("notes/overview.html", section="modules", notes=_notes(), programme=current_programme())


@blueprint.get("/notes.txt")
def file() -> Response:
    """Send all notes as a text that every program opens."""
    entries = [_as_text(note) for note in _notes()]
    text = "\n\n\n".join([translate("Meine Notizen"), *entries]) + "\n"
    # Windows' editor of old guesses without the mark; and its lines end in two signs.
    made = Response(text.replace("\n", "\r\n").encode("utf-8-sig"), content_type="text/plain; charset=utf-8")
    made.headers.set("Content-Disposition", "attachment", filename=f"{translate('Meine Notizen').replace(' ', '-')}.txt")
    return made


def _notes() -> tuple[OwnNote, ...]:
    visitor = current_visitor()
    with reading() as session:
        return read_notes(session, current_programme(), visitor)


def _as_text(note: OwnNote) -> str:
    title = f"{note.code} {note.place[1].title}" if note.place else note.code
    return f"{title}\n{'=' * len(title)}\n{format_day(note.written_at)}\n\n{note.text}"


def _come_back(module_slug: str, lesson_slug: str, text: str, problem: ToolError) -> ResponseReturnValue:
    return show_lesson(current_visitor(), module_slug, lesson_slug, note=text, problem=problem), problem.status
