"""How much a page asks the database: a growing page is noticed here, not under load."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.models import CourseSettingsRow, Membership
from lti_tool.models.database import Database
from tests.learning import test_pages
from tests.learning.conftest import M1, M2, launch_link, read_all_lessons, take_quiz

Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser
LESSON = test_pages.LESSON


class Count:
    """What one database was asked."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.transactions = 0

    def __str__(self) -> str:
        return f"{len(self.statements)} statements in {self.transactions} transactions:\n" + "\n".join(self.statements)


@contextmanager
def counted(database: Database) -> Iterator[Count]:
    count = Count()

    def statement(_: object, __: object, text: str, *___: object) -> None:
        if not text.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            count.statements.append(" ".join(text.split()))

    def begin(_: object) -> None:
        count.transactions += 1

    event.listen(database.engine, "before_cursor_execute", statement)
    event.listen(database.engine, "begin", begin)
    try:
        yield count
    finally:
        event.remove(database.engine, "before_cursor_execute", statement)
        event.remove(database.engine, "begin", begin)


@pytest.fixture
def _passed_everything(database: Database, programme: Programme, anna: Visitor, now: datetime) -> None:
    """Anna has passed all modules of a course that has settings, dates and a time limit."""
    with database.write.begin() as session:
        add_course(session, anna, now)
        for module in programme.required_modules:
            launch_link(session, anna, module.slug, now)
            read_all_lessons(session, programme, anna, module.slug, now=now)
            take_quiz(session, programme, anna, module.slug, right=10, now=now)


def add_course(session: Session, anna: Visitor, now: datetime) -> None:
    session.add(
        Membership(user_id=anna.user_id, course_id=anna.course_id, roles="participant", first_seen_at=now, last_seen_at=now)
    )
    session.add(CourseSettingsRow(course_id=anna.course_id, conditions="lessons quiz", changed_at=now))
    session.flush()


def look(browser: Browser, database: Database, path: str) -> Count:
    """Open a page twice, for the first time fills what is kept in memory, and count the second."""
    browser.open(path)
    with counted(database) as count:
        browser.open(path)
    assert browser.page.status_code == 200
    return count


@pytest.mark.usefixtures("_passed_everything")
def test_a_module_page_takes_nine_statements_in_one_transaction(browser: Browser, app: object, programme: Programme) -> None:
    count = look(browser, database_of(app), f"/modules/{M1}")
    assert "Modul bestanden" in browser.text
    assert (len(count.statements) <= 9, count.transactions) == (True, 1), str(count)


@pytest.mark.usefixtures("_passed_everything")
def test_a_lesson_takes_five_statements_in_one_transaction(browser: Browser, app: object) -> None:
    count = look(browser, database_of(app), LESSON)
    assert (len(count.statements) <= 5, count.transactions) == (True, 1), str(count)


def test_a_question_takes_six_statements_in_one_transaction(
    browser: Browser, app: object, database: Database, anna: Visitor, now: datetime
) -> None:
    begin_quiz(browser, database, anna, now)
    count = look(browser, database_of(app), f"/modules/{M2}/quiz/1/questions/1")
    assert (len(count.statements) <= 6, count.transactions) == (True, 1), str(count)


def test_keeping_an_answer_takes_four_statements_in_one_transaction(
    browser: Browser, app: object, database: Database, programme: Programme, anna: Visitor, now: datetime
) -> None:
    begin_quiz(browser, database, anna, now)
    browser.open(f"/modules/{M2}/quiz/1/questions/1")
    fields = test_pages.fields_for(*test_pages.drawn(database, programme, 1, M2))
    action, hidden = next(entry for entry in test_pages.forms_of(browser.text) if "/questions/" in entry[0])
    with counted(database_of(app)) as count:
        answer = browser._client.post(
            action, data={**hidden, **fields}, base_url="https://localhost", headers={"Accept": "application/json"}
        )
    assert "gespeichert" in answer.get_json()["message"]
    assert (len(count.statements) <= 4, count.transactions) == (True, 1), str(count)


def begin_quiz(browser: Browser, database: Database, anna: Visitor, now: datetime) -> None:
    with database.write.begin() as session:
        add_course(session, anna, now)
    browser.open(f"/modules/{M2}/quiz")
    browser.send({}, form="/quiz")


def database_of(app: object) -> Database:
    database: Database = app.extensions["parts"].database  # type: ignore[attr-defined]
    return database
