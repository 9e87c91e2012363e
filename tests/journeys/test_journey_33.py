"""Journey 33: the database restarts in the middle of a quiz, the clock jumps a day and back, the disk is full: no answer is lost.

That a commit outlives a power cut: tests/models/test_database.py; scores through all of it: tests/chaos.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from sqlite3 import Connection
from typing import Any

import pytest
from sqlalchemy import event, select

from lti_tool import clock
from lti_tool.models import Attempt, AttemptItem
from tests.domain.items.forms import right_fields
from tests.forms import form_on
from tests.journeys.course import BASE, Course, Visit
from tests.journeys.test_live_sessions import M1, filled, send
from tests.models.test_trouble import end_all_connections

__all__ = ["filled"]

QUIZ = f"/modules/{M1}/quiz"


def question(number: int) -> str:
    return f"{QUIZ}/1/questions/{number}"


def right(course: Course, number: int) -> dict[str, Any]:
    """Return the right answer's fields of one question."""
    module = course.app.extensions["parts"].catalogue.with_module(M1).programme.find_module(M1)
    with course.database.read() as session:
        row = session.scalars(select(AttemptItem).join(Attempt).where(AttemptItem.position == number)).one()
    return dict(right_fields(module.find_item(row.item_id), row.order))


def answer(course: Course, visit: Visit, number: int) -> int:
    """Answer one question rightly and return the status."""
    fields = {**form_on(visit.get(question(number)).text, "/questions/").fields, **right(course, number)}
    return post(visit, number, fields)


def post(visit: Visit, number: int, fields: dict[str, Any]) -> int:
    query = {"v": visit.key}
    return visit.browser.post(question(number), query_string=query, data=fields, base_url=BASE).status_code


def saved(course: Course) -> int:
    with course.database.read() as session:
        return len(session.scalars(select(AttemptItem.id).where(AttemptItem.saved_at.is_not(None))).all())


@pytest.fixture
def begun(filled: Course) -> tuple[Course, Visit]:
    """Anna has begun the quiz of the first module."""
    visit = filled.launch("participant01", M1)
    send(visit, QUIZ, on=QUIZ)
    return filled, visit


def test_journey_33_the_database_restarts_in_the_middle_of_a_quiz(begun: tuple[Course, Visit], database_url: str) -> None:
    course, anna = begun

    def restart() -> None:
        if course.database.is_postgresql:
            end_all_connections(database_url)
        else:
            course.database.engine.dispose()

    for number in range(1, 11):
        restart()
        assert answer(course, anna, number) == 303
    restart()
    send(anna, f"{QUIZ}/1/answers", on=f"{QUIZ}/1/answers")
    restart()
    assert "Bestanden: 10\u00a0von\u00a010" in anna.get(f"{QUIZ}/1").text


def test_journey_33_the_clock_jumps_a_day_and_back(begun: tuple[Course, Visit]) -> None:
    course, anna = begun
    assert answer(course, anna, 1) == 303
    fields = {**form_on(anna.get(question(2)).text, "/questions/").fields, **right(course, 2)}
    with clock_ahead(course, timedelta(days=1)):
        # The visit has ended, and what a platform signs now is a day old: both are told, and nothing is written.
        told = anna.browser.post(question(2), query_string={"v": anna.key}, data=fields, base_url=BASE)
        assert (told.status_code, "Ihre Sitzung ist abgelaufen" in told.text) == (403, True)
        refused = course.answer("participant01", M1)
        assert (refused.status_code, "nicht mehr gültig" in refused.text) == (403, True)
    assert saved(course) == 1
    # The same page goes on as if nothing had been.
    assert post(anna, 2, fields) == 303
    assert answer(course, course.launch("participant01", M1), 3) == 303
    assert saved(course) == 3


@contextmanager
def clock_ahead(course: Course, by: timedelta) -> Iterator[None]:
    before = course.app.extensions["parts"]
    course.app.extensions["parts"] = replace(before, now=lambda: clock.now() + by)
    yield
    course.app.extensions["parts"] = before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_journey_33_the_disk_is_full_and_has_room_again(begun: tuple[Course, Visit]) -> None:
    course, anna = begun
    assert answer(course, anna, 1) == 303
    fields = {**form_on(anna.get(question(2)).text, "/questions/").fields, **right(course, 2)}
    with no_writing(course):
        told = anna.browser.post(question(2), query_string={"v": anna.key}, data=fields, base_url=BASE)
        assert told.status_code == 503
        assert "nichts speichern" in told.text
        # Reading goes on.
        assert anna.get(f"/modules/{M1}").status_code == 200
    assert saved(course) == 1
    assert post(anna, 2, fields) == 303
    assert saved(course) == 2


@contextmanager
def no_writing(course: Course) -> Iterator[None]:
    """Let every write fail as on a disk without room."""
    refuse: Callable[[Connection, object], object] = lambda connection, _: connection.execute("PRAGMA query_only = ON")  # noqa: E731
    event.listen(course.database.engine, "connect", refuse)
    course.database.engine.dispose()
    yield
    event.remove(course.database.engine, "connect", refuse)
    course.database.engine.dispose()
