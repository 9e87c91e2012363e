"""A survey that anybody may answer: the questionnaire at its address, and what was published of it."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.surveys.instrument import EMPTY, SurveyInstrument
from lti_tool.domain.surveys.publication import ShownDetail
from lti_tool.domain.surveys.sheet_checking import CheckedSheet, checked_sheet
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.surveys.find_rounds import get_public_round
from lti_tool.surveys.public_surveys import wants_ticket
from lti_tool.surveys.results.figures_csv import figures_csv
from lti_tool.surveys.results.read_results import SurveyResults, read_results
from lti_tool.surveys.rounds import AskedRound, instrument_of
from lti_tool.surveys.send_sheet import send_public_sheet
from lti_tool.traffic.take_turn import Limit
from lti_tool.web.language import local
from lti_tool.web.pages.surveys.question_words import question_words
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import check_rate
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import without_csrf

blueprint = Blueprint("public_surveys", __name__)

# A town hall sits behind one address: forty at once, then one in half a minute.
_SHEETS = Limit("survey.public", burst=40, interval_s=30)
_LOOKS = Limit("survey.look", burst=300, interval_s=0.5)


@blueprint.get("/surveys/<address>")
def page(address: str) -> ResponseReturnValue:
    """Show the questionnaire while it is open, and afterwards what was published; opening it uses nothing up."""
    check_rate(_LOOKS)
    asked, instrument = _asked(address)
    if asked.is_published:
        return _published(asked)
    if not asked.takes_sheets(local(parts().now()).date()):
        return render_template("surveys/public_closed.html", instrument=instrument, round=asked), 200
    return _form(asked, instrument, checked_sheet(instrument, {}), is_new=True)


@blueprint.post("/surveys/<address>")
@without_csrf  # has no visit and knows nobody: another page could send no more than anybody can
def send(address: str) -> ResponseReturnValue:
    """Seal the sheet."""
    asked, instrument = _asked(address)
    sheet = checked_sheet(instrument, {name: request.form.getlist(name) for name in request.form})
    if sheet.errors:
        check_rate(_LOOKS)
        return _form(asked, instrument, sheet), 422
    check_rate(_SHEETS)
    with step() as session:
        ticket = request.form.get("ticket", "") if wants_ticket(session, asked.id) else None
        send_public_sheet(session, asked.id, sheet.values, ticket=ticket, today=local(parts().now()).date())
    return redirect(url_for("public_surveys.thanks"), 303)


@blueprint.get("/surveys/thanks")
def thanks() -> str:
    """Say that it has arrived; the same for an address that was used before."""
    return render_template("surveys/public_thanks.html")


@blueprint.get("/surveys/<address>/figures.csv")
def figures(address: str) -> ResponseReturnValue:
    """Give the published figures as a file."""
    check_rate(_LOOKS)
    asked, _ = _asked(address)
    if not asked.is_published:
        raise NotFound(N_("Die Ergebnisse sind nicht veröffentlicht."), code="survey_not_published")
    answer = make_response(figures_csv([_told(asked)]))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{asked.instrument}-{asked.closes_on}.csv"'
    return answer


def _asked(address: str) -> tuple[AskedRound, SurveyInstrument]:
    with reading() as session:
        asked = get_public_round(session, address)
        return asked, instrument_of(asked, parts().programme_in(asked.pin, session))


def _told(asked: AskedRound) -> SurveyResults:
    tool = parts()
    with reading() as session:
        programme_in = lambda pin: tool.programme_in(pin, session)  # noqa: E731 - one line, used once
        return read_results(session, [asked], programme_in, least=tool.settings.survey_least_people)


def _published(asked: AskedRound) -> str:
    return render_template(
        "surveys/public_results.html",
        found=_told(asked),
        round=asked,
        least=parts().settings.survey_least_people,
        ShownDetail=ShownDetail,
        EMPTY=EMPTY,
    )


def _form(asked: AskedRound, instrument: SurveyInstrument, sheet: CheckedSheet, *, is_new: bool = False) -> str:
    with reading() as session:
        needs_ticket = wants_ticket(session, asked.id)
    return render_template(
        "surveys/public_form.html",
        round=asked,
        instrument=instrument,
        sheet=sheet,
        errors={} if is_new else {error.name: error for error in sheet.errors},
        needs_ticket=needs_ticket,
        ticket=request.values.get("ticket", ""),
        least=parts().settings.survey_least_people,
        **question_words(),
    )
