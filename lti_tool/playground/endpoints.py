"""The addresses that tools and their browsers call, under the paths of Moodle."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request

from lti_tool.playground.advantage.answers import Answer, json_answer
from lti_tool.playground.advantage.service_calls import Call
from lti_tool.playground.launching.launches import InvalidRequest
from lti_tool.playground.launching.registrations import discovery
from lti_tool.playground.platform import Playground

endpoints = Blueprint("endpoints", __name__, url_prefix="/mod/lti")

PERSON_COOKIE = "playground_person"
_ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def playground() -> Playground:
    """Give the playground that this application shows."""
    found: Playground = current_app.extensions["playground"]
    return found


def respond(answer: Answer) -> Response:
    """Make a Flask response of an answer, its reason phrase included."""
    response = Response(answer.body, status=answer.status_line)
    response.headers["Content-Type"] = answer.content_type
    for name, value in answer.headers.items():
        # Headers go out as latin-1; Moodle's Link header is UTF-8 (typographic quotation marks).
        response.headers[name] = value.encode().decode("latin-1")
    return response


def auto_submit(action: str, fields: Mapping[str, str], *, title: str) -> str:
    """Render a form that submits itself, with a button where there is no JavaScript."""
    return render_template("playground/auto_submit.html", action=action, fields=fields, title=title)


@endpoints.get("/openid-configuration.php")
def configuration() -> Response:
    return respond(json_answer(discovery(playground().site), "application/json"))


@endpoints.get("/certs.php")
def certs() -> Response:
    return respond(json_answer(playground().site.public_jwks(), "application/json"))


@endpoints.route("/token.php", methods=["GET", "POST"])
def token() -> Response:
    return respond(playground().tokens.request(request.form.to_dict()))


@endpoints.route("/openid-registration.php", methods=["GET", "POST"])
def registration() -> Response:
    body = request.get_json(silent=True) if request.method == "POST" else None
    authorization = request.headers.get("Authorization", "")
    return respond(playground().registrations.answer(request.method, authorization, body if isinstance(body, dict) else None))


@endpoints.route("/auth.php", methods=["GET", "POST"])
def auth() -> str:
    params = {**request.args.to_dict(), **request.form.to_dict()}
    is_repost = "repost" in params
    params.pop("repost", None)
    signed_in = request.cookies.get(PERSON_COOKIE)
    if signed_in is None and not is_repost:
        # The browser kept the cookie back because another site sent it here. Moodle then lets its own page post the request once
        # more; this time the cookie comes along.
        query = urlencode(request.args.to_dict())
        action = playground().site.url("/mod/lti/auth.php") + (f"?{query}" if query else "")
        return auto_submit(action, {**request.form.to_dict(), "repost": "true"}, title="Anmeldung wird fortgesetzt")
    if signed_in is None:
        raise InvalidRequest("nobody is signed in")
    redirect_uri, form = playground().authenticate(params, signed_in=signed_in)
    return auto_submit(redirect_uri, form, title="Das Werkzeug wird geöffnet")


@endpoints.route("/services.php/<path:path>", methods=_ALL_METHODS)
def services(path: str) -> Response:
    call = Call(
        method=request.method,
        path=f"/{path}",
        url=request.full_path.rstrip("?"),
        query=request.args.to_dict(),
        accept=request.headers.get("Accept"),
        content_type=(request.headers.get("Content-Type") or "").partition(";")[0].strip(),
        authorization=request.headers.get("Authorization", ""),
        body=request.get_data(as_text=True),
    )
    return respond(playground().services.answer(call))


@endpoints.post("/contentitem_return.php")
def content_items() -> str:
    selection = playground().accept_deep_linking_response(request.url, request.form.get("JWT", ""))
    return render_template("playground/selection.html", selection=selection)


@endpoints.get("/return.php")
def tool_return() -> str:
    """Show what the tool says on its way back; without a word lead to the course, out of any frame."""
    message, error = request.args.get("lti_msg", ""), request.args.get("lti_errormsg", "")
    return render_template("playground/returned.html", message=message, error=error)
