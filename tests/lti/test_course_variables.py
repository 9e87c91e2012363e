"""What platforms tell of a course by substitution variables, and what counts as not told."""

import pytest

from lti_tool.lti.claims.course_variables import ToldCourse, told_of_course


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-10-31T23:00:00+00:00", "2026-10-31T23:00:00+00:00"),
        ("2026-11-01T00:00:00+01:00", "2026-10-31T23:00:00+00:00"),
        ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00+00:00"),
        ("1793487600", "2026-10-31T23:00:00+00:00"),
        ("1793487600000", "2026-10-31T23:00:00+00:00"),
        ("2026-11-01", "2026-11-01T12:00:00+00:00"),
        ("", ""),
        ("null", ""),
        ("0", ""),
        ("-1", ""),
        ("1970-01-01T00:00:00Z", ""),
        ("$CourseSection.timeFrame.begin", None),
        (None, None),
        ("morgen", None),
        ("9999-12-31T23:59:59+00:00", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("99999999999999999999", None),
        ("²", None),
        ("2026-13-45", None),
    ],
)
def test_a_moment_is_read_as_platforms_write_it(value: str | None, moment: str | None) -> None:
    custom = {} if value is None else {"course_begin": value}
    assert told_of_course(custom) == ToldCourse(begins_at=moment)


@pytest.mark.parametrize(
    ("custom", "history"),
    [
        ({"context_id_history": "5,2"}, "5,2"),
        ({"context_id_history": ""}, ""),
        ({"context_id_history": "$Context.id.history"}, None),
        ({"Context.id.history": "7"}, "7"),
        ({"context_id_history": "1\0,2"}, "1,2"),
        ({}, None),
    ],
)
def test_the_history_of_a_course_stays_as_it_was_told(custom: dict[str, str], history: str | None) -> None:
    assert told_of_course(custom).history == history


def test_a_history_without_end_is_cut() -> None:
    assert len(told_of_course({"context_id_history": "1," * 5000}).history or "") == 2000
