"""The live part: attendance or the follow-up covers a session, and the last of them settles the module."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.meetings.attendance import open_attendance, open_live
from lti_tool.courses.meetings.plan_meeting import Plan, PlanRefused, plan_meeting
from lti_tool.courses.meetings.record_attendance import record_attendance
from lti_tool.courses.person.grant_attempt import ReasonMissing
from lti_tool.courses.person.open_person import open_person
from lti_tool.courses.person.return_follow_up import NothingToReturn, return_follow_up
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import hours_in_print
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.completion import Condition, MissingCondition
from lti_tool.domain.rules.hours import module_minutes
from lti_tool.domain.rules.live import Presence
from lti_tool.errors import Forbidden, NotFound
from lti_tool.learning.list_modules import list_modules
from lti_tool.learning.open_module import StepKind, open_module
from lti_tool.live.follow_up import AnswersTooLong, FollowUpClosed, open_meeting, save_follow_up
from lti_tool.models import (
    Attendance,
    AttendanceChange,
    Certificate,
    Completion,
    Course,
    CourseSettingsRow,
    Membership,
    ScoreDelivery,
    User,
)
from lti_tool.progress.contributions import contributions_of
from lti_tool.progress.requirements import requirements_of
from tests.learning.conftest import M1, read_all_lessons, take_quiz
from tests.syllabus import taught, taught_in

ANSWERS = ["Dimension 3", "Server", "Mit der Leitung"]


@pytest.fixture
def petra(session: Session, anna: Visitor, now: datetime) -> Visitor:
    """The instructor of Anna's course, which asks for the live part."""
    teacher = User(platform_id=anna.platform_id, sub="9", name="Petra Wolf", first_seen_at=now, last_seen_at=now)
    session.add(teacher)
    session.flush()
    for user_id, roles in ((anna.user_id, "participant"), (teacher.id, "instructor")):
        session.add(Membership(user_id=user_id, course_id=anna.course_id, roles=roles, first_seen_at=now, last_seen_at=now))
    session.add(CourseSettingsRow(course_id=anna.course_id, conditions="lessons quiz live", changed_at=now))
    session.flush()
    return Visitor(**{**vars(anna), "user_id": teacher.id, "roles": frozenset({Role.INSTRUCTOR})})


def record(
    session: Session, programme: Programme, petra: Visitor, anna: Visitor, code: str, presence: Presence | None, now: datetime
) -> None:
    record_attendance(session, taught(programme), petra, M1, code, {anna.user_id: presence}, now=now)


def follow_up(session: Session, programme: Programme, anna: Visitor, code: str, answers: list[str], now: datetime) -> bool:
    return save_follow_up(session, taught(programme), anna, M1, code, answers, now=now)


def finish_the_rest(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=9, now=now)


def is_completed(session: Session) -> bool:
    return session.scalars(select(Completion)).one_or_none() is not None


def test_the_last_recorded_attendance_completes_the_module_of_who_was_there(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    finish_the_rest(session, programme, anna, now)
    page = open_module(session, taught_in(session, programme, anna), anna, M1, now=now)
    assert page.missing == (MissingCondition(Condition.LIVE, 2),)
    record(session, programme, petra, anna, "1A", Presence.PRESENT, now)
    record(session, programme, petra, anna, "1B", Presence.EXCUSED, now)
    assert not is_completed(session)
    record(session, programme, petra, anna, "1B", Presence.MADE_UP, now)
    assert session.scalars(select(Completion.user_id)).all() == [anna.user_id]
    assert session.scalars(select(ScoreDelivery.score_given)).all() == [90.0]
    # Taken back later: a module once passed stays passed.
    record(session, programme, petra, anna, "1B", None, now)
    assert open_module(session, taught_in(session, programme, anna), anna, M1, now=now).missing == ()
    log = session.scalars(select(AttendanceChange).order_by(AttendanceChange.id)).all()
    assert [(line.session_code, line.before, line.after) for line in log] == [
        ("1A", "", "present"),
        ("1B", "", "excused"),
        ("1B", "excused", "made_up"),
        ("1B", "made_up", ""),
    ]
    assert {line.changed_by_id for line in log} == {petra.user_id}


def test_an_optional_session_keeps_nobody_from_passing_but_its_time_counts(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    first, second = programme.modules[0].live_sessions
    sessions = (first, replace(second, is_required=False))
    programme = replace(programme, modules=(replace(programme.modules[0], live_sessions=sessions), *programme.modules[1:]))
    module = programme.modules[0]
    finish_the_rest(session, programme, anna, now)
    plan_meeting(session, taught(programme), petra, M1, "1B", Plan(now - timedelta(hours=3)), now=now)
    page = open_module(session, taught_in(session, programme, anna), anna, M1, now=now)
    assert page.missing == (MissingCondition(Condition.LIVE, 1),)
    assert [line.is_asked_for for line in page.meetings] == [True, False]
    assert page.next_step.meeting is not None
    assert page.next_step.meeting.session.code == "1A"
    record(session, programme, petra, anna, "1A", Presence.PRESENT, now)
    assert is_completed(session)

    def minutes() -> int:
        beside = contributions_of(session, requirements_of(session, programme, petra.course_id), [anna.user_id])
        assert beside.live_share_pct(anna.user_id, replace(programme, modules=(module,))) == 100
        return beside.minutes_done(anna.user_id, module, programme.hours, is_quiz_passed=True)

    before = minutes()
    record(session, programme, petra, anna, "1B", Presence.PRESENT, now)
    assert minutes() - before == second.minutes + second.preparation_minutes


def test_the_follow_up_makes_up_for_a_session(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    finish_the_rest(session, programme, anna, now)
    record(session, programme, petra, anna, "1A", Presence.PARTLY, now)
    plan_meeting(session, taught(programme), petra, M1, "1B", Plan(now + timedelta(hours=1)), now=now)
    assert open_module(session, taught_in(session, programme, anna), anna, M1, now=now).next_step.kind is StepKind.AWAIT_MEETING
    coming = list_modules(session, taught_in(session, programme, anna), anna, now=now).next_meeting
    assert coming is not None
    assert coming.session.code == "1B"
    assert list_modules(session, taught_in(session, programme, anna), anna, now=now + timedelta(hours=3)).next_meeting is None
    with pytest.raises(FollowUpClosed):
        follow_up(session, programme, anna, "1B", ANSWERS, now)
    later = now + timedelta(hours=3)
    assert open_module(session, taught_in(session, programme, anna), anna, M1, now=later).next_step.kind is StepKind.FOLLOW_UP
    assert not follow_up(session, programme, anna, "1B", ["eins", " ", "drei"], later)
    assert not is_completed(session)
    assert open_meeting(session, programme, anna, M1, "1B", now=later).answers == ("eins", "", "drei")
    assert follow_up(session, programme, anna, "1B", ANSWERS, later)
    assert is_completed(session)
    page = open_attendance(session, programme, petra, M1, "1B")
    assert [(line.person.name, line.answers) for line in page.lines] == [("Anna Krüger", tuple(ANSWERS))]
    # Emptied later, it stays done.
    assert not follow_up(session, programme, anna, "1B", ["", "", ""], later)
    assert open_meeting(session, programme, anna, M1, "1B", now=later).finished_at == later


def test_only_the_course_where_a_follow_up_was_written_reads_it(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    other = Course(
        platform_id=anna.platform_id, context_id="3", registration_id=anna.registration_id, created_at=now, last_seen_at=now
    )
    session.add(other)
    session.flush()
    session.add(Membership(user_id=anna.user_id, course_id=other.id, roles="participant", first_seen_at=now, last_seen_at=now))
    plan_meeting(session, taught(programme), petra, M1, "1A", Plan(now - timedelta(days=1)), now=now)
    assert follow_up(session, programme, anna, "1A", ANSWERS, now)
    (here,) = open_attendance(session, programme, petra, M1, "1A").lines
    (there,) = open_attendance(session, programme, replace(petra, course_id=other.id), M1, "1A").lines
    assert (here.answers, there.answers) == (tuple(ANSWERS), ())
    assert there.followed_up_at == here.followed_up_at == now
    assert (here.may_be_returned, there.may_be_returned) == (True, False)
    with pytest.raises(NothingToReturn):
        return_follow_up(session, programme, replace(petra, course_id=other.id), M1, "1A", anna.user_id, "Kurz.", now=now)


def test_a_follow_up_sent_back_leaves_the_session_open_until_it_is_finished_anew(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    record(session, programme, petra, anna, "1A", Presence.PRESENT, now)
    follow_up(session, programme, anna, "1B", ANSWERS, now)
    with pytest.raises(ReasonMissing):
        return_follow_up(session, programme, petra, M1, "1B", anna.user_id, " ", now=now)
    return_follow_up(session, programme, petra, M1, "1B", anna.user_id, "Frage 2 fehlt.", now=now)
    take_quiz(session, programme, anna, M1, right=9, now=now)
    assert not is_completed(session)
    # A date set meanwhile closes it to others, not to who shall improve it.
    plan_meeting(session, taught(programme), petra, M1, "1B", Plan(now + timedelta(hours=1)), now=now)
    page = open_meeting(session, programme, anna, M1, "1B", now=now)
    assert (page.may_follow_up, page.return_reason, page.answers) == (True, "Frage 2 fehlt.", tuple(ANSWERS))
    (line,) = open_attendance(session, programme, petra, M1, "1B").lines
    assert (line.return_reason, line.answers, line.may_be_returned) == ("Frage 2 fehlt.", (), False)
    with pytest.raises(NothingToReturn):
        return_follow_up(session, programme, petra, M1, "1B", anna.user_id, "Noch einmal.", now=now)
    assert follow_up(session, programme, anna, "1B", ["eins", "zwei", "drei"], now)
    assert is_completed(session)
    assert open_meeting(session, programme, anna, M1, "1B", now=now).return_reason == ""
    # What is passed stays passed, and so does what it was passed with.
    assert not open_attendance(session, programme, petra, M1, "1B").lines[0].may_be_returned
    with pytest.raises(NothingToReturn):
        return_follow_up(session, programme, petra, M1, "1B", anna.user_id, "Zu spät.", now=now)
    with pytest.raises(Forbidden):
        return_follow_up(session, programme, anna, M1, "1B", anna.user_id, "Selbst.", now=now)


def test_answers_have_an_end(session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime) -> None:
    with pytest.raises(AnswersTooLong):
        save_follow_up(session, taught(programme), anna, M1, "1A", ["x" * 4001], now=now)


def test_a_cancelled_session_completes_what_waited_for_it(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    finish_the_rest(session, programme, anna, now)
    record(session, programme, petra, anna, "1A", Presence.PRESENT, now)
    plan_meeting(session, taught(programme), petra, M1, "1B", Plan(is_cancelled=True), now=now)
    assert is_completed(session)


def test_the_person_page_and_the_list_tell_the_instructor_the_same(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    finish_the_rest(session, programme, anna, now)
    record(session, programme, petra, anna, "1A", Presence.PRESENT, now)
    left = open_person(session, programme, petra, anna.user_id, now=now).modules[0].standing.missing
    assert (
        left
        == open_module(session, taught_in(session, programme, anna), anna, M1, now=now).missing
        == (MissingCondition(Condition.LIVE, 1),)
    )
    page = open_live(session, programme, petra)
    assert page.is_asked_for
    assert [entry.recorded for entry in page.modules[0][1]] == [1, 0]


def test_recording_the_same_again_changes_and_logs_nothing(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    for _ in range(2):
        record(session, programme, petra, anna, "1A", Presence.PRESENT, now)
    assert len(session.scalars(select(AttendanceChange)).all()) == 1


def test_nobody_else_records_and_nobody_from_elsewhere_is_recorded(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    with pytest.raises(Forbidden):
        record_attendance(session, taught(programme), anna, M1, "1A", {anna.user_id: Presence.PRESENT}, now=now)
    with pytest.raises(Forbidden):
        plan_meeting(session, taught(programme), anna, M1, "1A", Plan(), now=now)
    stranger = User(platform_id=anna.platform_id, sub="11", name="Fremd", first_seen_at=now, last_seen_at=now)
    session.add(stranger)
    session.flush()
    presences = {stranger.id: Presence.PRESENT, petra.user_id: Presence.PRESENT}
    assert record_attendance(session, taught(programme), petra, M1, "1A", presences, now=now) == ()
    assert session.scalars(select(Attendance)).all() == []
    with pytest.raises(NotFound):
        record_attendance(session, taught(programme), petra, M1, "2A", {}, now=now)


@pytest.mark.parametrize(
    ("plan", "faults"),
    [
        (Plan(minutes=5), ("minutes",)),
        (Plan(link="javascript:alert(1)"), ("link",)),
        (Plan(link="https://a b"), ("link",)),
        (Plan(link="https://"), ("link",)),
        (Plan(link="https://[a"), ("link",)),
        # A control sign would end up in the calendar file.
        (Plan(link="https://a\x07"), ("link",)),
        # With its end beyond what a clock can tell, no page of the course could be shown any more.
        (Plan(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)), ("day",)),
        (Plan(datetime(1, 1, 1, tzinfo=UTC)), ("day",)),
        (Plan(minutes=120, link="https://konferenz.example/raum"), ()),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    session: Session, programme: Programme, petra: Visitor, now: datetime, plan: Plan, faults: tuple[str, ...]
) -> None:
    assert plan.faults() == faults
    if faults:
        with pytest.raises(PlanRefused):
            plan_meeting(session, taught(programme), petra, M1, "1A", plan, now=now)


def test_the_certificate_needs_four_fifths_of_the_live_time(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    settings = session.scalars(select(CourseSettingsRow)).one()
    settings.conditions = "lessons quiz"
    for module in programme.modules:
        read_all_lessons(session, programme, anna, module.slug, now=now)
        if module is programme.modules[4]:
            # The live part is switched on before the last quiz, and this module's sessions are attended.
            settings.conditions = "lessons quiz live"
            for code in ("5A", "5B"):
                record_attendance(session, taught(programme), petra, module.slug, code, {anna.user_id: Presence.PRESENT}, now=now)
        take_quiz(session, programme, anna, module.slug, right=9, now=now)
    assert len(session.scalars(select(Completion)).all()) == 5
    assert session.scalars(select(Certificate)).all() == []
    codes = [(module, live.code) for module in programme.modules[:4] for live in module.live_sessions]
    for module, code in codes[:5]:
        record_attendance(session, taught(programme), petra, module.slug, code, {anna.user_id: Presence.PRESENT}, now=now)
    assert session.scalars(select(Certificate)).all() == []  # 7 of 10
    module, code = codes[5]
    record_attendance(session, taught(programme), petra, module.slug, code, {anna.user_id: Presence.PRESENT}, now=now)
    facts = session.scalars(select(Certificate)).one().facts
    # Lessons and quizzes, no Transferfrage (nothing was written), and the eight sessions that were attended with what they ask
    # for beforehand.
    attended = {"5A", "5B", *(code for _, code in codes[:6])}
    held = [live for module in programme.modules for live in module.live_sessions if live.code in attended]
    assert len(held) == 8
    minutes = sum(live.minutes + live.preparation_minutes for live in held)
    minutes += sum(module_minutes(module, programme.hours, written=()) for module in programme.modules)
    assert facts["hours"] == hours_in_print(minutes / 60)
