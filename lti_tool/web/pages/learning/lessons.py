"""Lessons: reading, self-checks, marking as read."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.people import Visitor
from lti_tool.domain.words.edits import Shown
from lti_tool.errors import ToolError
from lti_tool.learning.check_yourself import CheckResult, check_yourself, remember_check
from lti_tool.learning.complete_lesson import complete_lesson
from lti_tool.learning.read_lesson import read_lesson, remember_opening, remember_position
from lti_tool.learning.read_notes import read_note
from lti_tool.learning.write_note import FIELD, MOST_CHARACTERS
from lti_tool.web.forms.shown import still_shown
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, current_syllabus
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

blueprint = Blueprint("lessons", __name__)


@blueprint.get("/modules/<module_slug>/lessons/<lesson_slug>")
def page(module_slug: str, lesson_slug: str) -> str:
    """Show a lesson."""
    return _page(current_visitor(), module_slug, lesson_slug)


@blueprint.post("/modules/<module_slug>/lessons/<lesson_slug>/read")
def mark_as_read(module_slug: str, lesson_slug: str) -> ResponseReturnValue:
    """Mark a lesson as read and go on: to the next unread one, else to the module."""
    visitor = current_visitor()
    with step() as session:
        following = complete_lesson(session, current_syllabus(), visitor, module_slug, lesson_slug, now=parts().now())
    if following is None:
        return redirect(href("modules.page", module_slug=module_slug), 303)
    return redirect(href("lessons.page", module_slug=module_slug, lesson_slug=following.slug), 303)


@blueprint.post("/modules/<module_slug>/lessons/<lesson_slug>/checks/<check_id>")
def check(module_slug: str, lesson_slug: str, check_id: str) -> str:
    """Show what the authors say about the chosen options, in the place of the question, and note whether it went right."""
    visitor = current_visitor()
    chosen = [int(value) for value in request.form.getlist("choice") if value.isdecimal() and len(value) < 3]
    result = check_yourself(current_programme(), module_slug, lesson_slug, check_id, chosen)
    programme = current_programme()
    with step() as session:
        page = read_lesson(session, programme, visitor, module_slug, lesson_slug)
        # Whoever answers from an address of their own has opened it with that.
        remember_opening(session, programme, visitor, page, now=parts().now())
        remember_check(session, visitor, (page.module.slug, page.lesson.code), result)
    return _page(visitor, module_slug, lesson_slug, result)


@blueprint.post("/modules/<module_slug>/lessons/<lesson_slug>/position")
def position(module_slug: str, lesson_slug: str) -> ResponseReturnValue:
    """Remember where the lesson is being read (sent by the page's script when it is left)."""
    visitor = current_visitor()
    with step() as session:
        remember_position(session, current_programme(), visitor, module_slug, lesson_slug, request.form.get("anchor", ""))
    return Response(status=204)


@dataclass(frozen=True)
class _NoteForm:
    text: str
    shown: Shown
    problem: ToolError | None
    is_saved: bool
    most: int = MOST_CHARACTERS


def show_lesson(visitor: Visitor, module_slug: str, lesson_slug: str, *, note: str, problem: ToolError) -> str:
    """Show a lesson with a note that could not be stored, as it was typed."""
    return _page(visitor, module_slug, lesson_slug, note=_NoteForm(note, still_shown(problem), problem, is_saved=False))


def _page(
    visitor: Visitor, module_slug: str, lesson_slug: str, result: CheckResult | None = None, note: _NoteForm | None = None
) -> str:
    programme = current_programme()
    with reading() as session:
        lesson_page = read_lesson(session, programme, visitor, module_slug, lesson_slug)
        if note is None:
            stored = read_note(session, visitor, lesson_page.module, lesson_page.lesson)
            note = _NoteForm(stored, Shown.of({FIELD: stored}), None, is_saved=request.args.get("done") == "note")
    if not lesson_page.is_opened:
        with step() as session:
            remember_opening(session, programme, visitor, lesson_page, now=parts().now())
    return render_template(
        "lessons/lesson.html",
        section="modules",
        page=lesson_page,
        cases=programme.library.of_lesson(lesson_page.lesson.code, lesson_page.lesson.case_ids),
        downloads=[one for one in programme.downloads if lesson_page.lesson.code in one.lesson_codes],
        result=result,
        note=note,
        programme=programme,
    )
