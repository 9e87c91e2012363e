"""Quizzes with a time limit: told before, kept from the start, enforced at the end, and nobody's saved answers are lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.courses.course_settings import change_settings
from lti_tool.courses.person.extend_time import extend_time
from lti_tool.courses.person.open_person import open_person
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.course import CourseSettings
from lti_tool.learning.quiz.hand_in_overdue import hand_in_overdue, overdue_attempts
from lti_tool.learning.quiz.open_question import open_answers, open_question
from lti_tool.learning.quiz.open_quiz import open_quiz
from lti_tool.learning.quiz.review_attempt import review_attempt
from lti_tool.learning.quiz.save_answer import TimeIsOver, save_answer
from lti_tool.learning.quiz.start_quiz import TimeChanged, start_quiz
from lti_tool.learning.quiz.submit_quiz import submit_quiz
from lti_tool.models import Attempt, Certificate, Completion, Membership, ScoreDelivery
from lti_tool.models.database import Database
from tests.learning.conftest import M1, answer_rightly, read_all_lessons, take_quiz
from tests.syllabus import taught, taught_in

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def petra(session: Session, programme: Programme, anna: Visitor, now: datetime) -> Visitor:
    """The instructor of Anna's course; its quizzes last 30 minutes."""
    session.add(
        Membership(user_id=anna.user_id, course_id=anna.course_id, roles="participant", first_seen_at=now, last_seen_at=now)
    )
    session.flush()
    teacher = replace(anna, roles=frozenset({Role.INSTRUCTOR}))
    change_settings(session, taught(programme), teacher, CourseSettings(time_limit_min=30), now=now)
    session.flush()
    return teacher


def begin(session: Session, programme: Programme, anna: Visitor, now: datetime, *, told: int = 30) -> Attempt:
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, minutes_told=told, now=now)
    return session.scalars(select(Attempt)).one()


def hand_in_all(session: Session, programme: Programme, now: datetime) -> int:
    return sum(hand_in_overdue(session, taught(programme), one.id, now=now) for one in overdue_attempts(session, now=now))


def test_the_front_page_tells_the_time_with_the_persons_extension(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    extend_time(session, petra, anna.user_id, 50, now=now)
    session.flush()
    page = open_quiz(session, taught_in(session, programme, anna), anna, M1, now=now)
    assert (page.time.minutes, page.time.limit_min, page.time.extra_pct) == (45, 30, 50)


def test_an_attempt_keeps_the_end_of_its_start_whatever_the_course_sets_later(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    begin(session, programme, anna, now)
    for limit in (10, None):
        change_settings(session, taught(programme), petra, CourseSettings(time_limit_min=limit), now=now + 5 * MINUTE)
        session.flush()
        assert open_question(session, taught_in(session, programme, anna), anna, M1, 1, 1).ends_at == now + 30 * MINUTE
    assert open_answers(session, taught_in(session, programme, anna), anna, M1, 1).ends_at == now + 30 * MINUTE


def test_more_time_can_be_given_while_a_timed_attempt_is_open_though_the_course_has_no_limit_any_more(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    begin(session, programme, anna, now)
    change_settings(session, taught(programme), petra, CourseSettings(), now=now)
    session.flush()
    assert open_person(session, programme, petra, anna.user_id, now=now).may_have_more_time
    hand_in_all(session, programme, now + timedelta(hours=1))
    assert not open_person(session, programme, petra, anna.user_id, now=now).may_have_more_time


def test_an_attempt_begun_without_a_limit_gets_none(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
    teacher = replace(anna, roles=frozenset({Role.INSTRUCTOR}))
    change_settings(session, taught(programme), teacher, CourseSettings(time_limit_min=5), now=now)
    session.flush()
    assert open_question(session, taught_in(session, programme, anna), anna, M1, 1, 1).ends_at is None
    assert overdue_attempts(session, now=now + timedelta(days=400)) == []


def test_an_extension_prolongs_an_open_attempt_and_taking_it_back_does_not_shorten_it(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    attempt = begin(session, programme, anna, now)
    ends = []
    for pct in (50, 0, 100):
        extend_time(session, petra, anna.user_id, pct, now=now + 20 * MINUTE)
        ends.append(attempt.ends_at)
    assert ends == [now + 45 * MINUTE, now + 45 * MINUTE, now + 60 * MINUTE]


def test_an_extension_wakes_no_attempt_whose_time_is_long_over(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    attempt = begin(session, programme, anna, now)
    extend_time(session, petra, anna.user_id, 100, now=now + 31 * MINUTE)
    assert attempt.ends_at == now + 30 * MINUTE


def test_nobody_begins_with_less_time_than_they_were_told(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    for told in (None, 45):
        with pytest.raises(TimeChanged):
            start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, minutes_told=told, now=now)
    assert session.scalar(select(func.count(Attempt.id))) == 0
    # More time than told is a surprise to nobody's harm.
    assert begin(session, programme, anna, now, told=20).ends_at == now + 30 * MINUTE


@pytest.mark.parametrize("late", [-SECOND, SECOND, 30 * SECOND])
def test_an_answer_shortly_after_the_end_is_still_taken(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime, late: timedelta
) -> None:
    begin(session, programme, anna, now)
    saved = save_answer(
        session, programme, anna, M1, 1, 1, {"choice": ["0"], "number": "1"}, seen_version="", now=now + 30 * MINUTE + late
    )
    assert saved.is_time_over is (late > timedelta())


def test_an_answer_after_the_grace_is_not_taken_and_what_was_saved_counts(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    begin(session, programme, anna, now)
    answer_rightly(session, programme, anna, M1, 1, right=8, now=now)
    late = now + 30 * MINUTE + 31 * SECOND
    with pytest.raises(TimeIsOver):
        save_answer(session, programme, anna, M1, 1, 9, {"choice": ["0"]}, seen_version="", now=late)
    assert hand_in_all(session, programme, late) == 1
    review = review_attempt(session, taught_in(session, programme, anna), anna, M1, 1, now=late)
    assert (review.points, review.is_passed, review.is_ended_by_time) == (8.0, True, True)
    assert review.submitted_at == now + 30 * MINUTE


def test_handing_in_before_the_end_is_not_by_time(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    attempt = begin(session, programme, anna, now)
    submit_quiz(session, taught(programme), anna, M1, 1, now=now + 29 * MINUTE)
    assert (attempt.is_ended_by_time, attempt.submitted_at) == (False, now + 29 * MINUTE)
    assert hand_in_all(session, programme, now + timedelta(days=1)) == 0


def test_an_attempt_whose_owner_never_comes_back_passes_the_module_and_sends_the_score(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    begin(session, programme, anna, now)
    answer_rightly(session, programme, anna, M1, 1, right=9, now=now)
    assert hand_in_all(session, programme, now + 30 * MINUTE) == 0
    assert hand_in_all(session, programme, now + 3 * 60 * MINUTE) == 1
    assert session.scalars(select(Completion.module_slug)).all() == [M1]
    assert session.scalars(select(ScoreDelivery.score_given)).all() == [90.0]


def test_the_wait_before_the_last_attempt_counts_from_the_end_not_from_when_it_was_noticed(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    begin(session, programme, anna, now)
    hand_in_all(session, programme, now + timedelta(hours=20))
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=2, minutes_told=30, now=now + timedelta(hours=20))
    hand_in_all(session, programme, now + timedelta(hours=40))
    stands = open_quiz(session, taught_in(session, programme, anna), anna, M1, now=now + timedelta(hours=40)).stands
    assert stands.waits_until == now + timedelta(hours=44, minutes=30)


@pytest.mark.parametrize(("roles", "scores"), [("instructor", 0), ("participant test_user", 1), ("participant", 1), ("", 1)])
def test_an_absent_owner_counts_with_their_role_in_the_course(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime, roles: str, scores: int
) -> None:
    session.scalars(select(Membership)).one().roles = roles
    for module in programme.modules:
        read_all_lessons(session, programme, petra, module.slug, now=now)
        if module.slug != M1:
            take_quiz_in_time(session, programme, petra, module.slug, now)
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, minutes_told=30, now=now)
    answer_rightly(session, programme, anna, M1, 1, right=10, now=now)
    hand_in_all(session, programme, now + timedelta(days=1))
    assert session.scalar(select(func.count(ScoreDelivery.id))) == scores
    is_genuine = roles in ("participant", "")
    assert session.scalar(select(func.count(Certificate.id))) == int(is_genuine)


def take_quiz_in_time(session: Session, programme: Programme, visitor: Visitor, slug: str, now: datetime) -> None:
    number = start_quiz(session, taught_in(session, programme, visitor), visitor, slug, seed=1, minutes_told=30, now=now)
    answer_rightly(session, programme, visitor, slug, number, right=10, now=now)
    submit_quiz(session, taught(programme), visitor, slug, number, now=now)


def test_only_the_asked_person_or_course_is_handed_in(
    session: Session, programme: Programme, anna: Visitor, petra: Visitor, now: datetime
) -> None:
    attempt = begin(session, programme, anna, now)
    later = now + timedelta(hours=1)
    assert [one.id for one in overdue_attempts(session, user_id=anna.user_id, now=later)] == [attempt.id]
    assert [one.id for one in overdue_attempts(session, course_id=anna.course_id, now=later)] == [attempt.id]
    assert overdue_attempts(session, user_id=anna.user_id + 1, now=later) == []
    assert overdue_attempts(session, course_id=(anna.course_id or 0) + 1, now=later) == []


def test_worker_and_owner_at_the_same_moment_mark_once(
    database: Database, programme: Programme, anna: Visitor, now: datetime
) -> None:
    with database.write.begin() as session:
        teacher = replace(anna, roles=frozenset({Role.INSTRUCTOR}))
        change_settings(session, taught(programme), teacher, CourseSettings(time_limit_min=30), now=now)
        session.flush()
        read_all_lessons(session, programme, anna, M1, now=now)
        start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, minutes_told=30, now=now)
        answer_rightly(session, programme, anna, M1, 1, right=7, now=now)
    later = now + timedelta(hours=1)
    both_ready = Barrier(2)
    marks: list[bool] = []

    def by_the_worker() -> None:
        both_ready.wait()
        with database.write.begin() as session:
            marks.append(hand_in_all(session, programme, later) == 1)

    def by_the_owner() -> None:
        both_ready.wait()
        with database.write.begin() as session:
            marks.append(submit_quiz(session, taught(programme), anna, M1, 1, now=later) is not None)

    threads = [Thread(target=one) for one in (by_the_worker, by_the_owner)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(marks) == [False, True]
    with database.read() as session:
        assert session.scalars(select(ScoreDelivery.score_given)).all() == [70.0]


def test_without_a_limit_nothing_has_changed(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    take_quiz(session, programme, anna, M1, right=6, now=now)
    review = review_attempt(session, taught_in(session, programme, anna), anna, M1, 1, now=now)
    assert (review.is_ended_by_time, review.submitted_at) == (False, now)
