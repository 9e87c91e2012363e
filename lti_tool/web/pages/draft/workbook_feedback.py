"""Reading what others wrote: the Lernbegleitung what was handed in, members of the course what is shown to them."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.rules.workbook import COMMENT_LENGTH_MAX, RATING_WORDS, ChapterPlace, CriterionRating, Decision
from lti_tool.web.forms.form_key import is_first_time
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, current_syllabus
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href
from lti_tool.web.visits.guards import current_instructor
from lti_tool.workbook.editions import Edition
from lti_tool.workbook.editions_for_readers import (
    list_course_drafts,
    list_shown_chapters,
    read_shown_chapter,
    read_submission,
)
from lti_tool.workbook.feedback import (
    FeedbackEmpty,
    FeedbackTooLong,
    Said,
    decide_on_submission,
    give_peer_feedback,
)

blueprint = Blueprint("workbook_feedback", __name__)


@blueprint.get("/workbook/course")
def course() -> str:
    """List the drafts of the course for its instructors."""
    visitor = current_instructor()
    with reading() as session:
        drafts = list_course_drafts(session, current_programme(), visitor)
    return render_template("workbook/course.html", section="workbook", drafts=drafts, programme=current_programme())


@blueprint.get("/workbook/course/<int:edition_id>")
def submission(edition_id: int) -> str:
    """Show a submission with the form for feedback."""
    visitor = current_instructor()
    with reading() as session:
        edition = read_submission(session, current_programme(), visitor, edition_id)
    return _render("workbook/submission.html", edition, None)


@blueprint.post("/workbook/course/<int:edition_id>")
def decide(edition_id: int) -> ResponseReturnValue:
    """Accept a submission or give it back."""
    visitor = current_instructor()
    with reading() as session:
        edition = read_submission(session, current_programme(), visitor, edition_id)
    said = _said(edition.place)
    decision = Decision.ACCEPTED if request.form.get("action") == "accept" else Decision.RETURNED
    try:
        with step() as session:
            if is_first_time(session):
                decide_on_submission(session, current_syllabus(), visitor, edition_id, decision, said, now=parts().now())
    except (FeedbackEmpty, FeedbackTooLong) as refusal:
        return _render("workbook/submission.html", edition, said, refusal), refusal.status
    return redirect(href("workbook_feedback.submission", edition_id=edition_id), 303)


@blueprint.get("/workbook/peers")
def peers() -> str:
    """List what other members of the course show."""
    visitor = current_visitor()
    with reading() as session:
        shown = list_shown_chapters(session, current_programme(), visitor)
    return render_template("workbook/peers.html", section="workbook", shown=shown, programme=current_programme())


@blueprint.get("/workbook/peers/<int:edition_id>")
def shown_chapter(edition_id: int) -> str:
    """Show another member's chapter with the form for feedback."""
    visitor = current_visitor()
    with reading() as session:
        edition = read_shown_chapter(session, current_programme(), visitor, edition_id)
    return _render("workbook/shown_chapter.html", edition, None)


@blueprint.post("/workbook/peers/<int:edition_id>")
def say(edition_id: int) -> ResponseReturnValue:
    """Say something to another member's chapter."""
    visitor = current_visitor()
    with reading() as session:
        edition = read_shown_chapter(session, current_programme(), visitor, edition_id)
    said = _said(edition.place)
    is_confirmed = request.form.get("confirmed") == "yes"
    try:
        with step() as session:
            if is_first_time(session):
                give_peer_feedback(
                    session, current_syllabus(), visitor, edition_id, said, is_confirmed=is_confirmed, now=parts().now()
                )
    except (FeedbackEmpty, FeedbackTooLong) as refusal:
        return _render("workbook/shown_chapter.html", edition, said, refusal), refusal.status
    return redirect(href("workbook_feedback.shown_chapter", edition_id=edition_id, _anchor="feedback"), 303)


def _said(place: ChapterPlace) -> Said:
    ratings: dict[str, CriterionRating | None] = {}
    comments: dict[str, str] = {}
    for criterion in place.criteria:
        word = request.form.get(f"rating.{criterion.id}", "")
        ratings[criterion.id] = CriterionRating(word) if word in set(CriterionRating) else None
        comments[criterion.id] = request.form.get(f"comment.{criterion.id}", "")
    return Said(ratings, comments, request.form.get("text", ""))


def _render(template: str, edition: Edition, said: Said | None, refusal: FeedbackEmpty | FeedbackTooLong | None = None) -> str:
    return render_template(
        template,
        section="workbook",
        edition=edition,
        said=said or Said({}, {}, ""),
        refusal=refusal,
        is_confirmed=request.form.get("confirmed") == "yes",
        ratings=RATING_WORDS,
        comment_length_max=COMMENT_LENGTH_MAX,
        programme=current_programme(),
    )
