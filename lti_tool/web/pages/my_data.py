"""What is stored of the visitor: in words, as a copy to take away, and how to have it erased."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.concerns.ask_for_erasure import ask_for_erasure, wanted_erasure, withdraw_erasure
from lti_tool.concerns.concern import ConcernReceipt
from lti_tool.errors import Forbidden, ToolError
from lti_tool.messages import N_
from lti_tool.personal_data.data_kinds import DataKind, data_kinds
from lti_tool.personal_data.person_overview import PersonOverview, export_person, show_person
from lti_tool.traffic.take_turn import Limit
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import check_rate
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import FORM_KEY_FIELD, current_visitor, href, visit_age_s

blueprint = Blueprint("my_data", __name__, url_prefix="/my-data")

# On a shared computer the next person may find the page open: what leaves the house, or ends everything, needs a visit as young.
FRESH_S: Final = 15 * 60
_COPIES: Final = Limit("my-data.copy", burst=5, interval_s=1200)


@dataclass(frozen=True)
class HeldKind:
    """A kind of data, and how many rows of it are the visitor's."""

    kind: DataKind
    rows: int


class VisitTooOld(Forbidden):
    """The visit began too long ago for this."""

    code = "visit_too_old"

    def __init__(self) -> None:
        super().__init__(
            N_("Dafür muss Ihre Anmeldung noch frisch sein."),
            next_step=N_("Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs und kommen Sie dann gleich hierher zurück."),
        )


class ErasureNotConfirmed(ToolError):
    """The tick is missing."""

    status = 400
    code = "erasure_not_confirmed"

    def __init__(self) -> None:
        super().__init__(
            N_("Bitte bestätigen Sie, dass Sie gelesen haben, was gelöscht wird."),
            next_step=N_("Setzen Sie das Häkchen, und senden Sie den Antrag noch einmal."),
        )


@blueprint.get("")
def page() -> str:
    """Show what is stored."""
    return _show()


@blueprint.post("/copy")
def copy() -> Response:
    """Send everything as a ZIP; nothing of it stays on the server."""
    visitor = current_visitor()
    _require_fresh()
    check_rate(_COPIES, source=f"user {visitor.user_id}")
    now = parts().now()
    with reading() as session:
        content = export_person(session, visitor.user_id, now=now)
    answer = Response(content, mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"meine-daten-{now:%Y-%m-%d}.zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/erasure")
def ask() -> ResponseReturnValue:
    """Note that the visitor wants to be erased, and give a receipt."""
    visitor = current_visitor()
    try:
        _require_fresh()
        if not request.form.get("read"):
            raise ErasureNotConfirmed
        with step() as session:
            receipt = ask_for_erasure(session, visitor.user_id, form_key=request.form.get(FORM_KEY_FIELD, ""), now=parts().now())
    except ToolError as problem:
        return _show(problem=problem), problem.status
    return _show(receipt=receipt)


@blueprint.post("/erasure/withdraw")
def withdraw() -> ResponseReturnValue:
    """Take the wish back."""
    visitor = current_visitor()
    with step() as session:
        withdraw_erasure(session, visitor.user_id, now=parts().now())
    return redirect(href("my_data.page", done="withdrawn"), 303)


def _require_fresh() -> None:
    if visit_age_s() > FRESH_S:
        raise VisitTooOld


def _show(*, problem: ToolError | None = None, receipt: ConcernReceipt | None = None) -> str:
    visitor = current_visitor()
    with reading() as session:
        overview = show_person(session, visitor.user_id)
        wanted = wanted_erasure(session, visitor.user_id)
    return render_template(
        "my_data/page.html",
        name=overview.person.name,
        held=_held(overview),
        certificates=next((own.rows for own in overview.own if own.table == "certificate"), 0),
        wanted=wanted,
        receipt=receipt,
        problem=problem,
        erase_after_days=parts().settings.erase_after_days,
        done=request.args.get("done", ""),
    )


def _held(overview: PersonOverview) -> tuple[HeldKind, ...]:
    settings = parts().settings
    rows = {own.table: own.rows for own in overview.own}
    kinds = data_kinds(hints_kept_months=settings.hints_kept_months, modules_count_months=settings.modules_count_months)
    found = (HeldKind(kind, sum(rows.get(table, 0) for table in kind.tables)) for kind in kinds if kind.is_of_people)
    return tuple(held for held in found if held.rows)
