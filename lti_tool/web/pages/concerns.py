"""Barriers are reported here by anybody, with or without a visit; and a receipt tells what became of a concern."""

from typing import Final

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.concerns.read_receipt import read_receipt
from lti_tool.concerns.report_barrier import BarrierReport, BarrierReportIncomplete, report_barrier
from lti_tool.messages import N_
from lti_tool.traffic.take_turn import Limit
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import check_rate, limit_rate
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import FORM_KEY_FIELD, without_csrf

blueprint = Blueprint("concerns", __name__)

_REPORTS: Final = Limit("barrier.report", burst=20, interval_s=300)
_CODES: Final = Limit("concerns.code", burst=30, interval_s=10)
# A field that people do not see and programs fill in.
TRAP_FIELD: Final = "website"
_FORM_KEY_LENGTH: Final = range(12, 41)


@blueprint.get("/barrier")
def barrier() -> str:
    """Ask what could not be read or used."""
    return render_template("concerns/barrier.html", report=BarrierReport("", page=request.args.get("page", "")), trap=TRAP_FIELD)


@blueprint.post("/barrier")
@without_csrf  # strangers have no visit; what comes in is a message, and nobody's
@limit_rate(_REPORTS)
def report() -> ResponseReturnValue:
    """Store the report, and give a receipt for it."""
    form = request.form
    typed = BarrierReport(*(form.get(name, "") for name in ("text", "page", "device", "contact")))
    form_key = form.get(FORM_KEY_FIELD, "")
    if form.get(TRAP_FIELD) or len(form_key) not in _FORM_KEY_LENGTH:
        # Whoever sees this by mistake loses nothing: the form comes back as it was typed, without what a program filled in.
        problem = BarrierReportIncomplete(
            N_("Das Formular war nicht vollständig."), next_step=N_("Senden Sie es bitte noch einmal ab.")
        )
        return _again(typed, problem)
    try:
        with step() as session:
            receipt = report_barrier(session, typed, form_key=form_key, now=parts().now())
    except BarrierReportIncomplete as problem:
        return _again(typed, problem)
    return _kept_by_nobody(render_template("concerns/sent.html", receipt=receipt, wants_answer=bool(typed.contact.strip())))


@blueprint.get("/receipt")
def receipt() -> ResponseReturnValue:
    """Ask for a receipt's code."""
    return _kept_by_nobody(render_template("concerns/receipt.html", typed="", status=None))


@blueprint.post("/receipt")
@without_csrf  # changes nothing and has no visit
def look_up() -> ResponseReturnValue:
    """Tell what became of a concern. Sent as a form: a code in an address would stand in logs."""
    check_rate(_CODES)
    typed = request.form.get("code", "")[:100]
    with reading() as session:
        status = read_receipt(session, typed)
    page = _kept_by_nobody(render_template("concerns/receipt.html", typed=typed, status=status, is_unknown=status is None))
    page.status_code = 200 if status else 404
    return page


def _again(typed: BarrierReport, problem: BarrierReportIncomplete) -> ResponseReturnValue:
    return render_template("concerns/barrier.html", report=typed, problem=problem, trap=TRAP_FIELD), 400


def _kept_by_nobody(page: str) -> Response:
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer
