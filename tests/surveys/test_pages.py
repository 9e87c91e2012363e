"""The questionnaire as people meet it, without any script."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.placing import SURVEY, placeables
from lti_tool.models import Completion, CourseSettingsRow, DueScore, Envelope, SurveyParticipation, SurveyRound
from lti_tool.models.database import Database, open_database
from lti_tool.surveys.round_keys import RoundKeys
from tests.shipped import read_programme
from tests.surveys.conftest import LAST, Survey
from tests.workbook.cast import MONDAY, Course
from tests.workbook.site import a_site

HOST = "http://localhost"
PROGRAMME = read_programme()
M1 = PROGRAMME.modules[0].slug


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def people(database: Database) -> dict[str, Visitor]:
    with database.write.begin() as session:
        course = Course(session)
        anna = course.person("Anna Krüger")
        session.add(CourseSettingsRow(course_id=anna.course_id, ends_on=LAST, changed_at=MONDAY))
        session.execute(
            text("UPDATE course SET programme_slug = :slug, programme_version = :version"),
            {"slug": PROGRAMME.slug, "version": PROGRAMME.version},
        )
        test_user = replace(course.person("Testperson"), roles=frozenset({Role.PARTICIPANT, Role.TEST_USER}))
        return {"anna": anna, "bela": course.person("Béla"), "ines": course.person("Ines", Role.INSTRUCTOR), "test": test_user}


@pytest.fixture
def survey(database: Database, people: dict[str, Visitor], tmp_path: Path) -> Survey:
    return Survey(database, RoundKeys(tmp_path / "keys" / "surveys"), PROGRAMME, people["anna"])


class Person:
    """Somebody with a browser, inside one visit."""

    def __init__(self, browser: FlaskClient, name: str) -> None:
        self.browser = browser
        self.visit = urlsplit(browser.get(f"/enter/{name}?to=/survey", base_url=HOST).location).query

    def ask(self, path: str):  # type: ignore[no-untyped-def]
        return self.browser.get(f"{path}{'&' if '?' in path else '?'}{self.visit}", base_url=HOST)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.ask(path)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return str(answer.get_data(as_text=True))

    def post(self, path: str, data: dict[str, object], page: str = ""):  # type: ignore[no-untyped-def]
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        return self.browser.post(f"{path}?{self.visit}", data={**hidden, **data}, base_url=HOST)


@pytest.fixture
def enter(people: dict[str, Visitor], sqlite_url: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    app = a_site(sqlite_url, tmp_path, people, programme=PROGRAMME)
    return lambda name: Person(app.test_client(), name)


def count(survey: Survey, table: type) -> int:
    with survey.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_page_says_first_who_sees_what_and_when(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start")
    page = enter("anna").get(f"/survey/{number}")
    told = page.index("Freiwillig und anonym")
    assert told < page.index("<fieldset")
    for words in ("30. November 2026", "erst ab 5 Antworten", "Die Ergebnisse sehen", "weder zeigen noch löschen"):
        assert told < page.index(words) < page.index("<fieldset")


def test_a_sheet_is_sent_once_and_a_second_time_looks_the_same(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start")
    anna = enter("anna")
    page = anna.get(f"/survey/{number}")
    first = anna.post(f"/survey/{number}", {"backing": "4", "different": "Weniger Papier."}, page)
    again = anna.post(f"/survey/{number}", {"backing": "1"}, page)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert "verschlossen" in anna.browser.get(first.location, base_url=HOST).get_data(as_text=True)
    assert (count(survey, Envelope), count(survey, SurveyParticipation)) == (1, 1)


def test_a_bad_number_brings_back_all_that_was_typed(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start")
    anna = enter("anna")
    page = anna.get(f"/survey/{number}")
    answer = anna.post(
        f"/survey/{number}", {"hours": "viele", "backing": "4", "different": "<b>Weniger</b>", "why": ["1", "3"]}, page
    )
    back = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="viele"' in back
    assert 'id="backing-4" name="backing" value="4" checked' in back
    assert 'id="why-3" name="why" value="3" checked' in back
    assert "&lt;b&gt;Weniger&lt;/b&gt;" in back
    assert 'href="#hours"' in back
    assert count(survey, Envelope) == 0


def test_half_filled_form_leaves_nothing(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start")
    page = enter("anna").get(f"/survey/{number}")
    # Neither a place in the browser that keeps what is typed, nor an address that saves before sending.
    assert "data-keep" not in page
    addresses = re.findall(r'<form[^>]*action="([^"?]*)', page)
    assert [address for address in addresses if "survey" in address] == [f"/survey/{number}"]
    assert (count(survey, Envelope), count(survey, SurveyParticipation)) == (0, 0)


def test_the_page_is_kept_by_nobody_and_no_answer_is_in_an_address(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start")
    anna = enter("anna")
    answer = anna.ask(f"/survey/{number}")
    assert "no-store" in answer.headers["Cache-Control"]
    sent = anna.post(f"/survey/{number}", {"backing": "4"}, answer.get_data(as_text=True))
    assert "backing" not in sent.location
    assert str(number) not in urlsplit(sent.location).path


def test_every_question_is_a_group_and_nothing_is_chosen_or_required(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("end")
    page = enter("anna").get(f"/survey/{number}")
    questions = survey.instrument("end").questions
    groups = sum(2 if question.kind == "pair" else 1 for question in questions if question.kind not in ("text", "number"))
    assert page.count("<legend") == groups
    form = page[page.index("survey__form") :]
    assert " checked" not in form
    assert " required" not in form
    assert "<table" not in form
    # A radio cannot be cleared without a script.
    assert form.count('value="-9"') == groups


@pytest.mark.parametrize("name", ["ines", "test"])
def test_who_does_not_learn_sees_a_preview_and_cannot_send(survey: Survey, enter, name: str) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start")
    person = enter(name)
    assert "Vorschau" in person.get("/survey")
    for path in (f"/survey/{number}", "/survey/preview/start"):
        page = person.get(path)
        assert "Vorschau" in page
        assert "absenden</span>" not in page
    token = re.search(r'name="csrf_token" value="([^"]*)"', person.get("/survey") + enter("anna").get("/survey/preview/start"))
    answer = person.post(f"/survey/{number}", {"backing": "4", "csrf_token": token.group(1) if token else ""})
    assert answer.status_code in (400, 403)
    assert (count(survey, Envelope), count(survey, SurveyParticipation)) == (0, 0)


def test_a_round_of_another_course_is_not_there(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start", survey.course(2))
    enter("anna").get(f"/survey/{number}", 404)
    enter("anna").get("/survey/99", 404)


def test_the_start_is_offered_on_the_courses_first_page_until_it_is_answered(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start")
    anna = enter("anna")
    assert f"/survey/{number}" in anna.get("/modules")
    assert f"/survey/{number}" not in anna.get(f"/modules/{M1}")
    anna.post(f"/survey/{number}", {"backing": "4"}, anna.get(f"/survey/{number}"))
    assert f"/survey/{number}" not in anna.get("/modules")
    assert f"/survey/{number}" in enter("bela").get("/modules")
    assert f"/survey/{number}" not in enter("ines").get("/modules")


def test_a_modules_survey_is_offered_on_its_page_once_it_is_passed(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("module", module=M1)
    anna = enter("anna")
    assert f"/survey/{number}" not in anna.get(f"/modules/{M1}")
    with survey.database.write.begin() as session:
        session.add(
            Completion(user_id=survey.someone.user_id, module_slug=M1, programme_version=PROGRAMME.version, completed_at=MONDAY)
        )
    assert f"/survey/{number}" in anna.get(f"/modules/{M1}")
    assert f"/survey/{number}" not in anna.get("/modules")


def test_the_placed_page_leads_to_what_is_due(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    anna = enter("anna")
    assert "nichts zu beantworten" in anna.get("/survey")
    number = survey.begin("start")
    assert urlsplit(anna.ask("/survey").location).path == f"/survey/{number}"
    survey.begin("end")
    page = anna.get("/survey")
    assert len(re.findall(r'href="/survey/\d+', page)) == 2


def test_it_can_be_placed_where_the_programme_asks_something() -> None:
    (placeable,) = [each for each in placeables(PROGRAMME) if each.key == SURVEY]
    assert placeable.custom == {"page": "survey", "programme": PROGRAMME.slug}
    assert SURVEY not in {each.key for each in placeables(replace(PROGRAMME, surveys=()))}


def test_sending_tells_the_platform_nothing(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("module", module=M1)
    anna = enter("anna")
    anna.post(f"/survey/{number}", {"useful": "4"}, anna.get(f"/survey/{number}"))
    assert (count(survey, Envelope), count(survey, DueScore), count(survey, Completion)) == (1, 0, 0)


def test_after_the_last_day_the_page_is_gone(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("start")
    with survey.database.write.begin() as session:
        session.get_one(SurveyRound, number).closes_on = MONDAY.date().replace(day=22)
    enter("anna").get(f"/survey/{number}", 404)
