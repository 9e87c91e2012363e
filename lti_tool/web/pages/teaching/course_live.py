"""The live sessions of a course, for who teaches: dates and links, attendance of everybody at once, the log of changes."""

from datetime import date, datetime, time

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.courses.meetings.attendance import AttendancePage, open_attendance, open_live
from lti_tool.courses.meetings.plan_meeting import Plan, PlanRefused, plan_meeting, plan_of
from lti_tool.courses.meetings.record_attendance import record_attendance
from lti_tool.courses.person.grant_attempt import LONGEST_REASON, ReasonMissing
from lti_tool.courses.person.return_follow_up import return_follow_up
from lti_tool.domain.rules.live import MINUTES, PRESENCE_WORDS, Meeting, Presence
from lti_tool.domain.words.edits import ChangedMeanwhile, Shown
from lti_tool.domain.words.typed_text import clean_line
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.web.forms.form_key import is_first_time
from lti_tool.web.forms.shown import come_back, shown_in_form, still_shown
from lti_tool.web.language import ZONE, format_moment, local, translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, current_syllabus
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

blueprint = Blueprint("course_live", __name__, url_prefix="/course/live")

_DONE = {
    "planned": N_("Der Termin ist gespeichert."),
    "recorded": N_("Die Anwesenheit ist gespeichert."),
    "returned": N_("Die Nachbereitung ist zurückgegeben. Die Person sieht Ihren Grund auf der Seite der Sitzung."),
}


@blueprint.get("")
def overview() -> str:
    """List all live sessions."""
    with reading() as session:
        page = open_live(session, current_programme(), current_visitor())
    return render_template("course/live.html", section="course", page=page, now=parts().now())


@blueprint.get("/<module_slug>/<code>")
def meeting(module_slug: str, code: str) -> str:
    """Show one live session with its attendance."""
    return _render(_page(module_slug, code))


@blueprint.post("/<module_slug>/<code>")
def plan(module_slug: str, code: str) -> ResponseReturnValue:
    """Store when and where the session takes place."""
    visitor = current_visitor()
    typed = {name: clean_line(request.form.get(name, "")) for name in ("day", "time", "minutes", "link", "cancelled")}
    try:
        wished = _read(typed)
        with step() as session:
            plan_meeting(
                session, current_syllabus(), visitor, module_slug, code, wished, shown=shown_in_form(), now=parts().now()
            )
    except (PlanRefused, ChangedMeanwhile) as problem:
        return _render(_page(module_slug, code), plan=typed, problem=problem, form="plan"), problem.status
    return redirect(href("course_live.meeting", module_slug=module_slug, code=code, done="planned"), 303)


@blueprint.post("/<module_slug>/<code>/attendance")
def attendance(module_slug: str, code: str) -> ResponseReturnValue:
    """Record who was there."""
    visitor = current_visitor()
    presences: dict[int, Presence | None] = {}
    for name, word in request.form.items():
        number = name.removeprefix("presence.")
        if number != name and number.isdecimal() and len(number) < 10 and (not word or word in set(Presence)):
            presences[int(number)] = Presence(word) if word else None
    try:
        with step() as session:
            record_attendance(
                session,
                current_syllabus(),
                visitor,
                module_slug,
                code,
                presences,
                shown=shown_in_form(),
                others_were_there=request.form.get("action") == "all",
                now=parts().now(),
            )
    except ChangedMeanwhile as problem:
        return _render(_page(module_slug, code), presences=presences, problem=problem, form="attendance"), problem.status
    return redirect(href("course_live.meeting", module_slug=module_slug, code=code, done="recorded"), 303)


@blueprint.post("/<module_slug>/<code>/follow-ups/<int:user_id>")
def return_one(module_slug: str, code: str, user_id: int) -> ResponseReturnValue:
    """Send a follow-up back."""
    visitor, reason = current_visitor(), request.form.get("reason", "")
    try:
        with step() as session:
            if is_first_time(session):
                return_follow_up(session, current_programme(), visitor, module_slug, code, user_id, reason, now=parts().now())
    except ReasonMissing as problem:
        return _render(_page(module_slug, code), reasons={user_id: reason}, problem=problem), problem.status
    return redirect(href("course_live.meeting", module_slug=module_slug, code=code, done="returned"), 303)


def _page(module_slug: str, code: str) -> AttendancePage:
    with reading() as session:
        return open_attendance(session, current_programme(), current_visitor(), module_slug, code)


def _render(
    page: AttendancePage,
    *,
    plan: dict[str, str] | None = None,
    presences: dict[int, Presence | None] | None = None,
    reasons: dict[int, str] | None = None,
    problem: ToolError | None = None,
    form: str = "",
) -> str:
    """Show a session: `plan`, `presences` and `reasons` are what was typed and not stored, `form` where the problem is."""
    stored = {str(line.person.user_id): line.presence or "" for line in page.lines}
    recorded, shown_presences = stored, Shown.of(stored)
    if problem is not None and presences is not None:
        typed = {str(user_id): presence or "" for user_id, presence in presences.items() if str(user_id) in stored}
        recorded, shown_presences = come_back(typed, stored, problem)
    shown_plan = Shown.of(plan_of(page.meeting).texts(page.meeting.session.minutes))
    return render_template(
        "course/meeting.html",
        section="course",
        page=page,
        values=plan or _written(page.meeting),
        shown_plan=still_shown(problem) if form == "plan" else shown_plan,
        presences=recorded,
        shown_presences=shown_presences,
        reasons=reasons or {},
        faults=problem.faults if isinstance(problem, PlanRefused) else (),
        problem=problem,
        form=form,
        theirs=_said_of(problem.theirs) if isinstance(problem, ChangedMeanwhile) and form == "plan" else {},
        longest_reason=LONGEST_REASON,
        bounds=MINUTES,
        words=PRESENCE_WORDS,
        is_over=page.meeting.is_over(parts().now()),
        done=_DONE.get(request.args.get("done", "")) if problem is None else None,
    )


def _said_of(theirs: dict[str, str]) -> dict[str, str]:
    """Say in words what somebody else has planned."""
    said = dict(theirs)
    if theirs.get("day"):
        said["day"] = format_moment(datetime.fromisoformat(theirs["day"]))
    if "cancelled" in theirs:
        said["cancelled"] = translate(N_("findet nicht statt") if theirs["cancelled"] else N_("findet statt"))
    return said


def _written(meeting: Meeting) -> dict[str, str]:
    starts_at = local(meeting.starts_at) if meeting.starts_at else None
    return {
        "day": f"{starts_at:%Y-%m-%d}" if starts_at else "",
        "time": f"{starts_at:%H:%M}" if starts_at else "",
        "minutes": "" if meeting.minutes == meeting.session.minutes else str(meeting.minutes),
        "link": meeting.link,
        "cancelled": "yes" if meeting.is_cancelled else "",
    }


def _read(typed: dict[str, str]) -> Plan:
    """Read what was typed; date and time are those of the programme's zone, and come together or not at all."""
    faults = []
    starts_at, minutes = None, None
    try:
        if typed["day"] or typed["time"]:
            starts_at = datetime.combine(date.fromisoformat(typed["day"]), time.fromisoformat(typed["time"]), tzinfo=ZONE)
    except ValueError:
        faults.append("day")
    try:
        minutes = int(typed["minutes"]) if typed["minutes"] else None
    except ValueError:
        faults.append("minutes")
    if faults:
        raise PlanRefused(tuple(faults))
    return Plan(starts_at, minutes, typed["link"], typed["cancelled"] == "yes")
