"""The quiz of a module: its rules, one question per page, the list before handing in, the result."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.people import Visitor
from lti_tool.learning.quiz.open_question import AlreadySubmitted, open_answers, open_question, with_answer
from lti_tool.learning.quiz.open_quiz import open_quiz
from lti_tool.learning.quiz.review_attempt import StillOpen, review_attempt
from lti_tool.learning.quiz.save_answer import AnsweredElsewhere, SavedAnswer, TimeIsOver, save_answer, version_of
from lti_tool.learning.quiz.start_quiz import TimeChanged, start_quiz
from lti_tool.learning.quiz.submit_quiz import submit_quiz
from lti_tool.messages import N_
from lti_tool.web.forms.for_scripts import wants_json
from lti_tool.web.language import format_time_of_day, message_of, translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, current_syllabus, programme_of_attempt, syllabus_of_attempt
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href
from lti_tool.web.visits.overdue import hand_in_own_overdue

blueprint = Blueprint("quizzes", __name__, url_prefix="/modules/<module_slug>/quiz")


@dataclass(frozen=True)
class _Problem:
    """What a person should look at again, and where on the page."""

    sentence: str
    field_id: str


_PROBLEMS = {
    "not_a_number": _Problem(
        N_("Das können wir nicht als Zahl lesen. Schreiben Sie zum Beispiel 6,3 oder 1.200."), field_id="number"
    ),
    "same_number": _Problem(
        N_("Zwei Schritte hatten dieselbe Nummer. Wir haben eine Reihenfolge daraus gemacht: Bitte prüfen Sie sie."),
        field_id="steps",
    ),
}


@blueprint.get("")
def front(module_slug: str) -> str:
    """Show the rules, what is possible now, and the attempts made."""
    return _front(current_visitor(), module_slug)


def _front(visitor: Visitor, module_slug: str, *, problem: TimeChanged | None = None) -> str:
    hand_in_own_overdue()
    with reading() as session:
        page = open_quiz(session, current_syllabus(), visitor, module_slug, now=parts().now())
    return render_template(
        "quizzes/front.html",
        section="modules",
        page=page,
        programme=current_programme(),
        left_s=_left_s(page.open_try.ends_at if page.open_try else None),
        problem=None if problem is None else message_of(problem),
    )


@blueprint.post("")
def start(module_slug: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    visitor = current_visitor()
    hand_in_own_overdue()
    told = request.form.get("minutes", type=int)
    try:
        with step() as session:
            number = start_quiz(
                session,
                current_syllabus(),
                visitor,
                module_slug,
                seed=secrets.randbits(63),
                minutes_told=told,
                now=parts().now(),
            )
    except TimeChanged as changed:
        return _front(visitor, module_slug, problem=changed), changed.status
    return redirect(_attempt_address(visitor, module_slug, number), 303)


@blueprint.get("/<int:number>/questions/<int:position>")
def question(module_slug: str, number: int, position: int) -> ResponseReturnValue:
    """Ask one question."""
    hand_in_own_overdue()
    return _question_page(current_visitor(), module_slug, number, position)


@blueprint.post("/<int:number>/questions/<int:position>")
def answer(module_slug: str, number: int, position: int) -> ResponseReturnValue:
    """Keep an answer and go where the pressed button leads; the page's script gets a word of JSON instead."""
    visitor = current_visitor()
    try:
        with step() as session:
            saved = save_answer(
                session,
                programme_of_attempt(visitor, module_slug, number),
                visitor,
                module_slug,
                number,
                position,
                request.form.to_dict(flat=False),
                seen_version=request.form.get("seen", ""),
                now=parts().now(),
            )
    except AnsweredElsewhere as conflict:
        if wants_json():
            return jsonify(message=" ".join(message_of(conflict))), 409
        return _question_page(visitor, module_slug, number, position, conflict=conflict)
    except AlreadySubmitted:
        if wants_json():
            return jsonify(message=""), 409
        return redirect(href("quizzes.result", module_slug=module_slug, number=number), 303)
    except TimeIsOver as over:
        if wants_json():
            return jsonify(message=" ".join(message_of(over))), 409
        hand_in_own_overdue()
        return redirect(href("quizzes.result", module_slug=module_slug, number=number, late=1), 303)
    if wants_json():
        return jsonify(seen=version_of(saved.saved_at), message=_saved_message(saved))
    if saved.is_time_over:
        return submit(module_slug, number)
    return _go_on(saved, visitor, module_slug, number, position)


@blueprint.get("/<int:number>/answers")
def answers(module_slug: str, number: int) -> ResponseReturnValue:
    """List all questions before handing in and name those still open."""
    visitor = current_visitor()
    hand_in_own_overdue()
    syllabus = syllabus_of_attempt(visitor, module_slug, number)
    try:
        with reading() as session:
            page = open_answers(session, syllabus, visitor, module_slug, number)
    except AlreadySubmitted:
        return redirect(href("quizzes.result", module_slug=module_slug, number=number), 303)
    return render_template(
        "quizzes/answers.html", section="modules", page=page, programme=syllabus.programme, left_s=_left_s(page.ends_at)
    )


@blueprint.post("/<int:number>/answers")
def submit(module_slug: str, number: int) -> ResponseReturnValue:
    """Hand in; a second time just shows the result."""
    visitor = current_visitor()
    with step() as session:
        drawn_from = programme_of_attempt(visitor, module_slug, number)
        submit_quiz(session, current_syllabus(), visitor, module_slug, number, drawn_from=drawn_from, now=parts().now())
    return redirect(href("quizzes.result", module_slug=module_slug, number=number), 303)


@blueprint.get("/<int:number>")
def result(module_slug: str, number: int) -> ResponseReturnValue:
    """Show what became of an attempt; an open one goes on."""
    visitor = current_visitor()
    hand_in_own_overdue()
    drawn_from = programme_of_attempt(visitor, module_slug, number)
    try:
        with reading() as session:
            review = review_attempt(
                session, current_syllabus(), visitor, module_slug, number, drawn_from=drawn_from, now=parts().now()
            )
    except StillOpen:
        return redirect(_attempt_address(visitor, module_slug, number), 303)
    is_late = "late" in request.args
    return render_template("quizzes/result.html", section="modules", page=review, programme=drawn_from, is_late=is_late)


def _question_page(
    visitor: Visitor,
    module_slug: str,
    number: int,
    position: int,
    *,
    conflict: AnsweredElsewhere | None = None,
    problem: str = "",
) -> ResponseReturnValue:
    syllabus = syllabus_of_attempt(visitor, module_slug, number)
    try:
        with reading() as session:
            page = open_question(session, syllabus, visitor, module_slug, number, position)
    except AlreadySubmitted:
        return redirect(href("quizzes.result", module_slug=module_slug, number=number), 303)
    if conflict is not None:
        page = with_answer(page, conflict.mine)
    html = render_template(
        "quizzes/question.html",
        section="modules",
        page=page,
        programme=syllabus.programme,
        seen=version_of(page.saved_at),
        left_s=_left_s(page.ends_at),
        conflict=conflict,
        problem=_PROBLEMS.get(problem or request.args.get("look", "")),
    )
    return html, 409 if conflict is not None else 200


def _go_on(saved: SavedAnswer, visitor: Visitor, module_slug: str, number: int, position: int) -> ResponseReturnValue:
    go = request.form.get("go", "")
    here = {"module_slug": module_slug, "number": number}
    if saved.problem and go != "back":
        return redirect(href("quizzes.question", **here, position=position, look=saved.problem), 303)
    if request.form.get("move"):
        return redirect(href("quizzes.question", **here, position=position) + "#steps", 303)
    if go == "back" and position > 1:
        return redirect(href("quizzes.question", **here, position=position - 1), 303)
    if go == "next" and position < saved.count:
        return redirect(href("quizzes.question", **here, position=position + 1), 303)
    if go in ("next", "answers"):
        return redirect(href("quizzes.answers", **here), 303)
    return redirect(href("quizzes.question", **here, position=position), 303)


def _attempt_address(visitor: Visitor, module_slug: str, number: int) -> str:
    """Give the first question of an open attempt that is not answered fully, else the list before handing in."""
    syllabus = syllabus_of_attempt(visitor, module_slug, number)
    with reading() as session:
        unfinished = open_answers(session, syllabus, visitor, module_slug, number).unfinished
    if not unfinished:
        return href("quizzes.answers", module_slug=module_slug, number=number)
    return href("quizzes.question", module_slug=module_slug, number=number, position=unfinished[0])


def _left_s(ends_at: datetime | None) -> int:
    return 0 if ends_at is None else max(0, int((ends_at - parts().now()).total_seconds()))


def _saved_message(saved: SavedAnswer) -> str:
    if saved.saved_at is None:
        return ""
    kept = translate("Antwort gespeichert um %(time)s", time=format_time_of_day(saved.saved_at))
    # Two steps with one number are put right on the page itself, and said when the person goes on.
    return f"{kept}. {translate(_PROBLEMS[saved.problem].sentence)}" if saved.problem == "not_a_number" else kept
