"""Launch address for platforms: an id_token comes in by POST, a visit begins, the browser goes on to a page by GET.

Where the frame has no cookies, our own page posts the launch a second time with what the platform kept of its login; the visit
then begins in a window of its own (`handover.py`).
"""

from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.people import Role
from lti_tool.lti.launching.platform_storage import KEPT_FIELD
from lti_tool.platforms.launching.deep_linking_requests import keep_deep_linking_request
from lti_tool.platforms.launching.front_door import Arrival
from lti_tool.platforms.launching.record_launch import page_of
from lti_tool.platforms.launching.remember_mentored import remember_mentored
from lti_tool.web.endpoints.handover import offer_handover
from lti_tool.web.endpoints.landing import landing_address
from lti_tool.web.endpoints.send_on import send_on
from lti_tool.web.endpoints.wishes import wish_of
from lti_tool.web.failures.refusals import limit_refusals
from lti_tool.web.parts import parts
from lti_tool.web.step import step
from lti_tool.web.visits.browser_session import new_visit_key, open_visit, visit_key_of, without_csrf
from lti_tool.web.visits.guards import is_posted_by_own_page

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
    # Anybody knows what the platform kept of a login of his own; so another site's word for it counts for nothing.
    kept = request.form.get(KEPT_FIELD) if is_posted_by_own_page() else None
    arrival = parts().front_door.let_in(request.form, request.cookies, wish_of, kept=kept, now=now)
    visitor = arrival.visitor
    key = _visit_key(arrival)
    if kept:
        _keep_what_only_this_launch_says(arrival, key, now)
        return offer_handover(visitor, key, landing_address(arrival, key), now=now)
    # 303: the next request is a GET, so going back or reloading does not post the token again.
    response = send_on("", 303)
    open_visit(response, visitor, key=key, now=now)
    _keep_what_only_this_launch_says(arrival, key, now)
    response.headers["Location"] = landing_address(arrival, key)
    return response


def _visit_key(arrival: Arrival) -> str:
    """Choose the visit: a request for content, and a link that is still to get its module, have one of their own."""
    launch, visitor = arrival.launch, arrival.visitor
    if launch.deep_linking is not None or (visitor.module_slug is None and not page_of(launch)):
        return new_visit_key()
    return visit_key_of(visitor)


def _keep_what_only_this_launch_says(arrival: Arrival, visit_key: str, now: datetime) -> None:
    """Keep what few launches have: a request for content, and whom a mentor accompanies."""
    launch, visitor = arrival.launch, arrival.visitor
    if launch.deep_linking is not None:
        with step() as session:
            keep_deep_linking_request(
                session, visitor, visit_key, deployment_id=launch.deployment_id, settings=launch.deep_linking, now=now
            )
    if Role.MENTOR in visitor.roles:
        with step() as session:
            remember_mentored(session, visitor, launch.mentored_subs, now=now)
