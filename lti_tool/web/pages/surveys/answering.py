"""The questionnaire: one page, one form, one send. Nothing is kept before it is sent, and nothing says afterwards whose it is."""

from datetime import date

from flask import Blueprint, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lti_tool.domain.surveys.instrument import SurveyInstrument, SurveyMoment
from lti_tool.domain.surveys.sheet_checking import CheckedSheet, checked_sheet
from lti_tool.errors import NotFound
from lti_tool.surveys.find_rounds import GONE, get_round, may_answer
from lti_tool.surveys.offers import SurveyOffer, find_offers
from lti_tool.surveys.rounds import AskedRound, instrument_of
from lti_tool.surveys.send_sheet import LearnersOnly, send_sheet
from lti_tool.web.language import local
from lti_tool.web.pages.surveys import public, reader_pages, results
from lti_tool.web.pages.surveys.question_words import question_words
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_course, current_programme
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href, visitor_if_any

blueprint = Blueprint("surveys", __name__)


@blueprint.record_once
def _with_its_neighbours(state: BlueprintSetupState) -> None:
    """Results come with the questions."""
    state.app.register_blueprint(results.blueprint)
    state.app.register_blueprint(public.blueprint)
    state.app.register_blueprint(reader_pages.blueprint)


def today() -> date:
    """Give the present day by the clock that people live by."""
    return local(parts().now()).date()


@blueprint.get("/survey")
def overview() -> ResponseReturnValue:
    """Lead to what is due; several are listed, and who teaches sees what is asked when."""
    visitor, programme = current_visitor(), current_programme()
    if not may_answer(visitor):
        asked = [each for each in programme.surveys if each.moment is not SurveyMoment.NEEDS]
        return render_template("surveys/overview.html", section="modules", instruments=asked, programme=programme, offers=())
    offers = due_surveys()
    if len(offers) == 1:
        return redirect(href("surveys.form", round_id=offers[0].round.id), 303)
    return render_template("surveys/overview.html", section="modules", instruments=(), programme=programme, offers=offers)


@blueprint.get("/survey/<int:round_id>")
def form(round_id: int) -> str:
    """Show the questionnaire."""
    asked, instrument = _asked(round_id)
    return _form(asked, instrument, checked_sheet(instrument, {}), is_new=True)


@blueprint.post("/survey/<int:round_id>")
def send(round_id: int) -> ResponseReturnValue:
    """Seal the sheet; what cannot be read comes back with everything that was typed."""
    visitor = current_visitor()
    if not may_answer(visitor):
        raise LearnersOnly
    asked, instrument = _asked(round_id)
    sheet = checked_sheet(instrument, {name: request.form.getlist(name) for name in request.form})
    if sheet.errors:
        return _form(asked, instrument, sheet), 422
    with step() as session:
        send_sheet(session, visitor, round_id, sheet.values, today=today())
    return redirect(href("surveys.thanks"), 303)


@blueprint.get("/survey/thanks")
def thanks() -> str:
    """Say that it has arrived; the same for whoever sends twice."""
    current_visitor()
    return render_template("surveys/thanks.html", section="modules", programme=current_programme())


@blueprint.get("/survey/preview/<instrument_id>")
def preview(instrument_id: str) -> str:
    """Show a questionnaire without a way to send it."""
    current_visitor()
    instrument = next((each for each in current_programme().surveys if each.id == instrument_id), None)
    if instrument is None:
        raise NotFound(GONE, code="survey_not_open")
    return _form(None, instrument, checked_sheet(instrument, {}), is_new=True)


def due_surveys() -> tuple[SurveyOffer, ...]:
    """List what is due for who looks; pages ask for it where they offer it."""
    visitor = visitor_if_any()
    # Told with what every page reads of its course anyway: mostly there is nothing to answer.
    if visitor is None or not current_course().has_open_survey:
        return ()
    with reading() as session:
        has_last_day = current_course().settings.ends_on is not None
        return tuple(find_offers(session, current_programme(), visitor, has_last_day=has_last_day, today=today()))


def _asked(round_id: int) -> tuple[AskedRound, SurveyInstrument]:
    with reading() as session:
        asked = get_round(session, current_visitor(), round_id, today=today())
        return asked, instrument_of(asked, parts().programme_in(asked.pin, session))


def _form(asked: AskedRound | None, instrument: SurveyInstrument, sheet: CheckedSheet, *, is_new: bool = False) -> str:
    programme = current_programme()
    module = programme.find_module(asked.module_slug) if asked is not None else None
    return render_template(
        "surveys/form.html",
        section="modules",
        programme=programme,
        round=asked,
        instrument=instrument,
        module=module,
        sheet=sheet,
        # An untouched form has no answer yet, and that is no mistake.
        errors={} if is_new else {error.name: error for error in sheet.errors},
        may_send=asked is not None and may_answer(current_visitor()),
        least=parts().settings.survey_least_people,
        **question_words(),
    )
