"""Launch address for platforms: an id_token comes in by POST, a visit begins, the browser goes on to a page by GET."""

from datetime import datetime

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.people import Role
from lti_tool.platforms.deep_linking_requests import keep_deep_linking_request
from lti_tool.platforms.front_door import Arrival
from lti_tool.platforms.remember_mentored import remember_mentored
from lti_tool.web.browser_session import open_visit, without_csrf
from lti_tool.web.endpoints.landing import landing_address, module_of
from lti_tool.web.parts import parts
from lti_tool.web.refusals import limit_refusals

# An id_token of at most 64 KB and what surrounds it.
LARGEST_BODY = 128 * 1024

blueprint = Blueprint("launch", __name__)


@blueprint.post("/lti/launch")
@without_csrf
@limit_refusals
def launch() -> ResponseReturnValue:
    """Let a launch in, or say why not (`errors.py`)."""
    request.max_content_length = LARGEST_BODY
    request.max_form_memory_size = LARGEST_BODY
    now = parts().now()
    arrival = parts().front_door.let_in(request.form, request.cookies, module_of, now=now)
    visitor = arrival.visitor
    # 303: the next request is a GET, so going back or reloading does not post the token again.
    response = redirect("", 303)
    key = open_visit(response, visitor, now=now)
    _keep_what_only_this_launch_says(arrival, key, now)
    response.headers["Location"] = landing_address(arrival, key)
    response.headers["Cache-Control"] = "no-store"
    return response


def _keep_what_only_this_launch_says(arrival: Arrival, visit_key: str, now: datetime) -> None:
    """Keep what few launches have: a request for content, and whom a mentor accompanies."""
    launch, visitor = arrival.launch, arrival.visitor
    if launch.deep_linking is not None:
        with parts().database.write.begin() as session:
            keep_deep_linking_request(
                session, visitor, visit_key, deployment_id=launch.deployment_id, settings=launch.deep_linking, now=now
            )
    if Role.MENTOR in visitor.roles:
        with parts().database.write.begin() as session:
            remember_mentored(session, visitor, launch.mentored_subs, now=now)
