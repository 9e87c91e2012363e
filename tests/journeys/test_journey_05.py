"""Journey 5: who fails twice waits, is given another attempt with a reason, and passes; the gradebook shows score and comment."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lti_tool import clock
from lti_tool.models import Attempt, AttemptItem
from tests.journeys.course import Course, Visit
from tests.journeys.test_live_sessions import M1, filled, send, user_id

__all__ = ["filled"]

QUIZ = f"/modules/{M1}/quiz"
PERSON = "participant01"


def take(course: Course, visit: Visit, number: int, *, right: int) -> str:
    """Begin an attempt, answer so many questions rightly, hand it in; return the page of the result."""
    send(visit, QUIZ, on=QUIZ)
    module = course.app.extensions["parts"].catalogue.with_module(M1).programme.find_module(M1)
    with course.database.write.begin() as session:
        attempt = session.scalars(
            select(Attempt).where(Attempt.user_id == user_id(course, PERSON), Attempt.number == number)
        ).one()
        query = select(AttemptItem).where(AttemptItem.attempt_id == attempt.id).order_by(AttemptItem.position)
        for row in session.scalars(query.limit(right)):
            row.answer, row.saved_at = module.find_item(row.item_id).right_answer.to_stored(), clock.now()
    send(visit, f"{QUIZ}/{number}/answers", on=f"{QUIZ}/{number}/answers")
    return visit.get(f"{QUIZ}/{number}").text


def let_a_day_pass(course: Course) -> None:
    with course.database.write.begin() as session:
        for attempt in session.scalars(select(Attempt)):
            moments = {"started_at": attempt.started_at - timedelta(days=1)}
            if attempt.submitted_at is not None:
                moments["submitted_at"] = attempt.submitted_at - timedelta(days=1)
            session.execute(update(Attempt).where(Attempt.id == attempt.id).values(**moments))


@pytest.mark.journey
def test_journey_5_fails_three_times_is_given_another_attempt_and_passes(filled: Course) -> None:
    teacher, anna = filled.launch("instructor", M1), filled.launch(PERSON, M1)
    module = filled.app.extensions["parts"].catalogue.with_module(M1).programme.find_module(M1)
    for lesson in module.lessons:
        page = f"/modules/{M1}/lessons/{lesson.slug}"
        send(anna, f"{page}/read", on=page)
    assert "Noch nicht bestanden" in take(filled, anna, 1, right=3)
    assert "Noch nicht bestanden" in take(filled, anna, 2, right=5)
    # The last of the three waits for a day, and the page says until when.
    assert "Uhr" in anna.get(QUIZ).text
    assert 'method="post"' not in anna.get(QUIZ).text.partition("<main")[2].partition("</main>")[0]
    let_a_day_pass(filled)
    assert "Noch nicht bestanden" in take(filled, anna, 3, right=4)
    assert "Lernbegleitung" in anna.get(QUIZ).text

    # Whoever teaches sees it on the course page without being asked for it, and gives one more with a reason.
    row = next(part for part in teacher.get("/course").text.split("<tr") if filled.lms.person(PERSON).name in part)
    assert "alle Versuche genutzt" in row
    person = f"/course/people/{user_id(filled, PERSON)}"
    assert "3 von 3" in teacher.get(person).text
    send(teacher, f"{person}/attempts", {"module": M1, "reason": "War beim zweiten Mal krank."}, on=person)
    assert "War beim zweiten Mal krank." in anna.get(QUIZ).text + teacher.get(person).text

    assert "Bestanden: 9" in take(filled, anna, 4, right=9)
    filled.app.extensions["parts"].worker.run_once()
    column = next(column for column in filled.lms.columns if column.link_id == activity_of(filled))
    grade = filled.lms.grade(PERSON, column.id)
    assert grade is not None
    assert (grade.score, grade.comment) == (90, "9 von 10 Punkten, 4. Versuch")


def activity_of(course: Course) -> int:
    return next(each.id for each in course.lms.activities if each.custom.get("module") == M1)
