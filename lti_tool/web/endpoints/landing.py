"""Where a launch lands: the one place that decides it."""

from flask import url_for

from lti_tool.courses.person.find_reviewed import find_reviewed
from lti_tool.domain.people import Role, Visitor
from lti_tool.learning.quiz.best_attempt import best_attempt
from lti_tool.platforms.launching.front_door import Arrival
from lti_tool.platforms.launching.record_launch import page_of
from lti_tool.web.step import reading
from lti_tool.web.visits.browser_session import VISIT_PARAMETER


def landing_address(arrival: Arrival, visit_key: str) -> str:
    """Give the page that a visit begins on.

    A request for content opens the choice; a mentor sees how far their people are; a click on a grade opens that person's
    result; a link with a module opens that module, for everybody else, and one for a page that page. Any other opens the
    overview, where an instructor chooses the link's module and a participant learns that it has not been set up yet.
    """
    visitor = arrival.visitor
    if arrival.launch.deep_linking is not None:
        return url_for("deep_linking.choose", v=visit_key)
    if Role.MENTOR in visitor.roles and not visitor.is_instructor and Role.PARTICIPANT not in visitor.roles:
        return url_for("course.overview", v=visit_key)
    if arrival.launch.reviewed_sub is not None:
        return _result_address(visitor, arrival.launch.reviewed_sub, visit_key)
    if visitor.module_slug is not None:
        # The address itself is public and fixed: platforms may name it as `target_link_uri`.
        return f"/modules/{visitor.module_slug}?{VISIT_PARAMETER}={visit_key}"
    page = page_of(arrival.launch)
    if page:
        # Public and fixed likewise.
        return f"/{page}?{VISIT_PARAMETER}={visit_key}"
    return url_for("modules.overview", v=visit_key)


def _result_address(visitor: Visitor, reviewed_sub: str, visit_key: str) -> str:
    """Give the page that a click on a grade opens: to who teaches that person's, to anybody else their own."""
    with reading() as session:
        if visitor.is_instructor:
            found = find_reviewed(session, visitor, reviewed_sub)
            if found is None:
                return url_for("course_people.nobody_reviewed", v=visit_key)
            return url_for("course_people.person", user_id=found, v=visit_key, _anchor=visitor.module_slug)
        if visitor.module_slug is None:
            return url_for("modules.overview", v=visit_key)
        number = best_attempt(session, visitor, visitor.module_slug)
    if number is None:
        return url_for("modules.page", module_slug=visitor.module_slug, v=visit_key)
    return url_for("quizzes.result", module_slug=visitor.module_slug, number=number, v=visit_key)
