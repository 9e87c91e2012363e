"""Who stands where: states, what comes next, filter and sort, and who sees what."""

from datetime import datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from lti_tool.courses.export_course import export_course
from lti_tool.courses.meetings.attendance import open_attendance
from lti_tool.courses.open_course import CoursePage, CourseQuery, Show, Sort, open_course
from lti_tool.courses.standings import ModuleState
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.errors import Conflict, Forbidden
from lti_tool.models import Certificate, CourseSettingsRow, ExtraAttempt, Mentoring
from lti_tool.platforms.launching.remember_mentored import remember_mentored
from lti_tool.workbook.editions_for_readers import list_course_drafts
from tests.courses.conftest import M1, M2, School


def opened(school: School, visitor: Visitor, **query: object) -> CoursePage:
    school.session.flush()
    return open_course(school.session, school.programme, visitor, CourseQuery(**query), now=school.now)  # type: ignore[arg-type]


def names(page: CoursePage) -> list[str | None]:
    return [line.member.name for line in page.lines]


def advice(page: CoursePage) -> str:
    (line,) = page.lines
    assert line.advice is not None
    return line.advice.text % line.advice.values if line.advice.values else line.advice.text


def states(page: CoursePage) -> list[ModuleState]:
    (line,) = page.lines
    return [module.state for module in line.member.modules]


def test_a_module_is_open_begun_stuck_or_passed(school: School) -> None:
    anna = school.member("Anna Krüger")
    school.complete(anna, M1)
    for number in (1, 2, 3):
        school.attempt(anna, M2, points=3, number=number)
    school.read(anna, "sicherheit-und-datenschutz", lessons=1)
    page = opened(school, school.teacher())
    assert states(page) == [ModuleState.PASSED, ModuleState.STUCK, ModuleState.BEGUN, ModuleState.OPEN, ModuleState.OPEN]
    assert advice(page) == "Modul 2: 3 Versuche genutzt, Freischaltung möglich"


def test_a_granted_attempt_frees_who_was_stuck(school: School) -> None:
    anna = school.member("Anna Krüger")
    for number in (1, 2, 3):
        school.attempt(anna, M1, points=3, number=number)
    school.session.add(ExtraAttempt(user_id=anna, module_slug=M1, reason="Störung", granted_at=school.now))
    assert states(opened(school, school.teacher()))[0] is ModuleState.BEGUN


def test_the_courses_own_number_of_attempts_counts(school: School) -> None:
    anna = school.member("Anna Krüger")
    school.attempt(anna, M1, points=3)
    school.session.add(CourseSettingsRow(course_id=school.course_id, attempts=1, changed_at=school.now))
    assert states(opened(school, school.teacher()))[0] is ModuleState.STUCK


@pytest.mark.parametrize(
    ("lessons", "says"),
    [
        (0, "Noch nicht begonnen"),
        (1, "Modul 1: 5 Lektionen offen"),
        (5, "Modul 1: 1 Lektion offen"),
        (6, "Modul 1: Lernerfolgskontrolle offen"),
    ],
)
def test_the_next_step_is_said_in_words(school: School, lessons: int, says: str) -> None:
    school.read(school.member("Anna Krüger"), M1, lessons=lessons)
    assert advice(opened(school, school.teacher())) == says


def test_a_score_that_has_not_arrived_is_said_first_with_why_and_when(school: School, now: datetime) -> None:
    anna = school.member("Anna Krüger")
    school.complete(anna, M1)
    school.deliver(anna, M1, school.line_item(M1), state="waiting", tries=2, error="http_503")
    page = opened(school, school.teacher())
    assert advice(page) == "Modul 1: Note wartet"
    (trouble,) = page.troubles
    assert (trouble.count, trouble.next_try_at) == (1, now)
    assert trouble.reason is not None
    assert trouble.reason.text == "Die Lernplattform war nicht erreichbar."


def test_scores_of_other_courses_are_not_this_courses_trouble(school: School) -> None:
    anna = school.member("Anna Krüger")
    school.complete(anna, M1)
    item = school.line_item(M1, course_id=school.other_course_id)
    school.deliver(anna, M1, item, state="parked", error="http_404")
    assert opened(school, school.teacher()).troubles == ()


def test_a_certificate_is_the_end(school: School) -> None:
    anna = school.member("Anna Krüger")
    school.complete(anna)
    school.session.add(
        Certificate(
            user_id=anna,
            programme_slug=school.programme.slug,
            subject="programme",
            check_code="A" * 27,
            name="Anna Krüger",
            facts={},
            issued_at=school.now,
        )
    )
    page = opened(school, school.teacher())
    assert advice(page) == "Zertifikat ausgestellt"
    assert page.certified == 1


def test_who_teaches_accompanies_or_only_tries_is_not_listed(school: School) -> None:
    for name, roles in [
        ("Ina", "instructor"),
        ("Adam", "administrator instructor"),
        ("Max", "mentor"),
        ("Tess", "participant test_user"),
        ("Eda", "instructor participant"),
        ("Mia", "mentor test_user participant"),
    ]:
        school.member(name, roles)
    school.member("Anna Krüger")
    school.member("Ben", course_id=school.other_course_id)
    page = opened(school, school.teacher())
    assert names(page) == ["Anna Krüger"]
    assert page.total == 1


def test_who_accompanies_others_and_learns_too_stands_in_every_list_of_the_course(school: School) -> None:
    school.member("Anna")
    school.member("Mira", "mentor participant")
    teacher = school.teacher()
    page = opened(school, teacher)
    assert (names(page), page.total) == (["Anna", "Mira"], 2)
    attendance = open_attendance(school.session, school.programme, teacher, M1, "1A")
    assert [line.person.name for line in attendance.lines] == ["Anna", "Mira"]
    table = export_course(school.session, school.programme, teacher, say=lambda text, **values: text, now=school.now)
    assert [row[0] for row in table.rows] == ["Anna", "Mira"]
    drafts = list_course_drafts(school.session, school.programme, teacher)
    assert [row.name for row in drafts.rows] == ["Anna", "Mira"]


def test_a_certificate_is_called_what_it_is_in_list_export_and_advice(school: School) -> None:
    ends = {"Anna": "2026-11-22", "Ben": "2099-11-22", "Cem": None, "Dora": "2026-11-22"}
    for name, end in ends.items():
        user_id = school.member(name)
        school.session.add(
            Certificate(
                user_id=user_id,
                programme_slug=school.programme.slug,
                subject="programme",
                check_code=name,
                name=name,
                facts={"valid_until": end} if end else {},
                issued_at=school.now,
                revoked_at=school.now if name == "Dora" else None,
            )
        )
    teacher = school.teacher()
    page = opened(school, teacher)
    assert [line.member.certificate for line in page.lines] == ["expired", "issued", "issued", "revoked"]
    assert page.certified == 2
    table = export_course(school.session, school.programme, teacher, say=lambda text, **values: text, now=school.now)
    assert [row[-2] for row in table.rows] == ["Gültigkeit abgelaufen", "ausgestellt", "ausgestellt", "widerrufen"]
    assert [row[-1] for row in table.rows] == [
        "Zertifikat abgelaufen",
        "Zertifikat ausgestellt",
        "Zertifikat ausgestellt",
        "Zertifikat widerrufen",
    ]


def test_who_is_gone_is_listed_only_on_request(school: School) -> None:
    school.member("Anna")
    school.member("Ben", is_gone=True)
    teacher = school.teacher()
    page = opened(school, teacher)
    assert (names(page), page.total, page.gone) == (["Anna"], 1, 1)
    assert names(opened(school, teacher, show=Show.GONE)) == ["Ben"]


def test_names_sort_by_base_letters_and_nameless_people_come_last(school: School) -> None:
    for name in ("Zoë", "Özlem", None, "Olaf", "Çelik", "Cem", "Straßer"):
        school.member(name)
    assert names(opened(school, school.teacher())) == ["Çelik", "Cem", "Olaf", "Özlem", "Straßer", "Zoë", None]


def test_a_name_is_found_without_its_marks(school: School) -> None:
    school.member("Jörg Bäßler")
    school.member("Anna Krüger")
    teacher = school.teacher()
    assert names(opened(school, teacher, name="bassler")) == ["Jörg Bäßler"]
    assert names(opened(school, teacher, name="KRÜG")) == ["Anna Krüger"]


def test_filters_and_sorting_by_progress(school: School) -> None:
    anna, ben, cem = school.member("Anna"), school.member("Ben"), school.member("Cem")
    school.complete(anna, M1, M2)
    school.complete(cem, M1)
    for number in (1, 2, 3):
        school.attempt(cem, M2, points=1, number=number)
    teacher = school.teacher()
    assert names(opened(school, teacher, sort=Sort.FEWEST_FIRST)) == ["Ben", "Cem", "Anna"]
    assert names(opened(school, teacher, sort=Sort.MOST_FIRST)) == ["Anna", "Cem", "Ben"]
    assert names(opened(school, teacher, show=Show.STUCK)) == ["Cem"]
    assert names(opened(school, teacher, show=Show.NOT_BEGUN)) == ["Ben"]
    assert names(opened(school, teacher, show=Show.CERTIFIED)) == []
    assert ben > anna


def test_the_bars_count_who_has_passed(school: School) -> None:
    anna, _ = school.member("Anna"), school.member("Ben")
    school.complete(anna, M1, M2)
    assert [bar.passed for bar in opened(school, school.teacher()).bars] == [1, 1, 0, 0, 0]


def test_pages_have_fifty_lines_and_a_page_too_far_is_the_last(school: School) -> None:
    for number in range(120):
        school.member(f"Person {number:03}")
    teacher = school.teacher()
    page = opened(school, teacher, page=9)
    assert (page.pages, page.found, len(page.lines)) == (3, 120, 20)
    assert names(page)[0] == "Person 100"


@pytest.mark.parametrize("words", [("x", "y", "", "-1"), ("", "", "", "0"), ("ALL", "NAME", " ", "99999999"), ("", "", "", "²")])
def test_words_of_an_address_that_nobody_understands_count_as_not_said(words: tuple[str, str, str, str]) -> None:
    assert CourseQuery.of(*words) == CourseQuery()


def test_participants_see_nothing(school: School) -> None:
    anna = school.visitor(school.member("Anna"), Role.PARTICIPANT)
    with pytest.raises(Forbidden):
        opened(school, anna)


def test_a_launch_without_a_course_says_so(school: School) -> None:
    petra = school.visitor(school.member("Petra", "instructor"), Role.INSTRUCTOR, course_id=None)
    with pytest.raises(Conflict):
        opened(school, petra)


def test_a_mentor_sees_only_those_of_the_claim_and_only_passed_or_not(school: School) -> None:
    anna, ben = school.member("Anna"), school.member("Ben")
    school.complete(anna, M1)
    school.deliver(anna, M1, school.line_item(M1), state="parked", error="http_404")
    mentor = school.visitor(school.member("Max", "mentor"), Role.MENTOR)
    remember_mentored(school.session, mentor, ("sub-Anna-None", "unknown"), now=school.now)
    page = opened(school, mentor, show=Show.LATE_SCORE, sort=Sort.MOST_FIRST)
    assert names(page) == ["Anna"]
    assert page.sees_details is False
    assert page.lines[0].advice is None
    assert (page.troubles, page.bars) == ((), ())
    assert ben not in [line.member.user_id for line in page.lines]


def test_a_mentor_without_the_claim_sees_all_of_the_course(school: School) -> None:
    for name in ("Anna", "Ben"):
        school.member(name)
    mentor = school.visitor(school.member("Max", "mentor"), Role.MENTOR)
    remember_mentored(school.session, mentor, ("sub-Anna-None",), now=school.now)
    remember_mentored(school.session, mentor, None, now=school.now)
    assert names(opened(school, mentor)) == ["Anna", "Ben"]
    assert school.session.query(Mentoring).count() == 0


def test_a_mentor_of_nobody_sees_nobody(school: School) -> None:
    school.member("Anna")
    mentor = school.visitor(school.member("Max", "mentor"), Role.MENTOR)
    remember_mentored(school.session, mentor, (), now=school.now)
    assert names(opened(school, mentor)) == []


def test_the_number_of_queries_does_not_grow_with_the_course(school: School, session: Session, programme: Programme) -> None:
    teacher = school.teacher()
    counts = []
    for size in (3, 30):
        for number in range(size):
            school.complete(school.member(f"P{size}-{number}"), M1)
        session.flush()
        session.expire_all()
        seen: list[str] = []
        connection = session.connection()

        def note(conn: object, cursor: object, statement: str, *rest: object, seen: list[str] = seen) -> None:
            seen.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        open_course(session, programme, teacher, CourseQuery(), now=school.now)
        event.remove(connection, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 13
