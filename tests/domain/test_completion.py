"""When a module is passed, and how many hours the programme takes."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.content.programme import PracticeTask
from lti_tool.domain.rules.attempts import Try
from lti_tool.domain.rules.completion import Condition, Evidence, MissingCondition, missing
from lti_tool.domain.rules.hours import module_minutes, programme_minutes
from lti_tool.domain.rules.score import score_of
from tests.domain.test_attempts import MONDAY
from tests.shipped import read_programme

# Without electives: what a course learns with that has placed none.
PROGRAMME = read_programme().offering(frozenset())
points = st.lists(st.floats(0, 10), min_size=1, max_size=5)


def test_lessons_and_quiz_are_asked_for_by_default() -> None:
    assert missing(Evidence(6, 4, False)) == (MissingCondition(Condition.LESSONS, 2), MissingCondition(Condition.QUIZ))
    assert missing(Evidence(6, 6, True)) == ()


def test_each_condition_can_be_switched() -> None:
    assert missing(Evidence(6, 0, True), frozenset({Condition.QUIZ})) == ()
    everything = frozenset(Condition)
    assert missing(Evidence(6, 6, True, 3, 1, 2, 1), everything) == (
        MissingCondition(Condition.PRACTICE, 2),
        MissingCondition(Condition.LIVE),
    )
    assert missing(Evidence(6, 6, True, 3, 3, 2, 2), everything) == ()


def test_a_lesson_that_was_taken_out_later_does_no_harm() -> None:
    assert missing(Evidence(5, 6, True)) == ()


@given(points, st.floats(0, 10))
def test_a_further_attempt_never_lowers_the_score(earlier: list[float], further: float) -> None:
    tries = [Try(number, MONDAY, MONDAY, won, 10, won >= 7) for number, won in enumerate(earlier, 1)]
    before = score_of(tries)
    after = score_of([*tries, Try(len(tries) + 1, MONDAY, MONDAY, further, 10, further >= 7)])
    assert before is not None
    assert after is not None
    assert 0 <= before <= after <= 100


def test_hours_are_the_sum_of_the_parts_really_offered() -> None:
    task = PracticeTask("Aufgabe", 2.5, "", "", (), ())
    module = replace(PROGRAMME.modules[0], lessons=PROGRAMME.modules[0].lessons[:2], practice=task)
    reading = sum(lesson.words / 180 + 1.5 * len(lesson.self_checks) for lesson in module.lessons)
    # Two answers of 10 minutes to a Transferfrage, 30 of quiz.
    assert module_minutes(module, PROGRAMME.hours) == round(reading + 20 + 30)
    assert module_minutes(module, PROGRAMME.hours, frozenset({Condition.LESSONS, Condition.QUIZ, Condition.PRACTICE})) == round(
        reading + 200
    )
    live = sum(session.minutes + session.preparation_minutes for session in module.live_sessions)
    assert live > 180
    assert module_minutes(module, PROGRAMME.hours, frozenset(Condition)) == round(reading + 200 + live)


def test_the_whole_programme_without_live_sessions_takes_25_to_50_hours() -> None:
    minutes = programme_minutes(PROGRAMME, frozenset({Condition.LESSONS, Condition.QUIZ, Condition.PRACTICE}))
    # Five practice tasks of 4 to 8 hours each are most of it.
    assert 25 * 60 <= minutes <= 50 * 60
