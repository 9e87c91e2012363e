"""What a course may set."""

from datetime import date

import pytest

from lti_tool.domain.content.programme import AssessmentRules
from lti_tool.domain.rules.course import CourseSettings, minutes_for

RULES = AssessmentRules(10, {"A": 4, "B": 4, "C": 2}, 5, 4, 1, 20, 70, 3, 24)


def test_a_course_without_settings_follows_the_programme() -> None:
    assert CourseSettings().applied_to(RULES) == RULES


def test_pass_mark_and_attempts_replace_the_programmes() -> None:
    changed = CourseSettings(pass_mark_pct=80, attempts=5).applied_to(RULES)
    assert (changed.pass_mark_pct, changed.attempts, changed.items) == (80, 5, 10)


@pytest.mark.parametrize("pct", [60, 75, 90])
def test_pass_marks_from_60_to_90_are_allowed(pct: int) -> None:
    assert CourseSettings(pass_mark_pct=pct).faults() == ()


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        (CourseSettings(pass_mark_pct=59), "pass_mark_pct"),
        (CourseSettings(pass_mark_pct=91), "pass_mark_pct"),
        (CourseSettings(attempts=0), "attempts"),
        (CourseSettings(attempts=11), "attempts"),
        (CourseSettings(time_limit_min=4), "time_limit_min"),
        (CourseSettings(begins_on=date(2026, 11, 2), ends_on=date(2026, 11, 1)), "ends_on"),
    ],
)
def test_what_is_out_of_bounds_is_named(settings: CourseSettings, fault: str) -> None:
    assert settings.faults() == (fault,)


def test_extended_time_is_rounded_up_to_minutes() -> None:
    assert minutes_for(25, 25) == 32
    assert minutes_for(30, 50) == 45
    assert minutes_for(None, 50) is None
