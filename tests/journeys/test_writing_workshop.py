"""The shipped writing workshop has no exam: chapters and attendance complete it, beside the qualification in another course."""

import re
from datetime import timedelta
from html import unescape
from itertools import cycle, islice

import pytest
from sqlalchemy import select

from lti_tool import clock
from lti_tool.domain.content.programme import Field, Module
from lti_tool.domain.content.worked_examples import WorkedExample
from lti_tool.models import Certificate, Completion
from lti_tool.passback.columns.line_item import TAG
from tests.journeys.course import Course, Visit
from tests.journeys.test_journey_37 import CHOICE, FIRST, M1, PERSON, parts_of, post_in, programmes_of_courses
from tests.journeys.test_live_sessions import send, user_id

WORKSHOP = "schreibwerkstatt-digitalstrategien"
BASICS, DEEPER = "schreibwerkstatt-grundlagen", "schreibwerkstatt-vertiefung"


@pytest.fixture
def workshop(several: Course) -> Course:
    """A course with the whole workshop, at an installation that serves other programmes too."""
    outcome = several.save(post_in(several.choose_content(), CHOICE, WORKSHOP, all="programme"))
    assert [activity.custom["module"] for activity in outcome.created] == [BASICS, DEEPER]
    return several


def module_of(course: Course, slug: str) -> Module:
    served = parts_of(course).catalogue.with_module(slug)
    assert served is not None
    module = served.programme.find_module(slug)
    assert module is not None
    return module


def read_lessons(visit: Visit, module: Module) -> None:
    for lesson in module.lessons:
        page = f"/modules/{module.slug}/lessons/{lesson.slug}"
        send(visit, f"{page}/read", on=page)


def typed(field: Field, example: WorkedExample) -> dict[str, str]:
    """Write into a field what its good example says, with as many rows as are asked for."""
    name = f"f.{field.id}"
    if field.kind != "table":
        return {name: example.good.text}
    rows = list(islice(cycle(example.good.rows), max(field.min_rows, len(example.good.rows))))
    cells = {f"{name}.{number}.{column}": text for number, row in enumerate(rows) for column, text in row.items()}
    return {f"n.{field.id}": str(len(rows)), **cells}


def hand_in_chapters(visit: Visit, module: Module) -> None:
    assert module.practice is not None
    examples = {(example.chapter, example.field_id): example for example in module.examples}
    for chapter in module.practice.chapters:
        page = f"/workbook/chapters/{chapter.number}"
        texts = [typed(field, examples[chapter.number, field.id]) for field in chapter.fields]
        form = {name: text for fields in texts for name, text in fields.items()}
        send(visit, page, {**form, "action": "submit"}, on=page)


def accept_all(teacher: Visit) -> int:
    """Accept what was handed in; gives how many chapters that were."""
    pages = sorted(set(re.findall(r"/workbook/course/\d+", teacher.get("/workbook/course").text)))
    for page in pages:
        send(teacher, page, {"action": "accept", "text": "Trägt."}, on=page)
    return len(pages)


def record_presence(course: Course, teacher: Visit, slug: str, code: str) -> None:
    page = f"/course/live/{slug}/{code}"
    present = {f"presence.{user_id(course, PERSON)}": "present"}
    send(teacher, f"{page}/attendance", {**present, "action": "save"}, on=page)


def make_up_for(visit: Visit, teacher: Visit, slug: str, code: str) -> None:
    """The date has gone by, and the person answers the questions of the session."""
    page, day = f"/course/live/{slug}/{code}", clock.now() - timedelta(days=2)
    send(teacher, page, {"day": f"{day:%Y-%m-%d}", "time": "10:00"}, on=page)
    mine, words = f"/modules/{slug}/live/{code}", "Die Kämmerei las „Rat“ als Gremium; jetzt steht dort „Auskunft“."
    send(visit, mine, {f"answer.{number}": words for number in range(3)}, on=mine)


def passed(course: Course) -> set[str]:
    with course.database.read() as session:
        return set(session.scalars(select(Completion.module_slug)))


def test_chapters_and_attendance_complete_the_workshop_while_the_qualification_runs_in_another_course(workshop: Course) -> None:
    lms = workshop.lms
    other = lms.site.add_course("B", "Smart City in B").id
    beside = lms.add_activity("Modul 1", custom={"module": M1}, resource_id=M1, tag=TAG, course=other)
    basics, deeper = module_of(workshop, BASICS), module_of(workshop, DEEPER)
    first = workshop.launch(PERSON, beside.id)
    person, teacher = workshop.launch(PERSON, BASICS), workshop.launch("instructor", BASICS)
    workshop.launch(PERSON, DEEPER)
    assert sorted(filter(None, programmes_of_courses(workshop).values())) == [WORKSHOP, FIRST]

    # No page asks for a quiz, and each part alone completes nothing.
    assert person.get(f"/modules/{BASICS}/quiz").status_code == 404
    for module in (basics, deeper):
        read_lessons(person, module)
        hand_in_chapters(person, module)
    assert passed(workshop) == set()
    assert accept_all(teacher) == 5
    assert passed(workshop) == set()

    # Who was there has the first module; who missed the second session makes up for it.
    record_presence(workshop, teacher, BASICS, "1A")
    assert passed(workshop) == {BASICS}
    assert "1 von 2 Modulen" in person.get("/modules").text
    make_up_for(person, teacher, DEEPER, "2A")
    assert passed(workshop) == {BASICS, DEEPER}

    parts_of(workshop).worker.run_once()
    with workshop.database.read() as session:
        (certificate,) = session.scalars(select(Certificate)).all()
    assert (certificate.programme_slug, certificate.subject) == (WORKSHOP, "programme")
    assert [module["title"] for module in certificate.facts["modules"]] == [basics.title, deeper.title]
    assert not certificate.facts["is_tested"]
    for slug in (BASICS, DEEPER):
        grade = lms.grade(PERSON, slug)
        assert grade is not None
        assert grade.score == grade.maximum
    # The qualification has gained nothing by it, and both courses lead to the certificate.
    assert "0 von 1 Modul bestanden" in first.get("/modules").text
    for visit in (person, first):
        assert f"/certificates/{certificate.id}" in visit.get("/certificates").text


def test_who_teaches_finds_a_pack_for_each_session_and_a_participant_does_not(workshop: Course) -> None:
    teacher, person = workshop.launch("instructor", BASICS), workshop.launch(PERSON, BASICS)
    for slug, code in ((BASICS, "1A"), (DEEPER, "2A")):
        (pack,) = module_of(workshop, slug).packs
        page = f"/course/live/{slug}/{code}/pack"
        told = unescape(teacher.get(page).text)
        assert all(step.title in told for step in pack.steps)
        assert all(board.title in told for board in pack.boards)
        assert person.get(page).status_code == 403


def test_no_setting_of_the_course_completes_the_workshop_without_its_sessions(workshop: Course) -> None:
    teacher, person = workshop.launch("instructor", BASICS), workshop.launch(PERSON, BASICS)
    send(teacher, "/course/settings", on="/course/settings", without=("asks_live", "asks_practice"))
    basics = module_of(workshop, BASICS)
    read_lessons(person, basics)
    hand_in_chapters(person, basics)
    accept_all(teacher)
    assert passed(workshop) == set()
    record_presence(workshop, teacher, BASICS, "1A")
    assert passed(workshop) == {BASICS}


def test_no_page_of_the_workshop_speaks_of_a_test_that_nobody_takes(workshop: Course) -> None:
    teacher, person = workshop.launch("instructor", BASICS), workshop.launch(PERSON, BASICS)
    basics = module_of(workshop, BASICS)
    read_lessons(person, basics)
    hand_in_chapters(person, basics)
    accept_all(teacher)
    record_presence(workshop, teacher, BASICS, "1A")
    pages = (
        (person, ("/modules", f"/modules/{BASICS}", f"/modules/{BASICS}/live/1A", "/workbook", "/certificates")),
        (teacher, ("/course", "/course/live", "/workbook/course", f"/course/people/{user_id(workshop, PERSON)}")),
    )
    found = {
        f"{path}: {words}"
        for visit, paths in pages
        for path in paths
        for words in re.findall(r"[^<>]*(?:Versuch|bestanden|Bestanden|Lernerfolgskontrolle)[^<>]*", visit.get(path).text)
    }
    said = "Dieses Modul hat keine Lernerfolgskontrolle."
    assert {words for words in found if said not in words} == set()
    assert any(said in words for words in found)
