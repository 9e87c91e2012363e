"""Login address for platforms: third-party initiated login by GET and POST. Writes nothing."""

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.web.endpoints.send_on import send_on
from lti_tool.web.failures.refusals import limit_refusals
from lti_tool.web.headers import allow_forms_to_anywhere, allow_framing_by
from lti_tool.web.parts import parts
from lti_tool.web.visits.browser_session import without_csrf
from lti_tool.web.visits.cookies import end_old_logins, set_cookie

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
    if params.get("check"):
        answer = parts().front_door.continue_login(params, request.cookies, now=parts().now())
    else:
        answer = parts().front_door.begin_login(params, in_frame=_is_in_frame(), now=parts().now())
    # 302 as the specification's examples have it. Every browser makes a GET of it, which keeps Moodle's session cookie:
    # with SameSite=Lax it would not come along with a POST.
    response = send_on(answer.location, 302) if answer.form is None else _post_on(answer.location, answer.form)
    if answer.cookies:
        end_old_logins(response)
    for cookie in answer.cookies:
        set_cookie(response, cookie)
    return response


def _post_on(address: str, form: Mapping[str, str]) -> Response:
    """Answer with a page that posts itself: to the platform, or by way of the cookie check. It carries what it was sent."""
    allow_framing_by("*")
    allow_forms_to_anywhere()
    response = make_response(render_template("login/post_on.html", address=address, form=form))
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_in_frame() -> bool | None:
    """Whether a frame is being loaded; None where the browser does not say."""
    destination = request.headers.get("Sec-Fetch-Dest")
    return None if destination is None else destination in _FRAMES
