"""Login address for platforms: third-party initiated login by GET and POST. Writes nothing."""

from collections.abc import Mapping

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from lti_tool.web.browser_session import without_csrf
from lti_tool.web.cookies import end_old_logins, set_cookie
from lti_tool.web.endpoints.send_on import send_on
from lti_tool.web.parts import parts
from lti_tool.web.refusals import limit_refusals

LARGEST_BODY = 64 * 1024
_FRAMES = frozenset({"iframe", "frame", "embed", "object"})

blueprint = Blueprint("login", __name__)


@blueprint.route("/lti/login", methods=["GET", "POST"])
@without_csrf
@limit_refusals
def login() -> ResponseReturnValue:
    """Send the browser on to the platform, in a frame by way of the cookie check."""
    request.max_content_length = LARGEST_BODY
    params = request.form if request.method == "POST" else request.args
    state = params.get("check")
    if state:
        answer = parts().front_door.continue_login(state, request.cookies, now=parts().now())
    else:
        answer = parts().front_door.begin_login(params, in_frame=_is_in_frame(params), now=parts().now())
    # 302 as the specification's examples have it. Every browser makes a GET of it, which keeps Moodle's session cookie:
    # with SameSite=Lax it would not come along with a POST.
    response = send_on(answer.location, 302)
    if answer.cookies:
        end_old_logins(response)
    for cookie in answer.cookies:
        set_cookie(response, cookie)
    return response


def _is_in_frame(params: Mapping[str, str]) -> bool:
    """Tell whether a frame is being loaded, as far as the browser says so.

    Browsers older than 2023 do not. They skip the check and meet the same page one step later, if at all; but a platform that
    offers to keep the login does so for just these, and it has to be put there before.
    """
    destination = request.headers.get("Sec-Fetch-Dest")
    return destination in _FRAMES or (destination is None and "lti_storage_target" in params)
