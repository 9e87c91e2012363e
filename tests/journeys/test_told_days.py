"""The days of a course as the platform tells them: suggested in the settings, taken over with one click, never by themselves."""

from datetime import date

import pytest
from sqlalchemy import select

from lti_tool.lti.claims.course_variables import CUSTOM_PARAMETERS
from lti_tool.models import Course as CourseRow
from lti_tool.models import CourseSettingsRow
from tests.journeys.course import Course

pytestmark = pytest.mark.journey


def placed(course: Course) -> str:
    course.lms.site.tool("1").custom.update(CUSTOM_PARAMETERS)
    return str(course.lms.add_activity("Modul 1", custom={"module": "grundlagen-und-strategie"}).id)


def days(course: Course) -> tuple[date | None, date | None] | None:
    with course.database.read() as session:
        row = session.scalars(select(CourseSettingsRow)).one_or_none()
    return None if row is None else (row.begins_on, row.ends_on)


def test_the_day_that_the_platform_tells_is_suggested_and_taken_with_one_click(course: Course) -> None:
    link = placed(course)
    visit = course.launch("instructor", link)
    page = visit.get("/course/settings").text
    assert "In Ihrer Lernplattform beginnt der Kurs am 1. November 2026." in page
    assert days(course) is None
    assert visit.post("/course/settings/told-days", form_on="/course/settings").status_code == 303
    assert days(course) == (date(2026, 11, 1), None)
    assert "Daten übernehmen" not in visit.get("/course/settings").text


def test_a_variable_that_is_not_filled_in_takes_nothing_away(course: Course) -> None:
    link = placed(course)
    course.launch("instructor", link)
    course.lms.site.tool("1").custom["course_begin"] = "$Unknown.variable"
    course.launch("instructor", link)
    with course.database.read() as session:
        row = session.scalars(select(CourseRow)).one()
    assert (row.told_begin, row.told_end, row.context_history) == ("2026-10-31T23:00:00+00:00", None, None)


def test_participants_take_nothing_over(course: Course) -> None:
    link = placed(course)
    visit = course.launch("participant01", link)
    assert visit.post("/course/settings/told-days", form_on="/modules").status_code == 403
    assert days(course) is None
