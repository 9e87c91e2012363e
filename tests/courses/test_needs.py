"""Who needs whoever teaches: each reason, with the people it is about, and nobody else."""

from datetime import timedelta

from sqlalchemy import update

from lti_tool.courses.needs import Need, NeedReason
from lti_tool.courses.open_course import CourseQuery, open_course
from lti_tool.domain.people import Role
from lti_tool.models import (
    Certificate,
    Course,
    CourseSettingsRow,
    ExtraAttempt,
    Membership,
    RosterReading,
    Workbook,
    WorkbookChapter,
    WorkbookEdition,
)
from tests.courses.conftest import M1, School


def needs(school: School, **query: object) -> dict[NeedReason, list[str | None]]:
    return {need.reason: [member.name for member in need.people] for need in all_needs(school, **query)}


def all_needs(school: School, **query: object) -> tuple[Need, ...]:
    school.session.flush()
    asked = CourseQuery(**query)  # type: ignore[arg-type]
    teacher = school.visitor(0, Role.INSTRUCTOR)
    return open_course(school.session, school.programme, teacher, asked, now=school.now).needs


def last_here(school: School, user_id: int, days_ago: float) -> None:
    at = school.now - timedelta(days=days_ago)
    school.session.execute(update(Membership).where(Membership.user_id == user_id).values(launched_at=at))


def hand_in(school: School, user_id: int, *, status: str = "submitted", course_id: int | None = None) -> None:
    book = Workbook(user_id=user_id, programme_slug=school.programme.slug, created_at=school.now)
    school.session.add(book)
    school.session.flush()
    school.session.add_all(
        [
            WorkbookChapter(workbook_id=book.id, number=1, status=status, changed_at=school.now),
            WorkbookEdition(
                workbook_id=book.id,
                chapter_number=1,
                kind="submission",
                number=1,
                course_id=course_id or school.course_id,
                content={},
                programme_version="1",
                created_at=school.now,
            ),
        ]
    )


def test_a_course_in_which_all_goes_well_needs_nobody(school: School) -> None:
    school.read(school.member("Anna Krüger"), M1)
    assert needs(school) == {}


def test_who_failed_twice_is_named_and_who_failed_once_is_not(school: School) -> None:
    for name, tries in (("Anna Krüger", 2), ("Bernd Alt", 1)):
        user = school.member(name)
        for number in range(1, tries + 1):
            school.attempt(user, M1, points=3, number=number)
    assert needs(school) == {NeedReason.FAILED_TWICE: ["Anna Krüger"]}


def test_who_failed_twice_and_then_passed_is_not_named(school: School) -> None:
    anna = school.member("Anna Krüger")
    for number, points in ((1, 3), (2, 3), (3, 9)):
        school.attempt(anna, M1, points=points, number=number)
    assert needs(school) == {}


def test_who_used_all_attempts_stands_under_that_alone(school: School) -> None:
    anna = school.member("Anna Krüger")
    for number in (1, 2, 3):
        school.attempt(anna, M1, points=3, number=number)
    assert needs(school) == {NeedReason.STUCK: ["Anna Krüger"]}


def test_a_further_attempt_turns_all_used_into_failed_several_times(school: School) -> None:
    anna = school.member("Anna Krüger")
    for number in (1, 2, 3):
        school.attempt(anna, M1, points=3, number=number)
    school.session.add(ExtraAttempt(user_id=anna, module_slug=M1, reason="Störung", granted_at=school.now))
    assert needs(school) == {NeedReason.FAILED_TWICE: ["Anna Krüger"]}


def test_who_was_not_here_for_more_than_fourteen_days_is_silent(school: School) -> None:
    for name, days in (("Anna Krüger", 15), ("Bernd Alt", 13.9)):
        last_here(school, school.member(name), days)
    assert needs(school) == {NeedReason.SILENT: ["Anna Krüger"]}


def test_who_has_finished_or_left_or_never_came_is_not_silent(school: School) -> None:
    done = school.member("Anna Krüger")
    school.complete(done, *(module.slug for module in school.programme.placed_modules))
    last_here(school, done, 30)
    last_here(school, school.member("Bernd Alt", is_gone=True), 30)
    school.member("Cem Kaya")
    assert NeedReason.SILENT not in needs(school)


def test_a_chapter_waits_until_it_is_decided_and_only_where_it_was_handed_in(school: School) -> None:
    hand_in(school, school.member("Anna Krüger"))
    hand_in(school, school.member("Bernd Alt"), status="accepted")
    hand_in(school, school.member("Cem Kaya"), course_id=school.other_course_id)
    assert needs(school) == {NeedReason.CHAPTER_WAITS: ["Anna Krüger"]}


def test_who_passed_all_and_has_no_printable_name_is_named(school: School) -> None:
    school.complete(school.member(None))
    assert needs(school) == {NeedReason.NAME_UNPRINTABLE: [None]}
    assert school.session.query(Certificate).count() == 0


def test_a_parked_score_names_its_person(school: School) -> None:
    anna = school.member("Anna Krüger")
    school.complete(anna, M1)
    school.deliver(anna, M1, school.line_item(M1), state="parked", tries=3, error="http_403")
    assert needs(school) == {NeedReason.SCORE_PARKED: ["Anna Krüger"]}


def test_sessions_without_date_are_counted_where_the_course_asks_for_them(school: School) -> None:
    assert needs(school) == {}
    school.session.add(CourseSettingsRow(course_id=school.course_id, conditions="lessons live quiz", changed_at=school.now))
    (need,) = all_needs(school)
    meetings = [one for module in school.programme.placed_modules for one in module.live_sessions if one.is_required]
    assert (need.reason, need.count) == (NeedReason.UNDATED, len(meetings))


def test_a_roster_that_was_never_read_is_said_until_it_was(school: School) -> None:
    school.session.get_one(Course, school.course_id).memberships_url = "https://moodle.test/nrps"
    assert needs(school) == {NeedReason.ROSTER_UNREAD: []}
    school.session.add(RosterReading(course_id=school.course_id, tried_at=school.now, read_at=school.now))
    assert needs(school) == {}


def test_a_filter_of_the_list_hides_nobody_who_needs_help(school: School) -> None:
    last_here(school, school.member("Anna Krüger"), 20)
    assert needs(school, name="niemand") == {NeedReason.SILENT: ["Anna Krüger"]}


def test_who_only_accompanies_is_told_of_no_needs(school: School) -> None:
    last_here(school, school.member("Anna Krüger"), 20)
    mentor = school.visitor(school.member("Moritz Amt", "mentor"), Role.MENTOR)
    school.session.flush()
    assert open_course(school.session, school.programme, mentor, CourseQuery(), now=school.now).needs == ()
