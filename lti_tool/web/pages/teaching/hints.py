"""Hints to the authors: the form at a lesson or a case, and the list for those who teach the course."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.case_library.open_case import get_case
from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.errors import ToolError
from lti_tool.hints.leave_hint import MOST_CHARACTERS, HintSubject, about_case, about_lesson, leave_hint
from lti_tool.hints.read_hints import read_hints, settle_hint
from lti_tool.learning.content import get_lesson, get_module
from lti_tool.messages import N_
from lti_tool.traffic.take_turn import Limit, source_of, take_turn
from lti_tool.web.language import message_of
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.rate_limit import retry_after
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

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


@dataclass(frozen=True)
class _HintPlace:
    """Where a hint is given: what it is about, its page, and the form's own address and that of the thanks."""

    subject: HintSubject
    title: str
    page: str
    form: str
    thanks: str

    @property
    def is_case(self) -> bool:
        return bool(self.subject.case_id)


def _at_lesson(module_slug: str, lesson_slug: str) -> _HintPlace:
    module = get_module(current_programme(), module_slug)
    lesson = get_lesson(module, lesson_slug)
    names = {"module_slug": module.slug, "lesson_slug": lesson.slug}
    return _HintPlace(
        about_lesson(module, lesson),
        lesson.title,
        page=href("lessons.page", **names),
        form=href("hints.form", **names),
        thanks=href("hints.form", **names, sent="yes"),
    )


def _at_case(case_id: str) -> _HintPlace:
    study = get_case(current_programme(), case_id)
    return _HintPlace(
        about_case(study),
        study.title,
        page=href("cases.page", case_id=study.id),
        form=href("hints.case_form", case_id=study.id),
        thanks=href("hints.case_form", case_id=study.id, sent="yes"),
    )


@blueprint.get("/modules/<module_slug>/lessons/<lesson_slug>/hint")
def form(module_slug: str, lesson_slug: str) -> str:
    """Show the form; after sending, the thanks."""
    current_visitor()
    return _form(_at_lesson(module_slug, lesson_slug), heading=request.args.get("heading", ""))


@blueprint.post("/modules/<module_slug>/lessons/<lesson_slug>/hint")
def leave(module_slug: str, lesson_slug: str) -> ResponseReturnValue:
    """Store a hint to a lesson."""
    current_visitor()
    return _leave(_at_lesson(module_slug, lesson_slug))


@blueprint.get("/cases/<case_id>/hint")
def case_form(case_id: str) -> str:
    """Show the form for a case; after sending, the thanks."""
    current_visitor()
    return _form(_at_case(case_id), heading=request.args.get("heading", ""))


@blueprint.post("/cases/<case_id>/hint")
def leave_at_case(case_id: str) -> ResponseReturnValue:
    """Store a hint to a case."""
    current_visitor()
    return _leave(_at_case(case_id))


def _leave(place: _HintPlace) -> ResponseReturnValue:
    visitor, tool = current_visitor(), parts()
    text, heading = request.form.get("text", ""), request.form.get("heading", "")
    key = request.form.get("form_key", "")
    try:
        with step() as session:
            leave_hint(
                session,
                current_programme(),
                visitor,
                place.subject,
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
        return _form(place, text=text, heading=heading, problem=problem), problem.status, retry_after(problem)
    return redirect(place.thanks, 303)


@blueprint.get("/course/hints")
def course() -> str:
    """List the hints of the course."""
    with reading() as session:
        viewer = teaching_viewer_of(session, current_visitor())
        hints = read_hints(session, course_id=viewer.course_id)
    programme = current_programme()
    return render_template(
        "course/hints.html",
        section="course",
        hints=hints,
        lessons=programme.lessons_by_code,
        library=programme.library,
        programme=programme,
    )


@blueprint.post("/course/hints/<int:hint_id>")
def settle(hint_id: int) -> ResponseReturnValue:
    """Mark a hint of the course as done, or as open again."""
    with step() as session:
        viewer = teaching_viewer_of(session, current_visitor())
        is_done = request.form.get("status") == "done"
        settle_hint(session, hint_id, is_done=is_done, now=parts().now(), course_id=viewer.course_id)
    return redirect(href("hints.course", _anchor="open"), 303)


def _form(place: _HintPlace, *, text: str = "", heading: str = "", problem: ToolError | None = None) -> str:
    return render_template(
        "lessons/hint.html",
        section="cases" if place.is_case else "modules",
        place=place,
        text=text,
        heading=heading,
        problem=message_of(problem) if problem is not None else None,
        is_sent=request.args.get("sent") == "yes" and problem is None,
        most=MOST_CHARACTERS,
        kept_months=parts().settings.hints_kept_months,
        programme=current_programme(),
    )
