"""The self-assessment: both rounds side by side, the form of each, and for those who teach what a course adds up to."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.words.edits import ChangedMeanwhile, Shown
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.reifegrad.add_up_course import ANSWERS_MIN, add_up_course
from lti_tool.reifegrad.read_round import DimensionRating, Moment, Round, ratings_from, read_profile, read_round, texts_of
from lti_tool.reifegrad.save_round import EVIDENCE_MAX, RatingRefused, save_round
from lti_tool.web.forms.shown import come_back, shown_in_form
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, programme_if_decided
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

blueprint = Blueprint("reifegrad", __name__)

_NAMES = {Moment.BEFORE: N_("zu Beginn"), Moment.AFTER: N_("zum Abschluss")}


@blueprint.app_template_global("has_reifegrad")
def has_reifegrad() -> bool:
    """Whether the programme of the course has a self-assessment."""
    programme = programme_if_decided()
    return programme is not None and bool(programme.dimensions)


@blueprint.get("/reifegrad")
def overview() -> str:
    """Show both rounds as chart and table."""
    visitor, programme = current_visitor(), _programme()
    with reading() as session:
        profile = read_profile(session, programme, user_id=visitor.user_id)
    return render_template(
        "reifegrad/overview.html", section="modules", profile=profile, programme=programme, names=_NAMES, answers_min=ANSWERS_MIN
    )


@blueprint.get("/reifegrad/course")
def course() -> str:
    """Show those who teach how their course's answers spread."""
    visitor, programme = current_visitor(), _programme()
    with reading() as session:
        rounds = add_up_course(session, programme, visitor)
    return render_template(
        "reifegrad/course.html", section="course", rounds=rounds, programme=programme, names=_NAMES, answers_min=ANSWERS_MIN
    )


@blueprint.get("/reifegrad/<moment>")
def form(moment: str) -> str:
    """Show the form of one round."""
    with reading() as session:
        found = read_round(session, _programme(), _moment(moment), user_id=current_visitor().user_id)
    return _form(found, Shown.of(found.texts))


@blueprint.post("/reifegrad/<moment>")
def save(moment: str) -> ResponseReturnValue:
    """Save one round; finish it where the person says so and nothing is missing."""
    visitor, programme, chosen = current_visitor(), _programme(), _moment(moment)
    typed = _typed(programme)
    finishes = request.form.get("go") == "finish"
    try:
        with step() as session:
            saved = save_round(
                session,
                programme,
                chosen,
                typed,
                user_id=visitor.user_id,
                shown=shown_in_form(),
                finishes=finishes,
                now=parts().now(),
            )
    except (RatingRefused, ChangedMeanwhile) as problem:
        with reading() as session:
            present = read_round(session, programme, chosen, user_id=visitor.user_id)
        texts, shown = come_back(texts_of(typed), present.texts, problem)
        return _form(Round(chosen, ratings_from(texts, typed)), shown, problem=problem), problem.status
    if finishes and saved.missing:
        return _form(saved, Shown.of(saved.texts), shows_missing=True), 422
    return redirect(href("reifegrad.overview", saved=chosen.value), 303)


def _form(
    found: Round, shown: Shown, *, problem: RatingRefused | ChangedMeanwhile | None = None, shows_missing: bool = False
) -> str:
    return render_template(
        "reifegrad/form.html",
        section="modules",
        programme=_programme(),
        round=found,
        shown=shown,
        name=_NAMES[found.moment],
        missing=found.missing if shows_missing else (),
        refused=problem if isinstance(problem, RatingRefused) else None,
        conflict=problem if isinstance(problem, ChangedMeanwhile) else None,
        evidence_max=EVIDENCE_MAX,
    )


def _programme() -> Programme:
    programme = current_programme()
    if not programme.dimensions:
        raise NotFound(
            N_("Dieses Programm hat keine Selbsteinschätzung."),
            next_step=N_("Unter „Module“ geht es weiter."),
            code="no_reifegrad",
        )
    return programme


def _moment(text: str) -> Moment:
    try:
        return Moment(text)
    except ValueError:
        raise NotFound(
            N_("Diese Seite gibt es nicht."), next_step=N_("Unter „Module“ geht es weiter."), code="moment_not_found"
        ) from None


def _typed(programme: Programme) -> dict[int, DimensionRating]:
    ratings = {}
    for dimension in programme.dimensions:
        evidence = clean_text(request.form.get(f"evidence-{dimension.number}", ""))
        ratings[dimension.number] = DimensionRating(_whole_number(request.form.get(f"level-{dimension.number}", "")), evidence)
    return ratings


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
