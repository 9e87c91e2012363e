"""Journey 25: the office opens a survey for anybody, municipalities answer without an account, the result is published."""
# ruff: noqa: F811

import csv
import io
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lti_tool.errors import NotFound
from lti_tool.models import Envelope, RateBucket, SurveyTicket
from lti_tool.surveys.public_surveys import SurveyRefused, make_tickets, open_public_survey, publish_round
from lti_tool.surveys.results.read_results import read_results, rounds_by_id
from lti_tool.surveys.rounds import AskedRound
from tests.surveys.conftest import AFTER, Survey
from tests.surveys.test_pages import database, enter, people, survey  # noqa: F401
from tests.workbook.cast import MONDAY

HOST = "http://localhost"


@pytest.fixture
def needs(survey: Survey) -> AskedRound:
    with survey.database.write.begin() as session:
        return open_public_survey(session, survey.programme, "needs", survey.keys, until=date(2026, 11, 30), today=MONDAY.date())


@pytest.fixture
def stranger(enter) -> FlaskClient:  # type: ignore[no-untyped-def]
    browser: FlaskClient = enter("anna").browser.application.test_client()
    return browser


def envelopes(survey: Survey) -> int:
    with survey.database.read() as session:
        return session.scalar(select(func.count()).select_from(Envelope)) or 0


def test_journey_25_from_the_address_to_the_published_page(survey: Survey, needs: AskedRound, stranger: FlaskClient) -> None:
    address = f"/surveys/{needs.address}"
    page = stranger.get(address, base_url=HOST).get_data(as_text=True)
    assert page.index("Sie brauchen kein Konto") < page.index("<fieldset")
    for place in range(14):
        sent = stranger.post(
            address, data={"stand": "2", "size": str(1 + place % 3), "topics": ["1", "2"], "else": "Geheim"}, base_url=HOST
        )
        assert sent.status_code == 303
    assert envelopes(survey) == 14
    assert survey.open() == 1
    # Nothing is public before it was decided.
    assert stranger.get(f"{address}/figures.csv", base_url=HOST).status_code == 404
    with survey.database.write.begin() as session:
        publish_round(session, needs.id)
    shown = stranger.get(address, base_url=HOST).get_data(as_text=True)
    assert "14 Antworten" in shown
    assert "14 von 14" in shown
    assert "nicht" in shown
    assert "Geheim" not in shown
    table = list(csv.DictReader(io.StringIO(stranger.get(f"{address}/figures.csv", base_url=HOST).get_data(as_text=True))))
    assert {"survey": "needs", "question": "stand", "value": "base", "n": "14"} in table
    assert {"survey": "needs", "question": "stand", "value": "2", "n": "14"} in table
    # The real survey had fourteen towns: no split at all.
    assert "Getrennt nach" not in shown


def test_once_it_is_over_the_page_says_so_and_takes_nothing(survey: Survey, needs: AskedRound, stranger: FlaskClient) -> None:
    survey.open(today=AFTER)
    address = f"/surveys/{needs.address}"
    assert "ging bis zum 30. November 2026" in stranger.get(address, base_url=HOST).get_data(as_text=True)
    assert stranger.post(address, data={"stand": "2"}, base_url=HOST).status_code == 404
    assert envelopes(survey) == 0


def test_too_few_answers_cannot_be_published(survey: Survey, needs: AskedRound, stranger: FlaskClient) -> None:
    for _ in range(4):
        stranger.post(f"/surveys/{needs.address}", data={"stand": "2"}, base_url=HOST)
    survey.open()
    with survey.database.write.begin() as session, pytest.raises(SurveyRefused):
        publish_round(session, needs.id)


def test_a_single_use_address_works_once_and_looks_the_same_twice(
    survey: Survey, needs: AskedRound, stranger: FlaskClient
) -> None:
    with survey.database.write.begin() as session:
        first, second = make_tickets(session, needs.id, 2)
    address = f"/surveys/{needs.address}"
    answers = [
        stranger.post(address, data={"stand": "2", "ticket": ticket}, base_url=HOST) for ticket in (first, first, second.upper())
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len({answer.location for answer in answers}) == 1
    assert envelopes(survey) == 2


def test_link_scanner_does_not_use_up_the_code(survey: Survey, needs: AskedRound, stranger: FlaskClient) -> None:
    with survey.database.write.begin() as session:
        (ticket,) = make_tickets(session, needs.id, 1)
    for _ in range(3):
        page = stranger.get(f"/surveys/{needs.address}?ticket={ticket}", base_url=HOST).get_data(as_text=True)
        stranger.head(f"/surveys/{needs.address}?ticket={ticket}", base_url=HOST)
        assert f'value="{ticket}"' in page
    assert stranger.post(f"/surveys/{needs.address}", data={"stand": "2", "ticket": ticket}, base_url=HOST).status_code == 303
    assert envelopes(survey) == 1


@pytest.mark.parametrize("ticket", ["", "abcd-efgh-ijkl-mnop", "' OR 1=1 --"])
def test_where_codes_were_given_out_nothing_else_is_taken(
    survey: Survey, needs: AskedRound, stranger: FlaskClient, ticket: str
) -> None:
    with survey.database.write.begin() as session:
        make_tickets(session, needs.id, 1)
    sent = stranger.post(f"/surveys/{needs.address}", data={"stand": "2", "ticket": ticket}, base_url=HOST)
    assert sent.status_code == 404
    assert envelopes(survey) == 0


def test_what_is_stored_of_a_code_is_a_hash_without_time_and_order(survey: Survey, needs: AskedRound) -> None:
    with survey.database.write.begin() as session:
        codes = make_tickets(session, needs.id, 20)
    with survey.database.read() as session:
        rows = session.scalars(select(SurveyTicket)).all()
    assert not {row.code_hash for row in rows} & set(codes)
    assert set(SurveyTicket.__table__.columns.keys()) == {"code_hash", "survey_round_id", "is_used"}


def test_one_address_cannot_flood_a_survey(survey: Survey, needs: AskedRound, stranger: FlaskClient) -> None:
    address = f"/surveys/{needs.address}"
    statuses = [stranger.post(address, data={"stand": "2"}, base_url=HOST).status_code for _ in range(45)]
    assert statuses == [303] * 40 + [429] * 5
    assert envelopes(survey) == 40
    with survey.database.read() as session:
        assert all("127.0.0.1" not in row.source_hash for row in session.scalars(select(RateBucket)))


def test_a_course_survey_is_at_no_public_address(survey: Survey, stranger: FlaskClient) -> None:
    number = survey.begin("start")
    assert stranger.get(f"/surveys/{number}", base_url=HOST).status_code == 404
    with survey.database.write.begin() as session, pytest.raises(NotFound):
        make_tickets(session, number, 1)
    with survey.database.write.begin() as session, pytest.raises(NotFound):
        publish_round(session, number)


@pytest.mark.parametrize(
    ("name", "until"), [("start", date(2026, 12, 1)), ("x", date(2026, 12, 1)), ("needs", date(2026, 11, 22))]
)
def test_only_a_public_questionnaire_with_days_to_come_is_opened(survey: Survey, name: str, until: date) -> None:
    with survey.database.write.begin() as session, pytest.raises(SurveyRefused):
        open_public_survey(session, survey.programme, name, survey.keys, until=until, today=MONDAY.date())


def test_an_open_public_survey_tells_nothing(survey: Survey, needs: AskedRound, stranger: FlaskClient) -> None:
    for _ in range(6):
        stranger.post(f"/surveys/{needs.address}", data={"stand": "2"}, base_url=HOST)
    with survey.database.read() as session:
        told = read_results(session, rounds_by_id(session, [needs.id]), lambda _: survey.programme, least=5)
    assert (told.results.sheets, told.results.questions, dict(told.texts)) == (None, (), {})
