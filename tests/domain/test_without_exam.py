"""A module without exam: chapters and attendance stand in for it, whatever the course asks for elsewhere."""

from dataclasses import replace

import pytest

from lti_tool.domain.rules.completion import ALL_BUT_QUIZ, Condition, Conditions
from lti_tool.domain.rules.hours import module_minutes
from tests.shipped import read_programme

PROGRAMME = read_programme()
WRITTEN = replace(PROGRAMME.modules[0], has_exam=False, items=())


@pytest.mark.parametrize("asked", [None, "lessons", "quiz", "lessons quiz practice live"])
def test_no_course_can_switch_off_what_proves_a_module_without_exam(asked: str | None) -> None:
    conditions = Conditions.of(asked, None)
    assert conditions.parts_of(WRITTEN) == {Condition.LESSONS, Condition.PRACTICE, Condition.LIVE}
    assert conditions.parts_of(PROGRAMME.modules[0]) == conditions.parts


def test_its_hours_are_reading_writing_and_meeting() -> None:
    assert module_minutes(WRITTEN, PROGRAMME.hours) == module_minutes(PROGRAMME.modules[0], PROGRAMME.hours, ALL_BUT_QUIZ)
    everything = frozenset(Condition)
    assert module_minutes(WRITTEN, PROGRAMME.hours, everything) == module_minutes(WRITTEN, PROGRAMME.hours, ALL_BUT_QUIZ)


def test_a_programme_knows_whether_it_examines() -> None:
    assert (PROGRAMME.has_exam, PROGRAMME.lacks_exam) == (True, False)
    mixed = replace(PROGRAMME, modules=(*PROGRAMME.modules[1:], WRITTEN))
    assert (mixed.has_exam, mixed.lacks_exam) == (True, True)
    assert not replace(PROGRAMME, modules=(WRITTEN,)).has_exam
