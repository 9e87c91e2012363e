"""Pages for the playground's teacher: what is done to activities, columns and grades, and what other platforms do otherwise."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.playground.advantage.gradebook import ODDITIES
from lti_tool.playground.endpoints import playground
from lti_tool.playground.pages import present_person, refuse_other_sites

gradebook_pages = Blueprint("teaching", __name__, url_prefix="/gradebook/setup")
gradebook_pages.before_request(refuse_other_sites)


@gradebook_pages.before_request
def refuse_participants() -> Response | None:
    """Let nobody in who does not teach here."""
    me = present_person()
    if me is None:
        return redirect(url_for("pages.start"))
    if me.part == "participant":
        abort(403)
    return None


@gradebook_pages.get("")
def setup() -> str:
    lms = playground()
    return render_template(
        "playground/setup.html",
        activities=[(activity, lms.gradebook.own_column(activity)) for activity in lms.activities],
        columns=lms.columns,
        participants=[person for person in lms.site.members() if person.part == "participant"],
        oddities=ODDITIES,
        present=lms.site.state.oddities,
    )


@gradebook_pages.post("/activity/<int:link>")
def allow(link: int) -> Response:
    playground().allow_grades(link, request.form.get("allowed") == "yes")
    return _back()


@gradebook_pages.post("/column/<int:column>")
def change(column: int) -> Response:
    lms, action = playground(), request.form.get("action")
    if action == "delete":
        lms.delete_column(column)
    elif action == "empty":
        lms.empty_grades(column)
    elif action in ("lock", "unlock"):
        lms.lock_column(column, action == "lock")
    elif action == "maximum":
        maximum = request.form.get("maximum", 0.0, float)
        if 0 < maximum <= 100_000:
            lms.gradebook.change_maximum(lms.column(column), maximum)
    return _back()


@gradebook_pages.post("/override")
def override() -> Response:
    value = request.form.get("value", "").strip().replace(",", ".")
    try:
        by_hand = float(value) if value else None
    except ValueError:
        abort(400)
    playground().override(request.form.get("person", ""), request.form.get("column", ""), by_hand)
    return _back()


@gradebook_pages.post("/reset")
def reset() -> Response:
    playground().empty_grades()
    return _back()


@gradebook_pages.post("/oddity")
def oddity() -> Response:
    playground().be_odd(request.form.get("oddity", ""), request.form.get("on") == "yes")
    return _back()


def _back() -> Response:
    return redirect(url_for("teaching.setup"), 303)
