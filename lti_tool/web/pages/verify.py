"""Verification for strangers: no login, no visit, never inside another page."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.certificates.verify_certificate import State, Verification, verify_certificate
from lti_tool.domain.certificate import group_check_code, normalise_check_code
from lti_tool.web.parts import parts

blueprint = Blueprint("verify", __name__)

# A proxy or a client that only looks at the status shall not take an unknown certificate for a good one.
_STATUSES = {State.VALID: 200, State.REVOKED: 200, State.REPLACED: 200, State.UNKNOWN: 404, State.MISTYPED: 400}
# Longer than any code with separators: what is beyond is not worth an address.
_TYPED_MAX = 200


@blueprint.get("/verify")
def form() -> ResponseReturnValue:
    """Ask for a check code; one that comes as `?code=` moves into the address."""
    if "code" not in request.args:
        return render_template("verify/form.html", typed="")
    typed = request.args["code"][:_TYPED_MAX]
    code = group_check_code(normalise_check_code(typed))
    if not code:
        return render_template("verify/form.html", typed=typed, error="empty"), 400
    # A value of None stays out of the address.
    return redirect(url_for("verify.result", code=code, lang=request.args.get("lang")), 303)


@blueprint.get("/verify/<code>")
def result(code: str) -> ResponseReturnValue:
    """Say whether the certificate with this check code is genuine and valid, as a page or as JSON."""
    with parts().database.read() as session:
        found = verify_certificate(session, code[:_TYPED_MAX])
    wants_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    response = _as_json(found) if wants_json else _as_page(found)
    response.status_code = _STATUSES[found.state]
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-store"
    # Names do not belong into a search engine.
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _as_page(found: Verification) -> Response:
    if found.state is State.MISTYPED:
        return make_response(render_template("verify/form.html", typed=found.code, error=found.typing_error))
    return make_response(render_template("verify/result.html", found=found))


def _as_json(found: Verification) -> Response:
    answer: dict[str, Any] = {"code": found.code, "status": found.state.value}
    if found.typing_error is not None:
        answer["error"] = found.typing_error.value
    if found.issued_on is not None:
        answer |= {"name": found.name, "type": found.document_type, "issued_on": found.issued_on.isoformat()}
    if found.ended_on is not None:
        answer["ended_on"] = found.ended_on.isoformat()
    return jsonify(answer)
