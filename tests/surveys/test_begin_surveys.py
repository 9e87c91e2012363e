"""When courses are asked: dates from the course's last day, quarters where it has none."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from lti_tool.domain.surveys.instrument import SurveyMoment
from lti_tool.domain.surveys.periods import SurveyPeriod, half_year_of, survey_period
from lti_tool.models import Course, CourseSettingsRow, SurveyRound
from lti_tool.surveys.begin_surveys import begin_surveys
from tests.surveys.conftest import Survey

BEGINS, ENDS = date(2026, 9, 1), date(2026, 11, 30)


@pytest.mark.parametrize(
    ("moment", "first", "last"),
    [
        (SurveyMoment.START, date(2026, 9, 1), date(2026, 9, 15)),
        (SurveyMoment.MODULE, date(2026, 9, 1), date(2026, 12, 14)),
        (SurveyMoment.END, date(2026, 11, 23), date(2026, 12, 14)),
        (SurveyMoment.LATER, date(2027, 3, 1), date(2027, 3, 28)),
    ],
)
def test_a_course_is_asked_around_its_days(moment: SurveyMoment, first: date, last: date) -> None:
    assert survey_period(moment, begins_on=BEGINS, ends_on=ENDS, today=BEGINS) == SurveyPeriod(first, last)


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 11, 23), date(2026, 10, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 3, 31)),
        (date(2026, 9, 30), date(2026, 7, 1), date(2026, 9, 30)),
    ],
)
def test_a_course_without_a_last_day_is_asked_by_quarters(today: date, first: date, last: date) -> None:
    period = survey_period(SurveyMoment.END, begins_on=BEGINS, ends_on=None, today=today)
    assert period == SurveyPeriod(first, last)


def test_a_course_of_one_day_is_asked_at_all() -> None:
    for moment in (SurveyMoment.START, SurveyMoment.MODULE, SurveyMoment.END):
        period = survey_period(moment, begins_on=ENDS, ends_on=ENDS, today=ENDS)
        assert period.opens_on <= ENDS < period.closes_on


def test_halves_of_the_year() -> None:
    assert [half_year_of(date(2026, month, 1)) for month in (1, 6, 7, 12)] == ["2026-1", "2026-1", "2026-2", "2026-2"]


def prepared(survey: Survey, ends_on: date | None, *, begins_on: date | None = BEGINS, seen: date = ENDS) -> None:
    with survey.database.write.begin() as session:
        course = session.get_one(Course, survey.someone.course_id)
        course.programme_slug, course.programme_version = survey.programme.slug, survey.programme.version
        course.last_seen_at = datetime(seen.year, seen.month, seen.day, 12, tzinfo=UTC)
        session.add(CourseSettingsRow(course_id=course.id, begins_on=begins_on, ends_on=ends_on, changed_at=course.last_seen_at))


def begun(survey: Survey, today: date) -> int:
    return begin_surveys(survey.database, survey.keys, lambda _: survey.programme, today=today)


def rounds(survey: Survey) -> dict[tuple[str, str], tuple[date, date]]:
    with survey.database.read() as session:
        rows = session.scalars(select(SurveyRound)).all()
    return {(row.instrument, row.module_slug): (row.opens_on, row.closes_on) for row in rows}


def test_at_the_first_day_start_and_each_module_begin_once(survey: Survey) -> None:
    prepared(survey, ENDS)
    modules = len(survey.programme.modules)
    assert begun(survey, date(2026, 8, 31)) == 0
    assert begun(survey, BEGINS) == 1 + modules
    assert begun(survey, BEGINS) == 0
    assert rounds(survey)["start", ""] == (BEGINS, date(2026, 9, 15))


def test_end_and_later_follow_and_nothing_begins_twice(survey: Survey) -> None:
    prepared(survey, ENDS)
    modules = len(survey.programme.modules)
    assert begun(survey, date(2026, 11, 25)) == 1 + modules
    survey.open(today=date(2026, 12, 20))
    assert begun(survey, date(2027, 3, 1)) == 1
    assert ("later", "") in rounds(survey)
    assert begun(survey, date(2027, 3, 2)) == 0


def test_a_last_day_moved_later_prolongs_and_moved_earlier_shortens_nothing(survey: Survey) -> None:
    prepared(survey, ENDS)
    begun(survey, date(2026, 11, 25))
    for moved, closes in ((date(2026, 12, 10), date(2026, 12, 24)), (date(2026, 11, 26), date(2026, 12, 24))):
        with survey.database.write.begin() as session:
            session.scalars(select(CourseSettingsRow)).one().ends_on = moved
        begun(survey, date(2026, 11, 25))
        assert rounds(survey)["end", ""][1] == closes


def test_a_course_without_a_last_day_begins_each_quarter_while_somebody_comes(survey: Survey) -> None:
    prepared(survey, None, seen=date(2026, 11, 20))
    everything = 3 + len(survey.programme.modules)
    assert begun(survey, date(2026, 11, 25)) == everything
    assert begun(survey, date(2026, 12, 31)) == 0
    assert begun(survey, date(2027, 1, 1)) == 0
    with survey.database.write.begin() as session:
        session.get_one(Course, survey.someone.course_id).last_seen_at = datetime(2027, 1, 2, tzinfo=UTC)
    assert begun(survey, date(2027, 1, 3)) == everything


def test_a_folder_that_cannot_be_written_is_told_and_breaks_nothing(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    prepared(survey, ENDS)
    survey.keys._folder.parent.mkdir(parents=True, exist_ok=True)
    survey.keys._folder.write_text("a file where the folder should be")
    with caplog.at_level(logging.ERROR):
        assert begun(survey, BEGINS) == 0
    assert "survey_not_begun" in caplog.text
    assert rounds(survey) == {}


def test_a_programme_without_surveys_asks_nothing(survey: Survey) -> None:
    prepared(survey, ENDS)
    silent = replace(survey.programme, surveys=())
    assert begin_surveys(survey.database, survey.keys, lambda _: silent, today=BEGINS) == 0
