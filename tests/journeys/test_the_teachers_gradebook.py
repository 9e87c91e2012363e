"""What a teacher does to the gradebook is carried out as it was meant, and told truthfully (M3 to M5); on both engines."""

import pytest

from lti_tool import clock
from lti_tool.playground.launching import claim_names as names
from tests.journeys.course import BASE, Course, Visit
from tests.journeys.grades import MODULES, Grades
from tests.learning.conftest import take_quiz

M1, M2, M3, M4, M5 = MODULES
PEOPLE = ("participant01", "participant02", "participant03")


@pytest.fixture
def grades(course: Course) -> Grades:
    """Three people who have passed three modules each, by a single activity, and nine grades."""
    course.save(course.choose_content().post("/lti/deep-linking", all="programme"))
    grades = Grades(course)
    for person in PEOPLE:
        course.launch(person, M1)
        for slug in (M1, M2, M3):
            grades.pass_module(person, slug)
    grades.deliver()
    assert [grades.of(person, M1, M2, M3) for person in PEOPLE] == [[90, 90, 90]] * 3
    return grades


def answer(teacher: Visit, answer: str) -> str:
    done = teacher.post("/course/emptied", form_on="/course", answer=answer)
    assert done.status_code == 303
    return teacher.browser.get(done.location, base_url=BASE).text


def test_a_course_reset_is_asked_about_once_and_left_as_the_teacher_says(grades: Grades) -> None:
    grades.course.lms.empty_grades()
    assert len(grades.night().emptied) == 9
    grades.deliver()
    assert [grades.of(person, M1) for person in PEOPLE] == [[None]] * 3
    teacher = grades.course.launch("instructor", M1)
    assert "9 Noten fehlen in der Lernplattform" in teacher.get("/course").text
    page = answer(teacher, "leave")
    assert "bleiben in der Lernplattform gelöscht" in page
    assert "fehlen in der Lernplattform" not in page
    for _ in range(2):
        grades.night()
        grades.deliver()
    assert [grades.of(person, M1, M2, M3) for person in PEOPLE] == [[None] * 3] * 3
    assert "fehlen in der Lernplattform" not in teacher.get("/course").text
    assert grades.ledger("participant01", M1) == ["enqueued 90", "delivered 90", "emptied", "left_empty"]


def test_a_course_reset_is_filled_again_where_the_teacher_says_so(grades: Grades) -> None:
    grades.course.lms.empty_grades()
    grades.night()
    teacher = grades.course.launch("instructor", M1)
    assert "wieder unterwegs" in answer(teacher, "send")
    grades.deliver()
    assert [grades.of(person, M1, M2, M3) for person in PEOPLE] == [[90] * 3] * 3
    assert grades.night().matching == 9


def test_a_single_grade_that_was_taken_out_is_asked_about_as_well(grades: Grades) -> None:
    lms = grades.course.lms
    column = lms.column(M2)
    with lms.site.lock:
        lms.site.state.grades.pop(f"{column.id}:{lms.person('participant02').id}")
    grades.night()
    grades.deliver()
    assert grades.of("participant02", M2) == [None]
    assert "1 Note fehlt in der Lernplattform" in grades.course.launch("instructor", M1).get("/course").text


def test_what_the_participant_reads_follows_the_last_comparison(grades: Grades) -> None:
    visit = grades.course.launch("participant01", M1)
    assert "In der Bewertungsübersicht Ihres Kurses seit" in visit.get(f"/modules/{M1}").text
    grades.course.lms.empty_grades(M1)
    grades.night()
    page = visit.get(f"/modules/{M1}").text
    assert "Es wurde dort gelöscht. Hier ist es sicher gespeichert." in page
    grades.course.lms.allow_grades(M2, False)
    grades.night()
    page = visit.get(f"/modules/{M2}").text
    assert "In Ihrem Kurs gibt es für dieses Modul keine Bewertungsspalte" in page


def test_what_was_emptied_does_not_come_back_with_a_new_column(grades: Grades) -> None:
    grades.course.lms.empty_grades(M1)
    grades.night()
    answer(grades.course.launch("instructor", M1), "leave")
    grades.course.lms.allow_grades(M1, False)
    grades.night()
    grades.course.lms.allow_grades(M1, True)
    grades.course.launch("participant01", M1).get(f"/modules/{M1}")
    grades.deliver()
    grades.night()
    assert [grades.of(person, M1) for person in PEOPLE] == [[None]] * 3


def test_a_better_score_of_whoever_was_emptied_is_sent(grades: Grades) -> None:
    grades.course.lms.empty_grades()
    grades.night()
    visitor, programme = grades.visitor("participant01"), grades.programme
    with grades.course.database.write.begin() as session:
        take_quiz(session, programme, visitor, M1, right=10, now=clock.now())
    grades.deliver()
    assert [grades.of(person, M1) for person in PEOPLE] == [[100], [None], [None]]


def test_a_grade_set_by_hand_stays_and_is_what_the_participant_reads(grades: Grades) -> None:
    grades.course.lms.override("participant01", M1, 55)
    found = grades.night()
    assert [each.standing for each in found.changed_by_teacher] == [55]
    visit = grades.course.launch("participant01", M1)
    page = visit.get(f"/modules/{M1}").text
    assert "die Ihre Kursleitung von Hand eingetragen hat: 55 von 100." in page
    assert "In der Bewertungsübersicht Ihres Kurses seit" not in page.partition('id="path"')[0]
    teacher = grades.course.launch("instructor", M1)
    person = teacher.get(f"/course/people/{grades.key_of('participant01')}").text
    assert "Note 90 von 100 gesendet; im Kurs stehen 55 von 100" in person
    assert "Im Kurs steht eine andere Bewertung" in person
    grades.course.lms.override("participant01", M1, None)
    grades.night()
    assert "In der Bewertungsübersicht Ihres Kurses seit" in visit.get(f"/modules/{M1}").text


def test_grading_that_is_switched_off_stays_off_and_on_again_gets_everything(grades: Grades) -> None:
    lms = grades.course.lms
    lms.allow_grades(M4, False)
    before = len(lms.columns)
    grades.course.launch("participant01", M4).get(f"/modules/{M4}")
    grades.pass_module("participant01", M4)
    grades.pass_module("participant02", M4)
    grades.deliver()
    grades.night()
    assert len(lms.columns) == before
    teacher = grades.course.launch("instructor", M1)
    page = teacher.get("/course").text
    assert "Modul 4: 2 Noten haben keine Spalte in der Lernplattform" in page
    assert "erlauben Sie in den Einstellungen der Aktivität Bewertungen" in page
    assert "Note ist noch nicht" not in page
    visit = grades.course.launch("participant01", M1)
    assert "In Ihrem Kurs gibt es für dieses Modul keine Bewertungsspalte" in visit.get(f"/modules/{M4}").text
    lms.allow_grades(M4, True)
    grades.course.launch("instructor", M4).get(f"/modules/{M4}")
    grades.deliver()
    assert [grades.of(person, M4) for person in PEOPLE] == [[90], [90], [None]]
    assert len(lms.columns) == before + 1
    assert "keine Spalte" not in teacher.get("/course").text


def test_a_column_deleted_and_made_anew_gets_what_was_delivered_before(grades: Grades) -> None:
    grades.course.lms.allow_grades(M1, False)
    grades.course.lms.allow_grades(M1, True)
    grades.course.launch("participant03", M1).get(f"/modules/{M1}")
    grades.deliver()
    assert [grades.of(person, M1) for person in PEOPLE] == [[90]] * 3


def test_a_locked_column_says_so_to_the_teacher_and_nothing_is_lost(grades: Grades) -> None:
    grades.course.lms.lock_column(M4)
    grades.pass_module("participant01", M4)
    grades.deliver()
    grades.send_all_now()
    teacher = grades.course.launch("instructor", M1)
    assert "Meist ist die Spalte gesperrt" in teacher.get("/course").text
    grades.course.lms.lock_column(M4, False)
    grades.send_all_now()
    assert grades.of("participant01", M4) == [90]


def test_a_participant_decides_nothing_about_the_gradebook(grades: Grades) -> None:
    grades.course.lms.empty_grades()
    grades.night()
    visit = grades.course.launch("participant01", M1)
    assert visit.post("/course/emptied", form_on=f"/modules/{M1}", answer="send").status_code == 403
    grades.deliver()
    assert grades.of("participant01", M1) == [None]


def test_the_answer_of_one_course_touches_no_other(grades: Grades) -> None:
    grades.course.lms.empty_grades()
    grades.night()
    elsewhere = {names.CONTEXT: {"id": "77", "title": "B", "type": ["CourseSection"]}, names.RESOURCE_LINK: {"id": "b"}}
    other = grades.course.launch("instructor", M1, **elsewhere)
    assert "fehlen in der Lernplattform" not in other.get("/course").text
    answer(other, "send")
    grades.deliver()
    assert grades.of("participant01", M1) == [None]
