"""The course page: who stands where, with filter and sort in the address; the list to take along; the course's settings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lti_tool.courses.course_settings import SettingsRefused, change_settings, told_days_of
from lti_tool.courses.export_course import CourseTable, export_course
from lti_tool.courses.open_course import CoursePage, CourseQuery, Show, Sort, open_course
from lti_tool.courses.person.resend_score import answer_emptied, resend_late_scores
from lti_tool.courses.spreadsheets import as_csv, as_ods, as_xlsx
from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.completion import Condition, Conditions
from lti_tool.domain.rules.course import ATTEMPTS, PASS_MARKS_PCT, TIME_LIMITS_MIN, CourseSettings
from lti_tool.domain.rules.workbook import PracticeRule
from lti_tool.domain.words.edits import ChangedMeanwhile, Shown
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.platforms.checking.inquiries import InquiryKind, InquiryState, open_inquiry, state_of
from lti_tool.platforms.roster.refresh_roster import RosterNotOffered, ask_for_roster, roster_place
from lti_tool.platforms.roster.roster_problems import roster_problem
from lti_tool.progress.course_facts import settings_of
from lti_tool.web.forms.form_key import is_first_time
from lti_tool.web.forms.shown import come_back, shown_in_form
from lti_tool.web.language import format_day, local, message_of, one_language, translate
from lti_tool.web.pages.teaching import course_live, course_people, course_version, packs
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, current_syllabus
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href
from lti_tool.web.visits.overdue import hand_in_overdue_of_course

blueprint = Blueprint("course", __name__, url_prefix="/course")

_WRITERS: dict[str, tuple[Callable[[CourseTable], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "ods": (as_ods, "application/vnd.oasis.opendocument.spreadsheet"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_SHOWS = {
    Show.ALL: N_("alle"),
    Show.LATE_SCORE: N_("Note nicht angekommen"),
    Show.STUCK: N_("alle Versuche genutzt"),
    Show.UNFINISHED: N_("noch nicht fertig"),
    Show.NOT_BEGUN: N_("noch nicht begonnen"),
    Show.CERTIFIED: N_("mit Zertifikat"),
    Show.GONE: N_("nicht mehr im Kurs"),
}
_SORTS = {
    Sort.NAME: N_("Name"),
    Sort.FEWEST_FIRST: N_("wenigste Module zuerst"),
    Sort.MOST_FIRST: N_("meiste Module zuerst"),
}
DONE = {
    "sent": N_("Die Noten sind wieder unterwegs."),
    "left": N_("Die Noten bleiben in der Lernplattform gelöscht."),
    "saved": N_("Die Einstellungen sind gespeichert."),
    "moved": N_("Ihr Kurs lernt jetzt mit der neuen Fassung."),
}
_PRACTICE_RULES = {
    PracticeRule.ACCEPTED: N_("Sie haben jedes Kapitel angenommen"),
    PracticeRule.PEER: N_("Jemand aus dem Kurs hat das Kapitel bestätigt, oder Sie haben es angenommen"),
    PracticeRule.SUBMITTED: N_("Das Kapitel ist eingereicht"),
}
# How a setting is read: from, to.
_BOUNDS = {"pass_mark_pct": PASS_MARKS_PCT, "attempts": ATTEMPTS, "time_limit_min": TIME_LIMITS_MIN}


@blueprint.record_once
def _with_the_people(state: BlueprintSetupState) -> None:
    state.app.register_blueprint(course_people.blueprint)
    state.app.register_blueprint(course_version.blueprint)
    state.app.register_blueprint(course_live.blueprint)
    state.app.register_blueprint(packs.blueprint)


@blueprint.get("")
def overview() -> ResponseReturnValue:
    """Show who stands where."""
    return _overview(current_visitor())


@blueprint.get("/list.<kind>")
def export(kind: str) -> Response:
    """Give the list as a file."""
    visitor = current_visitor()
    if kind not in _WRITERS:
        abort(404)
    hand_in_overdue_of_course(visitor.course_id)
    with reading() as session:
        table = export_course(session, current_programme(), visitor, say=translate, now=parts().now())
    table = replace(table, title=one_language(table.title))
    write, content_type = _WRITERS[kind]
    response = Response(write(table), content_type=content_type)
    name = f"{translate(N_('Kursliste'))}-{local(parts().now()):%Y-%m-%d}.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/roster")
def refresh() -> ResponseReturnValue:
    """Have the platform's roster read anew, in the background."""
    visitor = current_visitor()
    try:
        with step() as session:
            viewer = teaching_viewer_of(session, visitor)
            ask_for_roster(session, viewer.course_id, now=parts().now())
    except RosterNotOffered as problem:
        return _overview(visitor, problem=problem)
    return redirect(href("course.overview") + "#members", 303)


@blueprint.post("/scores")
def resend_all() -> ResponseReturnValue:
    """Send every score again that has not arrived."""
    visitor = current_visitor()
    with step() as session:
        if is_first_time(session):
            resend_late_scores(session, visitor, now=parts().now())
    return redirect(href("course.overview", done="sent"), 303)


@blueprint.post("/emptied")
def answer_about_emptied() -> ResponseReturnValue:
    """Send again what somebody has emptied in the gradebook, or leave it so."""
    visitor, fills = current_visitor(), request.form.get("answer") == "send"
    with step() as session:
        answer_emptied(session, visitor, fills=fills, now=parts().now())
    return redirect(href("course.overview", done="sent" if fills else "left"), 303)


@blueprint.get("/settings")
def settings() -> ResponseReturnValue:
    """Show the course's settings."""
    with reading() as session:
        viewer = teaching_viewer_of(session, current_visitor())
        found = settings_of(session, viewer.course_id)
    return _settings_page(found.texts(), Shown.of(found.texts()))


@blueprint.post("/settings")
def save_settings() -> ResponseReturnValue:
    """Store the course's settings."""
    visitor = current_visitor()
    typed = _typed_settings()
    wished, unreadable = _read_settings(typed)
    try:
        if unreadable:
            raise SettingsRefused(unreadable)
        with step() as session:
            change_settings(session, current_syllabus(), visitor, wished, shown=shown_in_form(), now=parts().now())
    except (SettingsRefused, ChangedMeanwhile) as problem:
        with reading() as session:
            stored = settings_of(session, teaching_viewer_of(session, visitor).course_id).texts()
        return _settings_page(*come_back(typed, stored, problem), problem), problem.status
    return redirect(href("course.overview", done="saved"), 303)


@blueprint.post("/settings/told-days")
def take_told_days() -> ResponseReturnValue:
    """Take the course's first and last day over from the platform."""
    visitor = current_visitor()
    try:
        with step() as session:
            viewer = teaching_viewer_of(session, visitor)
            stored = settings_of(session, viewer.course_id)
            wished = told_days_of(session, viewer.course_id).applied_to(stored)
            change_settings(session, current_syllabus(), visitor, wished, shown=shown_in_form(), now=parts().now())
    except (SettingsRefused, ChangedMeanwhile) as problem:
        return _settings_page(stored.texts(), Shown.of(stored.texts()), problem), problem.status
    return redirect(href("course.settings"), 303)


def _overview(visitor: Visitor, *, problem: ToolError | None = None) -> ResponseReturnValue:
    arguments = request.args
    query = CourseQuery.of(*(arguments.get(name, "") for name in ("show", "sort", "name", "page")))
    hand_in_overdue_of_course(visitor.course_id)
    with reading() as session:
        page = open_course(session, current_programme(), visitor, query, now=parts().now())
    roster_reading = _roster_reading(visitor, page) if page.sees_details and page.roster.is_offered else None
    html = render_template(
        "course/overview.html",
        section="course",
        page=page,
        newer=course_version.version_for(visitor).newer if page.sees_details else None,
        programme=current_programme(),
        shows=_SHOWS,
        sorts=_SORTS,
        done=DONE.get(arguments.get("done", "")),
        reading=roster_reading,
        roster_problem=roster_problem(page.roster.problem),
        problem=None if problem is None else message_of(problem),
    )
    return html, 200 if problem is None else problem.status


def _roster_reading(visitor: Visitor, page: CoursePage) -> InquiryState:
    """Return how far the reading of the roster is. With the first visit of the page it begins by itself."""
    now = parts().now()
    assert visitor.course_id is not None  # else there would be no page
    with reading() as session:
        place = roster_place(session, visitor.course_id)
        state = state_of(session, InquiryKind.ROSTER, place, now=now) if place else InquiryState()
    if state.is_open or state.answered_at or page.roster.read_at or page.roster.problem or place is None:
        return state
    with step() as session:
        open_inquiry(session, InquiryKind.ROSTER, place, now=now)
    return InquiryState(is_open=True)


def _settings_page(values: dict[str, str], shown: Shown, problem: SettingsRefused | ChangedMeanwhile | None = None) -> str:
    with reading() as session:
        course_id = teaching_viewer_of(session, current_visitor()).course_id
        told, stored = told_days_of(session, course_id), settings_of(session, course_id)
    return render_template(
        "course/settings.html",
        section="course",
        values=values,
        told_days=told.suggested_to(stored),
        conditions=_conditions_in(values),
        practice_rules=_PRACTICE_RULES,
        shown=shown,
        faults=problem.faults if isinstance(problem, SettingsRefused) else (),
        problem=problem,
        theirs=_said_of(problem.theirs) if isinstance(problem, ChangedMeanwhile) else {},
        rules=current_programme().assessment,
        bounds=_BOUNDS,
        course_version=course_version.version_for(current_visitor()),
        programme=current_programme(),
    )


def _said_of(theirs: dict[str, str]) -> dict[str, str]:
    """Say in words what somebody else has set."""
    said = {}
    for name, text in theirs.items():
        if name.startswith("asks_"):
            said[name] = translate(N_("angekreuzt") if text else N_("nicht angekreuzt"))
        elif name == "practice_rule":
            said[name] = translate(_PRACTICE_RULES[PracticeRule(text)])
        else:
            said[name] = format_day(date.fromisoformat(text)) if text and name.endswith("_on") else text
    return said


def _typed_settings() -> dict[str, str]:
    """Read what was typed and ticked, by the names of `CourseSettings.texts`."""
    typed = {}
    for name in CourseSettings().texts():
        text = request.form.get(name, "").strip()
        typed[name] = ("yes" if text == "yes" else "") if name.startswith("asks_") else text
    rule = typed["practice_rule"]
    return {**typed, "practice_rule": rule if rule in set(PracticeRule) else PracticeRule.ACCEPTED.value}


def _conditions_in(texts: dict[str, str]) -> Conditions:
    ticked = [part.value for part in Condition if texts[f"asks_{part.value}"]]
    return Conditions.of(" ".join(ticked), texts["practice_rule"])


def _read_settings(typed: dict[str, str]) -> tuple[CourseSettings, tuple[str, ...]]:
    """Read what was typed; an empty field means: as the programme says."""
    values: dict[str, Any] = {}
    unreadable = []
    for name in (*_BOUNDS, "begins_on", "ends_on"):
        text = typed[name]
        try:
            values[name] = None if not text else int(text) if name in _BOUNDS else date.fromisoformat(text)
        except ValueError:
            unreadable.append(name)
    wished = CourseSettings(**values, conditions=_conditions_in(typed)) if not unreadable else CourseSettings()
    return wished, tuple(unreadable)
