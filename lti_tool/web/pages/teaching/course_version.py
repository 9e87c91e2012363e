"""The content version of a course: shown with its settings, moved by one button."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from lti_tool.courses.course_version import CourseVersion, course_version, move_course
from lti_tool.domain.people import Visitor
from lti_tool.web.forms.form_key import is_first_time
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, newest_of, syllabus_in
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

blueprint = Blueprint("course_version", __name__, url_prefix="/course/version")


def version_for(visitor: Visitor) -> CourseVersion:
    """Give what the settings page shows to who teaches."""
    used = current_programme()
    with reading() as session:
        return course_version(session, visitor, used=used, newest=newest_of(used))


@blueprint.post("")
def move() -> ResponseReturnValue:
    """Move the course to the version that was offered."""
    visitor, now = current_visitor(), parts().now()
    seen, to = request.form.get("seen", ""), request.form.get("to", "")
    with step() as session:
        if is_first_time(session):
            move_course(session, syllabus_in(to), visitor, seen=seen, to=to, now=now)
    return redirect(href("course.overview", done="moved"), 303)
