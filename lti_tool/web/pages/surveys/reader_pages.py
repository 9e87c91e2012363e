"""Results for readers from outside: signing in with a code, once, by a POST; then figures and the download."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.surveys.instrument import EMPTY
from lti_tool.domain.surveys.publication import ShownDetail
from lti_tool.surveys.results.read_results import SurveyResults, research_sheets, results_together
from lti_tool.surveys.results.readers import Reader, ReaderRefused, note_download, reader_with, sign_reader_in
from lti_tool.surveys.results.research_zip import research_zip
from lti_tool.traffic.take_turn import Limit
from lti_tool.web.language import local
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import check_rate
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import without_csrf

blueprint = Blueprint("survey_readers", __name__)
_COOKIE = "survey-reader"
# Eighty bit cannot be tried out; this keeps the log readable.
_CODES = Limit("survey.code", burst=20, interval_s=30)


@blueprint.get("/surveys/read/<address>")
def page(address: str) -> ResponseReturnValue:
    """Show the results to who has signed in, and to anybody else where the code goes; looking uses nothing up."""
    reader = _reader(address)
    if reader is None:
        return render_template("surveys/reader_code.html", address=address, problem=None), 200
    return _private(
        make_response(
            render_template(
                "surveys/reader.html",
                reader=reader,
                told=_told(reader),
                least=parts().settings.survey_least_people,
                ShownDetail=ShownDetail,
                EMPTY=EMPTY,
            )
        )
    )


@blueprint.post("/surveys/read/<address>")
@without_csrf  # has no visit; without the code it does nothing
def sign_in(address: str) -> ResponseReturnValue:
    """Change the code for a pass in this browser."""
    check_rate(_CODES)
    today = local(parts().now()).date()
    try:
        with step() as session:
            given = sign_reader_in(session, address, request.form.get("code", "")[:200], today=today)
    except ReaderRefused as problem:
        return render_template("surveys/reader_code.html", address=address, problem=problem), problem.status
    path = url_for("survey_readers.page", address=address)
    answer = redirect(path, 303)
    is_https = parts().settings.public_url.startswith("https://")
    answer.set_cookie(_COOKIE, given, path=path, secure=is_https, httponly=True, samesite="Strict")
    return answer


@blueprint.get("/surveys/read/<address>/results.zip")
def download(address: str) -> ResponseReturnValue:
    """Give figures, rows and what is needed to read them."""
    reader = _reader(address)
    if reader is None:
        raise ReaderRefused
    told, least = _told(reader), parts().settings.survey_least_people
    with reading() as session:
        rows = {found.name: research_sheets(session, found, least=least) for found in told}
    note_download(reader)
    answer = make_response(research_zip(told, rows))
    answer.headers["Content-Type"] = "application/zip"
    answer.headers["Content-Disposition"] = 'attachment; filename="results.zip"'
    return _private(answer)


def _reader(address: str) -> Reader | None:
    with reading() as session:
        return reader_with(session, address, request.cookies.get(_COOKIE, ""), today=local(parts().now()).date())


def _told(reader: Reader) -> list[SurveyResults]:
    tool = parts()
    with reading() as session:
        found = results_together(
            session, reader.rounds, lambda pin: tool.programme_in(pin, session), least=tool.settings.survey_least_people
        )
    return [each for each in found if each.results.sheets]


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
