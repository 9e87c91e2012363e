"""Launch address for platforms: an id_token comes in by POST, a visit begins, the browser goes on to a page by GET."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from lti_tool.web.browser_session import open_visit, without_csrf
from lti_tool.web.endpoints.landing import landing_address, module_of
from lti_tool.web.parts import parts

# An id_token of at most 64 KB and what surrounds it.
LARGEST_BODY = 128 * 1024

blueprint = Blueprint("launch", __name__)


@blueprint.post("/lti/launch")
@without_csrf
def launch() -> ResponseReturnValue:
    """Let a launch in, or say why not (`errors.py`)."""
    request.max_content_length = LARGEST_BODY
    request.max_form_memory_size = LARGEST_BODY
    now = parts().now()
    visitor = parts().front_door.let_in(request.form, request.cookies, module_of, now=now)
    # 303: the next request is a GET, so going back or reloading does not post the token again.
    response = redirect("", 303)
    key = open_visit(response, visitor, now=now)
    response.headers["Location"] = landing_address(visitor, key)
    response.headers["Cache-Control"] = "no-store"
    return response
