"""Whoever passes a module gets it into every column that the courses they have visited hold for it (M1); on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.models import DueScore, Membership, ScoreDelivery
from lti_tool.playground.launching import claim_names as names
from lti_tool.progress.due_scores import tell_all_due_scores
from lti_tool.progress.footprint import Footprint, footprint_of
from tests.journeys.course import Course
from tests.journeys.grades import MODULES, Grades
from tests.journeys.test_open_edx import place_all
from tests.learning.conftest import take_quiz

M1, M2, M3, M4, M5 = MODULES
OTHER_COURSE = {names.CONTEXT: {"id": "77", "label": "SCM-B", "title": "Zweiter Durchgang", "type": ["CourseSection"]}}
# A link of that course, on which the platform offers no scores.
ELSEWHERE = {**OTHER_COURSE, names.RESOURCE_LINK: {"id": "elsewhere"}, names.AGS_ENDPOINT: None}


@pytest.fixture
def grades(course: Course) -> Grades:
    """A course into which an instructor has placed all five modules; nobody has opened any."""
    course.save(course.choose_content().post("/lti/deep-linking", all="programme"))
    return Grades(course)


def test_modules_reached_inside_the_tool_arrive_in_columns_that_nobody_has_opened(grades: Grades) -> None:
    visit = grades.course.launch("participant01", M1)
    for slug in MODULES:
        grades.pass_module("participant01", slug)
        grades.deliver()
    assert grades.of("participant01") == [90] * 5
    page = visit.get(f"/modules/{M5}").text
    assert page.count("In der Bewertungsübersicht Ihres Kurses seit") == 5
    assert len(grades.course.lms.columns) == 5


def test_the_first_score_of_a_module_finds_the_columns_of_all(grades: Grades) -> None:
    grades.course.launch("participant01", M1)
    grades.course.launch("participant02", M1)
    grades.pass_module("participant01", M2)
    grades.deliver()
    # The second one's arrives without any further look.
    grades.pass_module("participant02", M2)
    grades.parts.worker.run_once()
    assert grades.of("participant02", M2) == [90]


def test_a_score_waits_on_the_page_until_the_column_was_looked_for(grades: Grades) -> None:
    visit = grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M2)
    assert "unterwegs in die Bewertungsübersicht" in visit.get(f"/modules/{M2}").text
    grades.deliver()
    assert "In der Bewertungsübersicht Ihres Kurses seit" in visit.get(f"/modules/{M2}").text


def test_a_platform_that_is_down_while_the_column_is_looked_for_loses_nothing(grades: Grades) -> None:
    grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M2)
    grades.course.lms.answer_next(503, service="lineitems", times=50)
    grades.deliver()
    assert grades.of("participant01", M2) == [None]
    grades.course.lms.faults.clear()
    grades.night()
    assert grades.of("participant01", M2) == [90]


def test_a_module_that_has_no_column_is_told_to_participant_and_instructor(course: Course) -> None:
    grades = Grades(course)
    course.save(course.choose_content().post("/lti/deep-linking", item=[M1]))
    visit = course.launch("participant01", M1)
    grades.pass_module("participant01", M3)
    grades.deliver()
    assert "In Ihrem Kurs kennen wir für dieses Modul keine Bewertungsspalte" in visit.get(f"/modules/{M3}").text
    teacher = course.launch("instructor", M1)
    page = teacher.get("/course").text
    assert "Modul 3: 1 Note hat keine Spalte in der Lernplattform" in page
    assert "fügen Sie das Modul als Aktivität in den Kurs ein" in page
    # The list has the course's own modules alone.
    assert "Modul 3" not in teacher.get("/course/list.csv").text
    assert "gibt es im Kurs keine Spalte" in teacher.get(f"/course/people/{grades.key_of('participant01')}").text
    assert len(course.lms.columns) == 1


def test_a_module_placed_later_gets_everybodys_score_with_the_first_launch_of_anybody(course: Course) -> None:
    grades = Grades(course)
    course.save(course.choose_content().post("/lti/deep-linking", item=[M1]))
    for person in ("participant01", "participant02"):
        course.launch(person, M1)
        grades.pass_module(person, M3)
    grades.deliver()
    course.save(course.choose_content().post("/lti/deep-linking", item=[M3]))
    teacher = course.launch("instructor", M3)
    teacher.get(f"/modules/{M3}")
    grades.parts.worker.run_once()
    assert [grades.of(person, M3) for person in ("participant01", "participant02")] == [[90], [90]]
    assert "keine Spalte" not in teacher.get("/course").text


def test_a_module_placed_later_and_opened_by_nobody_gets_them_at_night(course: Course) -> None:
    grades = Grades(course)
    course.save(course.choose_content().post("/lti/deep-linking", item=[M1]))
    course.launch("participant01", M1)
    grades.pass_module("participant01", M3)
    grades.deliver()
    course.save(course.choose_content().post("/lti/deep-linking", item=[M3]))
    assert grades.night().newly_sent == 1
    assert grades.of("participant01", M3) == [90]


def test_what_was_passed_before_the_course_was_visited_goes_over_with_the_visit(grades: Grades) -> None:
    grades.course.launch("participant01", M1, **ELSEWHERE)
    for slug in (M1, M2, M3):
        grades.pass_module("participant01", slug, right=8)
    visit = grades.course.launch("participant01", M4)
    visit.get(f"/modules/{M4}")
    grades.deliver()
    assert grades.of("participant01") == [80, 80, 80, None, None]


def test_a_visit_that_lands_on_the_workbook_is_found_at_night(grades: Grades) -> None:
    grades.course.launch("participant01", M1, **ELSEWHERE)
    grades.pass_module("participant01", M2)
    grades.course.launch("participant01", M1)
    assert tell_all_due_scores(grades.course.database, now=clock.now()) == 1
    assert tell_all_due_scores(grades.course.database, now=clock.now()) == 0
    grades.deliver()
    assert grades.of("participant01", M2) == [90]


def test_at_night_a_person_of_whom_nothing_can_be_told_stops_no_other(grades: Grades, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("participant01", "participant02"):
        grades.course.launch(name, M1, **ELSEWHERE)
        grades.pass_module(name, M2)
        grades.course.launch(name, M1)
    broken = grades.key_of("participant01")

    def footprint(session: Session, user_id: int) -> Footprint:
        if user_id == broken:
            raise ZeroDivisionError
        return footprint_of(session, user_id)

    monkeypatch.setattr("lti_tool.progress.due_scores.footprint_of", footprint)
    assert tell_all_due_scores(grades.course.database, now=clock.now()) == 1
    grades.deliver()
    assert (grades.of("participant01", M2), grades.of("participant02", M2)) == ([None], [90])


def test_the_same_person_in_two_courses_gets_it_in_both_whichever_they_pass_it_in(grades: Grades) -> None:
    lms = grades.course.lms
    second = lms.add_activity("Modul 2 im zweiten Kurs", custom={"module": M2}, resource_id="")
    visit = grades.course.launch("participant01", second.id, **OTHER_COURSE)
    visit.get(f"/modules/{M2}")
    grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M2)
    grades.deliver()
    columns = [column.id for column in lms.columns if column.link_id == second.id]
    grade = lms.grade("participant01", columns[0])
    assert grade is not None
    assert (grade.score, grades.of("participant01", M2)) == (90, [90])


def test_a_course_of_which_somebody_is_only_in_the_roster_hears_nothing(grades: Grades) -> None:
    grades.course.launch("instructor", M1).post("/course/roster", form_on="/course")
    grades.course.work()
    grades.course.launch("participant01", M1, **ELSEWHERE)
    grades.pass_module("participant01", M1, course="77")
    tell_all_due_scores(grades.course.database, now=clock.now())
    grades.deliver()
    assert grades.of("participant01", M1) == [None]
    with grades.course.database.read() as session:
        assert len(session.scalars(select(Membership).where(Membership.user_id == grades.key_of("participant01"))).all()) == 2
        assert len(session.scalars(select(DueScore)).all()) == 1


def test_a_course_in_which_somebody_teaches_hears_nothing_of_what_they_learn_elsewhere(grades: Grades) -> None:
    grades.course.launch("instructor", M1)
    grades.course.launch("instructor", M1, **ELSEWHERE, **{names.ROLES: [names.ROLE_LEARNER]})
    grades.pass_module("instructor", M1, course="77")
    grades.deliver()
    with grades.course.database.read() as session:
        assert {row.module_slug for row in session.scalars(select(DueScore))} == {M1}
        assert len(session.scalars(select(DueScore)).all()) == 1


def test_a_module_that_stands_twice_in_the_course_gets_it_twice(grades: Grades) -> None:
    grades.course.save(grades.course.choose_content().post("/lti/deep-linking", item=[M2]))
    grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M2)
    grades.deliver()
    twins = [column.id for column in grades.course.lms.columns if column.resource_id == M2]
    found = [grades.course.lms.grade("participant01", column) for column in twins]
    assert [grade.score for grade in found if grade is not None] == [90, 90]


def test_an_activity_found_in_the_list_is_the_same_one_once_it_is_opened(grades: Grades) -> None:
    visit = grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M2)
    grades.deliver()
    grades.course.launch("participant01", M2).get(f"/modules/{M2}")
    grades.deliver()
    with grades.course.database.read() as session:
        assert len(session.scalars(select(ScoreDelivery)).all()) == 1
    assert len(grades.course.lms.scores_received) == 1
    assert visit.get(f"/modules/{M2}").status_code == 200


def test_a_copied_course_gets_what_its_visitors_have_passed(grades: Grades) -> None:
    grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M1)
    grades.pass_module("participant01", M2)
    grades.deliver()
    grades.course.lms.copy_course()
    assert grades.of("participant01", M1, M2) == [None, None]
    grades.course.launch("participant01", M3).get(f"/modules/{M3}")
    grades.deliver()
    assert grades.of("participant01", M1, M2) == [90, 90]


def test_where_the_platform_lists_no_columns_the_first_launch_of_anybody_helps(grades: Grades) -> None:
    grades.course.lms.be_odd("no_line_items")
    visit = grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M1)
    grades.pass_module("participant01", M2)
    grades.deliver()
    assert grades.of("participant01", M1, M2) == [90, None]
    assert "öffnen Sie sie einmal; dann geht Ihr Ergebnis dorthin" in visit.get(f"/modules/{M2}").text
    grades.course.launch("participant02", M2).get(f"/modules/{M2}")
    grades.deliver()
    assert grades.of("participant01", M2) == [90]


def test_where_the_platform_takes_no_scores_both_read_so(grades: Grades) -> None:
    grades.course.lms.be_odd("no_scores")
    visit = grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M1)
    grades.deliver()
    assert "Ihre Lernplattform nimmt von hier keine Bewertungen an" in visit.get(f"/modules/{M1}").text
    assert "nimmt von diesem Angebot keine Bewertungen an" in grades.course.launch("instructor", M1).get("/course").text


def test_who_left_and_comes_back_gets_what_was_passed_meanwhile(grades: Grades) -> None:
    grades.course.launch("participant01", M1)
    grades.course.lms.unenrol("participant01")
    grades.pass_module("participant01", M1)
    grades.deliver()
    assert grades.states("participant01") == {M1: ("parked", "user_not_gradable")}
    grades.course.lms.enrol("participant01")
    visit = grades.course.launch("participant01", M1)
    visit.get(f"/modules/{M1}")
    grades.deliver()
    assert grades.of("participant01", M1) == [90]
    assert "retried back in the course" in grades.ledger("participant01", M1)


def test_a_refusal_of_somebody_is_tried_once_for_each_launch_and_not_for_each_page(grades: Grades) -> None:
    visit = grades.course.launch("participant01", M1)
    grades.course.lms.unenrol("participant01")
    grades.pass_module("participant01", M1)
    for _ in range(3):
        visit.get(f"/modules/{M1}")
        grades.deliver()
    assert len(grades.course.lms.scores_received) == 1


def test_a_better_attempt_reaches_every_column_and_none_ever_falls(grades: Grades) -> None:
    grades.course.launch("participant01", M1)
    grades.pass_module("participant01", M2, right=8)
    grades.deliver()
    visitor, programme = grades.visitor("participant01"), grades.programme
    with grades.course.database.write.begin() as session:
        take_quiz(session, programme, visitor, M2, right=10, now=clock.now())
        take_quiz(session, programme, visitor, M2, right=7, now=clock.now() + timedelta(days=30))
    grades.deliver()
    assert grades.of("participant01", M2) == [100]


def test_on_open_edx_a_component_that_somebody_has_opened_gets_everybodys_score(open_edx: Course) -> None:
    place_all(open_edx)
    grades = Grades(open_edx)
    open_edx.launch("participant02", M2)
    visit = open_edx.launch("participant01", M1)
    grades.pass_module("participant01", M1)
    grades.pass_module("participant01", M2)
    grades.pass_module("participant01", M3)
    grades.deliver()
    assert grades.of("participant01", M1, M2, M3) == [90, 90, None]
    # Nobody has opened the third component, and each lists its own column alone.
    assert "In Ihrem Kurs kennen wir für dieses Modul keine Bewertungsspalte" in visit.get(f"/modules/{M3}").text
    open_edx.launch("instructor", M3).get(f"/modules/{M3}")
    grades.deliver()
    assert grades.of("participant01", M3) == [90]
