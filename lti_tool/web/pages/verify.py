"""Verification for strangers: by code, by QR code or by the file itself; no login, no visit, never inside another page."""

import time
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.certificates.verify.verify_certificate import RegisterState, Verification, verify_certificate
from lti_tool.certificates.verify.verify_document import (
    DOCUMENT_BYTES_MAX,
    DocumentVerification,
    Found,
    one_file_at_a_time,
    verify_document,
)
from lti_tool.domain.documents.check_code import PASTED_LENGTH_MAX, group_check_code, read_check_code
from lti_tool.traffic.take_turn import Limit
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import check_rate, limit_rate
from lti_tool.web.step import reading
from lti_tool.web.visits.browser_session import without_csrf

blueprint = Blueprint("verify", __name__)

# A proxy or a client that only looks at the status shall not take an unknown certificate for a good one.
_STATUSES = {
    RegisterState.VALID: 200,
    RegisterState.REVOKED: 200,
    RegisterState.REPLACED: 200,
    RegisterState.EXPIRED: 200,
    RegisterState.UNKNOWN: 404,
    RegisterState.MISTYPED: 400,
}
_DOCUMENT_STATUSES = {Found.AS_ISSUED: 200, Found.EXTENDED: 200, Found.NOT_A_PDF: 400, Found.TOO_LARGE: 413}
# Codes that are wrong: whoever tries codes has 128 bits before them. A code that is found takes none of these turns: a class
# behind one address, or somebody with a pile of applications, is locked out neither by right codes nor by others' wrong ones.
_WRONG_CODES = Limit("verify.code", burst=60, interval_s=2)
# Everything that looks a code up, right or wrong: the form and the page that it leads to are two.
_LOOKS = Limit("verify.look", burst=300, interval_s=0.5)
_DOCUMENTS = Limit("verify.document", burst=20, interval_s=6)
# Whether a code was ever given out shall not be read off the clock: no answer leaves earlier. Above what any of them takes.
_ANSWER_AFTER_S = 0.05


@blueprint.context_processor
def _who_says_so() -> dict[str, Any]:
    return {"issuer": parts().issuer}


@blueprint.get("/verify")
def form() -> ResponseReturnValue:
    """Ask for a check code or a file; a code that comes as `?code=` moves into the address."""
    if "code" not in request.args:
        return render_template("verify/form.html", typed="")
    return _lead_to_code(request.args["code"])


@blueprint.post("/verify")
@without_csrf  # changes nothing and has no visit
@limit_rate(_LOOKS)
def find() -> ResponseReturnValue:
    """Find the code in what was typed or pasted and lead to its own address.

    Sent as a form: the link of a mail gateway is longer than some servers let an address be.
    """
    return _lead_to_code(request.form.get("code", ""))


def _lead_to_code(typed: str) -> ResponseReturnValue:
    read = read_check_code(typed)
    if read.error is not None:
        if request.method == "POST":
            check_rate(_WRONG_CODES)
        typed = typed[:PASTED_LENGTH_MAX]
        return render_template("verify/form.html", typed=typed, error=read.error.value, wrong_sign=read.wrong_sign), 400
    # A value of None stays out of the address.
    return redirect(url_for("verify.result", code=group_check_code(read.code), lang=request.args.get("lang")), 303)


@blueprint.get("/verify/<path:code>")
@limit_rate(_LOOKS)
def result(code: str) -> ResponseReturnValue:
    """Say whether the certificate with this check code is genuine and valid, as a page or as JSON.

    The code is read as leniently as in the form: mail programs add full stops, brackets and slashes to addresses.
    """
    started = time.monotonic()
    with reading() as session:
        found = verify_certificate(session, code, now=parts().now())
    if found.state in (RegisterState.UNKNOWN, RegisterState.MISTYPED):
        check_rate(_WRONG_CODES)
    response = jsonify(_code_as_json(found)) if _wants_json() else _code_as_page(found, code)
    response.status_code = _STATUSES[found.state]
    if found.state is not RegisterState.MISTYPED:
        time.sleep(max(0.0, started + _ANSWER_AFTER_S - time.monotonic()))
    return _kept_by_nobody(response)


@blueprint.get("/verify/document")
def no_document() -> ResponseReturnValue:
    """Lead back to the form whoever comes here without a file (the switch of language, a bookmark)."""
    return redirect(url_for("verify.form", lang=request.args.get("lang")), 303)


@blueprint.post("/verify/document")
@without_csrf  # changes nothing and has no visit
@limit_rate(_DOCUMENTS)
def document() -> ResponseReturnValue:
    """Say whether a PDF is a document of ours, unchanged; the file is not kept."""
    # The file and what a form writes around it; beyond that nothing is read.
    request.max_content_length = DOCUMENT_BYTES_MAX + 64 * 1024
    file = request.files.get("document") if (request.content_length or 0) <= request.max_content_length else None
    if file is None and (request.content_length or 0) > DOCUMENT_BYTES_MAX:
        found = DocumentVerification(Found.TOO_LARGE)
    else:
        with one_file_at_a_time():
            # One byte more than allowed tells a file that is too large.
            content = file.stream.read(DOCUMENT_BYTES_MAX + 1) if file is not None else b""
            if file is not None:
                file.close()  # its temporary copy goes now, not when somebody collects garbage
            if not content and not _wants_json():
                return _kept_by_nobody(make_response(render_template("verify/form.html", typed="", error="no_file"), 400))
            found = verify_document(parts().database, content, check_seal=parts().document_maker.check_seal, now=parts().now())
    page = jsonify(_document_as_json(found)) if _wants_json() else make_response(_document_page(found))
    page.status_code = _DOCUMENT_STATUSES.get(found.found, 404)
    return _kept_by_nobody(page)


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _kept_by_nobody(response: Response) -> Response:
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-store"
    # Names do not belong into a search engine.
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _code_as_page(found: Verification, typed: str) -> Response:
    if found.state is RegisterState.MISTYPED:
        page = render_template("verify/form.html", typed=typed, error=found.typing_error, wrong_sign=found.wrong_sign)
        return make_response(page)
    return make_response(render_template("verify/result.html", found=found, seal_now=_seal_now()))


def _seal_now() -> str:
    seal = parts().document_maker.seal
    return seal.fingerprint if seal is not None else ""


def _document_page(answer: DocumentVerification) -> str:
    return render_template("verify/document.html", answer=answer, found=answer.certificate, seal_now=_seal_now())


def _code_as_json(found: Verification) -> dict[str, Any]:
    answer: dict[str, Any] = {"code": found.code, "status": found.state.value}
    if found.typing_error is not None:
        answer["error"] = found.typing_error.value
    if found.wrong_sign:
        answer["wrong_sign"] = found.wrong_sign
    facts = found.facts
    if facts is not None:
        answer |= {"kind": facts.kind.value, "type": found.document_type, "issued_on": facts.issued_on.isoformat()}
        answer |= {"issuer": {"name": facts.issuer_name, "url": facts.issuer_url}, "language": facts.language}
        answer |= {
            "sha256": found.pdf_sha256,
            "seal": vars(found.seal) if found.seal else None,
            "seal_today": _seal_now() or None,
        }
    if facts is not None and found.words is not None:
        answer |= {
            "name": facts.name,
            "programme": facts.programme_title,
            "statement": found.words["statement"],
            "modules": [
                {
                    "number": each.number,
                    "title": each.title,
                    "version": each.version,
                    "completed_on": each.completed_on.isoformat(),
                }
                for each in facts.modules
            ],
            "topics": list(facts.topics),
            "course": facts.course,
            "hours": facts.hours,
            "valid_until": facts.valid_until.isoformat() if facts.valid_until else None,
            "signatories": [vars(each) for each in facts.signatories],
            "note": facts.note,
        }
    if found.ended_on is not None:
        answer["ended_on"] = found.ended_on.isoformat()
    if found.erased_on is not None:
        answer["erased_on"] = found.erased_on.isoformat()
    return answer


def _document_as_json(answer: DocumentVerification) -> dict[str, Any]:
    certificate = _code_as_json(answer.certificate) if answer.certificate is not None else None
    return {"document": answer.found.value, "sha256": answer.sha256, "certificate": certificate}
