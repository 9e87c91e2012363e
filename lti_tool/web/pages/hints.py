"""Hints to the authors: the form at a lesson, and the list for those who teach the course."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.programme import Lesson, Module
from lti_tool.errors import ToolError
from lti_tool.hints.leave_hint import MOST_CHARACTERS, leave_hint
from lti_tool.hints.read_hints import read_hints, settle_hint
from lti_tool.learning.content import get_lesson, get_module
from lti_tool.messages import N_
from lti_tool.traffic.take_turn import Limit, source_of, take_turn
from lti_tool.web.browser_session import current_visitor, href
from lti_tool.web.language import message_of
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.rate_limit import retry_after
from lti_tool.web.step import step

blueprint = Blueprint("hints", __name__)

# Per person: who reads a module carefully may well send a handful at once.
_LIMIT = Limit("hints", burst=10, interval_s=600)


class TooManyHints(ToolError):
    """Somebody sends very many; nothing of what was typed is lost."""

    status = 429
    code = "too_many_hints"

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            N_("Sie haben gerade sehr viele Hinweise gesendet."),
            next_step=N_("Ihr Text steht noch im Formular. Senden Sie ihn in %(minutes)s Minuten noch einmal ab."),
            minutes=-(-wait_s // 60),
        )
        self.retry_after_s = wait_s


@blueprint.get("/modules/<module_slug>/lessons/<lesson_slug>/hint")
def form(module_slug: str, lesson_slug: str) -> str:
    """Show the form; after sending, the thanks."""
    current_visitor()
    module = get_module(current_programme(), module_slug)
    return _form(module, get_lesson(module, lesson_slug), heading=request.args.get("heading", ""))


@blueprint.post("/modules/<module_slug>/lessons/<lesson_slug>/hint")
def leave(module_slug: str, lesson_slug: str) -> ResponseReturnValue:
    """Store a hint."""
    visitor, tool = current_visitor(), parts()
    module = get_module(current_programme(), module_slug)
    lesson = get_lesson(module, lesson_slug)
    text, heading = request.form.get("text", ""), request.form.get("heading", "")
    key = request.form.get("form_key", "")
    try:
        with step() as session:
            leave_hint(
                session,
                current_programme(),
                visitor,
                module,
                lesson,
                text=text,
                heading_id=heading,
                form_key=key,
                now=tool.now(),
            )
            if tool.settings.rate_limits == "on":
                # The bucket holds a keyed hash of who it is, and is swept away when it is full again.
                source = source_of(f"user {visitor.user_id}", tool.settings.secret_key.get_secret_value())
                if wait_s := take_turn(session, _LIMIT, source, now=tool.now()):
                    raise TooManyHints(wait_s)
    except ToolError as problem:
        return _form(module, lesson, text=text, heading=heading, problem=problem), problem.status, retry_after(problem)
    return redirect(href("hints.form", module_slug=module.slug, lesson_slug=lesson.slug, sent="yes"), 303)


@blueprint.get("/course/hints")
def course() -> str:
    """List the hints of the course."""
    with parts().database.read() as session:
        viewer = teaching_viewer_of(session, current_visitor())
        hints = read_hints(session, course_id=viewer.course_id)
    programme = current_programme()
    return render_template(
        "course/hints.html", section="course", hints=hints, lessons=programme.lessons_by_code, programme=programme
    )


@blueprint.post("/course/hints/<int:hint_id>")
def settle(hint_id: int) -> ResponseReturnValue:
    """Mark a hint of the course as done, or as open again."""
    with step() as session:
        viewer = teaching_viewer_of(session, current_visitor())
        is_done = request.form.get("status") == "done"
        settle_hint(session, hint_id, is_done=is_done, now=parts().now(), course_id=viewer.course_id)
    return redirect(href("hints.course", _anchor="open"), 303)


def _form(module: Module, lesson: Lesson, *, text: str = "", heading: str = "", problem: ToolError | None = None) -> str:
    return render_template(
        "lessons/hint.html",
        section="modules",
        module=module,
        lesson=lesson,
        text=text,
        heading=heading,
        problem=message_of(problem) if problem is not None else None,
        is_sent=request.args.get("sent") == "yes" and problem is None,
        most=MOST_CHARACTERS,
        kept_months=parts().settings.hints_kept_months,
        programme=current_programme(),
    )
