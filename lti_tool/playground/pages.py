"""Pages for people: who you are, the course, an activity, the gradebook, the tools, trouble on request."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.messages import N_
from lti_tool.playground.endpoints import PERSON_COOKIE, auto_submit, playground
from lti_tool.playground.faults import SERVICES, Fault, Service
from lti_tool.playground.launching.launches import Target
from lti_tool.playground.people import ADMINISTRATOR, INSTRUCTOR, NAMELESS, PARTICIPANTS, Person
from lti_tool.playground.platform import GradeView
from lti_tool.playground.site import LOCAL_ZONE
from lti_tool.playground.state import Column

pages = Blueprint("pages", __name__)

_COOKIE_LIFE_S = 30 * 24 * 3600
STORAGE_TARGETS = {
    "": N_("kein Speicher (wie Moodle und Open edX)"),
    "_parent": N_("in der Kursseite (_parent)"),
    "platform_storage": N_("in einem eigenen Rahmen (wie Canvas)"),
}
_LONGEST_HANG_S = 120.0
_SERVICE_NAMES = {
    "scores": N_("Bewertungen annehmen (scores)"),
    "results": N_("Bewertungen lesen (results)"),
    "lineitems": N_("Spalten (lineitems)"),
    "token": N_("Zugriffstoken (token)"),
    "jwks": N_("Öffentliche Schlüssel (jwks)"),
    "memberships": N_("Teilnehmendenliste (memberships)"),
    "configuration": N_("Konfiguration (openid-configuration)"),
    "registration": N_("Registrierung"),
}


@dataclass(frozen=True)
class Row:
    """One person's line of the gradebook."""

    person: Person
    cells: list[GradeView | None]


@pages.before_request
def refuse_other_sites() -> None:
    """Refuse forms that another site's page sends: the cookie alone does not show who meant it."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)


@pages.app_context_processor
def common_values() -> dict[str, object]:
    """Give every template the person at the browser."""
    return {"me": present_person(), "local": local_time, "storage_target": playground().site.state.storage_target}


def present_person() -> Person | None:
    """Tell who the browser says it is."""
    return playground().site.find_person(request.cookies.get(PERSON_COOKIE, ""))


def local_time(moment: datetime) -> str:
    """Write a moment in the site's zone."""
    return moment.astimezone(LOCAL_ZONE).strftime("%d.%m.%Y, %H:%M:%S Uhr")


@pages.get("/")
def start() -> str:
    return render_template(
        "playground/start.html",
        staff=(INSTRUCTOR, ADMINISTRATOR),
        participants=PARTICIPANTS,
        nameless=NAMELESS,
    )


@pages.post("/person")
def choose_person() -> Response:
    person = playground().person(request.form.get("person", ""))
    response = redirect(url_for("pages.course"), 303)
    response.set_cookie(PERSON_COOKIE, person.id, max_age=_COOKIE_LIFE_S, httponly=True, samesite="Lax")
    return response


@pages.get("/course")
def course() -> str | Response:
    me = present_person()
    if me is None:
        return redirect(url_for("pages.start"))
    lms = playground()
    grades = {column.link_id: (column, lms.grade(me.id, column.id)) for column in lms.columns if column.link_id is not None}
    active = [tool for tool in lms.site.state.tools.values() if tool.is_active]
    course = lms.site.course(request.args.get("in", ""))
    return render_template(
        "playground/course.html",
        activities=[activity for activity in lms.activities if lms.site.course(activity.course) == course],
        title=course.title,
        further=list(lms.site.state.further_courses.values()),
        grades=grades,
        tools=active,
    )


@pages.get("/activity/<int:link>")
def activity(link: int) -> str | Response:
    if present_person() is None:
        return redirect(url_for("pages.start"))
    found = playground().site.activity(link)
    return render_template("playground/activity.html", activity=found, source=url_for("pages.launch", link=link))


@pages.get("/activity/<int:link>/review/<user>")
def review(link: int, user: str) -> str | Response:
    """Open the result that stands behind a grade of the gradebook: Moodle's *Bewertungsanalyse*."""
    if present_person() is None:
        return redirect(url_for("pages.start"))
    found = playground().site.activity(link)
    source = url_for("pages.launch", link=link, review=playground().person(user).id)
    return render_template("playground/activity.html", activity=found, source=source)


@pages.get("/launch/<int:link>")
def launch(link: int) -> str | Response:
    """Send the browser to the tool's login: Moodle's launch page."""
    me = present_person()
    if me is None:
        return redirect(url_for("pages.start"))
    target: Target = "window" if request.args.get("target") == "window" else "iframe"
    lms = playground()
    review = request.args.get("review")
    if review is not None and me.part == "participant":
        # Nobody sees other people's grades to click.
        review = me.id
    form = lms.initiate(me.id, link, target=target, review=review)
    return auto_submit(lms.site.tool(lms.site.activity(link).tool_id).login_url, form, title="Die Aktivität wird geöffnet")


@pages.get("/storage")
def storage() -> str:
    """Give the frame that keeps values for tools, where it is not the course page itself."""
    return render_template("playground/storage.html")


@pages.get("/select/<tool_id>")
def select(tool_id: str) -> str | Response:
    if present_person() is None:
        return redirect(url_for("pages.start"))
    tool = playground().site.tool(tool_id)
    return render_template("playground/select.html", tool=tool, source=url_for("pages.select_launch", tool_id=tool_id))


@pages.get("/select/<tool_id>/launch")
def select_launch(tool_id: str) -> str | Response:
    me = present_person()
    if me is None or me.part == "participant":
        return redirect(url_for("pages.start"))
    lms = playground()
    form = lms.initiate_deep_linking(me.id, tool_id=tool_id)
    return auto_submit(lms.site.tool(tool_id).login_url, form, title="Die Auswahl wird geöffnet")


@pages.post("/selection/<selection_id>")
def save_selection(selection_id: str) -> str:
    outcome = playground().deep_linking.save(selection_id)
    return render_template("playground/saved.html", outcome=outcome)


@pages.get("/gradebook")
def gradebook() -> str | Response:
    me = present_person()
    if me is None:
        return redirect(url_for("pages.start"))
    lms = playground()
    columns = lms.columns
    people = [me] if me.part == "participant" else [p for p in lms.site.members() if p.part == "participant"]
    rows = [Row(person, [lms.grade(person.id, column.id) for column in columns]) for person in people]
    return render_template(
        "playground/gradebook.html", columns=columns, rows=rows, total=_filled(rows), has_reviews=not lms.site.is_open_edx
    )


def _filled(rows: list[Row]) -> int:
    return sum(cell is not None for row in rows for cell in row.cells)


@pages.get("/tools")
def tools() -> str:
    return render_template("playground/tools.html", tools=list(playground().site.state.tools.values()))


@pages.post("/tools/register")
def register_tool() -> str:
    address = request.form.get("address", "").strip()
    if not address.startswith(("http://", "https://")):
        abort(400)
    source = playground().begin_registration(address, update=request.form.get("update") or None)
    return render_template("playground/register.html", source=source)


@pages.post("/tools/<tool_id>/activate")
def activate_tool(tool_id: str) -> Response:
    playground().activate_tool(tool_id)
    return redirect(url_for("pages.tools"), 303)


@pages.get("/faults")
def faults() -> str:
    lms = playground()
    return render_template(
        "playground/faults.html",
        services=SERVICES,
        service_names=_SERVICE_NAMES,
        storage_targets=STORAGE_TARGETS,
        waiting=lms.faults.waiting(),
        offset_s=int(lms.site.clock_offset.total_seconds()),
        now=lms.site.now(),
        scores=lms.scores_received[-20:][::-1],
        columns={column.id: column for column in lms.columns},
    )


@pages.post("/faults")
def add_fault() -> Response:
    form = request.form
    service: Service | None = next((each for each in SERVICES if each == form.get("service")), None)
    times = min(max(form.get("times", 1, int), 1), 1000)
    kind = form.get("kind", "503")
    after_work = form.get("after_work") == "yes"
    if kind == "hang":
        seconds = min(max(form.get("seconds", 30.0, float), 0.0), _LONGEST_HANG_S)
        fault = Fault("hang", service, times, seconds=seconds, after_work=after_work)
    elif kind in ("reset", "page"):
        fault = Fault("reset" if kind == "reset" else "page", service, times, 200, after_work=after_work)
    else:
        status = int(kind) if kind in ("400", "401", "403", "404", "409", "429", "500", "502", "503") else 503
        retry_after = form.get("seconds", 2, int) if status == 429 else None
        fault = Fault("status", service, times, status, retry_after, after_work=after_work)
    playground().faults.add(fault)
    return redirect(url_for("pages.faults"), 303)


@pages.post("/faults/act")
def act() -> Response:
    lms, action = playground(), request.form.get("action")
    if action == "clear":
        lms.faults.clear()
    elif action == "revoke":
        lms.revoke_tokens()
    elif action == "rotate":
        lms.rotate_key()
    elif action == "rotate-hard":
        lms.rotate_key(keep_old=False)
    elif action == "storage" and request.form.get("target") in STORAGE_TARGETS:
        lms.offer_storage(request.form["target"])
    elif action == "clock":
        lms.move_clock(request.form.get("offset", 0.0, float))
    return redirect(url_for("pages.faults"), 303)


@pages.app_template_filter("column_title")
def column_title(column: Column) -> str:
    """Shorten a column's title for a table's head."""
    return column.label.partition(":")[0] if column.label.startswith("Modul ") else column.label
