"""The content version of a course: shown with its settings, moved by one button."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from lti_tool.courses.course_version import CourseVersion, course_version, move_course
from lti_tool.domain.people import Visitor
from lti_tool.progress.settle import settle_course
from lti_tool.web.browser_session import current_visitor, href
from lti_tool.web.form_key import is_first_time
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme

blueprint = Blueprint("course_version", __name__, url_prefix="/course/version")


def version_for(visitor: Visitor) -> CourseVersion:
    """Give what the settings page shows to who teaches."""
    with parts().database.read() as session:
        return course_version(session, visitor, used=current_programme(), newest=parts().programme)


@blueprint.post("")
def move() -> ResponseReturnValue:
    """Move the course to the version that was offered."""
    visitor, now = current_visitor(), parts().now()
    seen, to = request.form.get("seen", ""), request.form.get("to", "")
    with parts().database.write.begin() as session:
        if is_first_time(session):
            move_course(session, visitor, seen=seen, to=to, now=now)
    # Read between the transactions: it may take a moment.
    programme = parts().programme_in(to)
    with parts().database.write.begin() as session:
        # Where the new version asks for less than the old, somebody may have done all of it.
        settle_course(session, programme, visitor.course_id, issuer=parts().issuer, now=now)
    parts().wake_worker()
    return redirect(href("course.overview", done="moved"), 303)
