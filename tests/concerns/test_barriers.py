"""Anybody reports a barrier, without a visit and without a mail program, and reads what became of it."""

import re
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lti_tool.cli import main
from lti_tool.concerns.answer_concern import AnswerRefused, answer_concern, list_concerns
from lti_tool.concerns.concern import code_of, hash_of_code
from lti_tool.concerns.forget_concerns import KEPT_AFTER_CLOSING, forget_concerns
from lti_tool.concerns.report_barrier import MOST_CHARACTERS, BarrierReport, BarrierReportIncomplete, report_barrier
from lti_tool.models import Concern
from lti_tool.models.database import Database
from lti_tool.web.pages.concerns import TRAP_FIELD
from tests.learning import conftest as learning
from tests.learning import test_pages

anna = learning.anna
app = test_pages.app
BASE = "https://localhost"
REPORT = {"text": "Die Abbildung <3> hat keinen Text.", "page": "/modules", "device": "Vorleseprogramm"}


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


def send(stranger: FlaskClient, **fields: str) -> tuple[int, str]:
    page = stranger.get("/barrier?page=/verify", base_url=BASE).get_data(as_text=True)
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    assert key is not None
    assert 'value="/verify"' in page
    answer = stranger.post("/barrier", data={"form_key": key[1], **fields}, base_url=BASE)
    return answer.status_code, answer.get_data(as_text=True)


def code_in(page: str) -> str:
    code = re.search(r'class="fingerprint">([0-9A-Z-]{19})<', page)
    assert code is not None
    return code[1]


def test_a_stranger_reports_and_reads_the_answer_with_the_code(stranger: FlaskClient, database: Database, now: datetime) -> None:
    status, page = send(stranger, **REPORT, contact="lesende@stadt.example")
    assert status == 200
    code = code_in(page)
    with database.write.begin() as session:
        (line,) = list_concerns(session)
        assert (line.text, line.page, line.contact) == (REPORT["text"], "/modules", "lesende@stadt.example")
        answer_concern(session, line.id, "Der Text steht jetzt darunter.", now=now)
        assert session.scalars(select(Concern.contact)).one() == ""
    told = stranger.post("/receipt", data={"code": code.lower()}, base_url=BASE).get_data(as_text=True)
    assert "Der Text steht jetzt darunter." in told


def test_a_report_without_words_comes_back_as_it_was_typed(stranger: FlaskClient) -> None:
    status, page = send(stranger, text=" \u200b", device="Lupe")
    assert status == 400
    assert 'value="Lupe"' in page
    assert "Es fehlt noch" in page


def test_what_a_program_fills_in_is_not_stored(stranger: FlaskClient, database: Database) -> None:
    status, page = send(stranger, **REPORT, **{TRAP_FIELD: "https://spam.example"})
    assert status == 400
    assert "&lt;3&gt;" in page
    with database.read() as session:
        assert session.scalar(select(func.count(Concern.id))) == 0


def test_an_unknown_code_says_what_to_do(stranger: FlaskClient) -> None:
    answer = stranger.post("/receipt", data={"code": "AAAA-BBBB-CCCC-DDDD"}, base_url=BASE)
    assert answer.status_code == 404
    assert "Zeichen für Zeichen" in answer.get_data(as_text=True)


@pytest.mark.parametrize("fields", [{"text": "x" * (MOST_CHARACTERS + 1)}, {"text": "x", "device": "y" * 301}])
def test_more_than_fits_is_refused(database: Database, now: datetime, fields: dict[str, str]) -> None:
    with database.write.begin() as session, pytest.raises(BarrierReportIncomplete):
        report_barrier(session, BarrierReport(**fields), form_key="k" * 16, now=now)


def test_a_code_is_found_however_it_is_written_down() -> None:
    code = code_of("k" * 16)
    assert len({hash_of_code(typed) for typed in (code, code.lower(), code.replace("-", ""), f" {code} ")}) == 1
    assert hash_of_code("OIL0-1111-0000-1111") == hash_of_code("0110-1111-0000-1111")


def test_closed_ones_are_forgotten_after_a_year_and_open_ones_are_not(database: Database, now: datetime) -> None:
    with database.write.begin() as session:
        for key in ("a" * 16, "b" * 16):
            report_barrier(session, BarrierReport("x"), form_key=key, now=now)
        answer_concern(session, list_concerns(session)[0].id, "Danke.", now=now)
    assert forget_concerns(database, now=now + KEPT_AFTER_CLOSING - timedelta(days=1)) == 0
    assert forget_concerns(database, now=now + KEPT_AFTER_CLOSING + timedelta(days=1)) == 1
    with database.read() as session:
        assert len(list_concerns(session, closed_too=True)) == 1


def test_an_answer_is_given_once_and_says_something(database: Database, now: datetime) -> None:
    with database.write.begin() as session:
        report_barrier(session, BarrierReport("x"), form_key="a" * 16, now=now)
        (line,) = list_concerns(session)
        with pytest.raises(AnswerRefused):
            answer_concern(session, line.id, " ", now=now)
        answer_concern(session, line.id, "Danke.", now=now)
        with pytest.raises(AnswerRefused):
            answer_concern(session, line.id, "Noch einmal.", now=now)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_commands_list_show_and_answer(database: Database, database_url: str, now: datetime) -> None:
    with database.write.begin() as session:
        report_barrier(session, BarrierReport("Kontrast", contact="0331 1234"), form_key="a" * 16, now=now)

    def run(*arguments: str) -> str:
        result = CliRunner(env={"LTI_TOOL_DATABASE_URL": database_url}).invoke(main, ["concerns", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    assert "1 concern" in run("list")
    assert "Kontrast" in run("show", "1")
    assert "0331 1234" in run("answer", "1", "--text", "Behoben.")
    assert "0 concerns" in run("list")
    assert "Behoben." in run("show", "1")
