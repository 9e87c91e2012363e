"""Taking a quiz: start, answer, resume, hand in once, and what follows from it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.attempts import NextTry
from lti_tool.errors import NotFound
from lti_tool.learning.complete_lesson import complete_lesson
from lti_tool.learning.quiz.open_question import AlreadySubmitted, open_answers, open_question
from lti_tool.learning.quiz.open_quiz import open_quiz
from lti_tool.learning.quiz.review_attempt import AnswerVerdict, StillOpen, review_attempt
from lti_tool.learning.quiz.save_answer import AnsweredElsewhere, save_answer, version_of
from lti_tool.learning.quiz.start_quiz import AttemptNotAllowed, start_quiz
from lti_tool.learning.quiz.submit_quiz import submit_quiz
from lti_tool.models import Attempt, AttemptItem, Certificate, Completion, ScoreDelivery
from lti_tool.models.database import Database
from tests.learning.conftest import M1, answer_rightly, launch_link, read_all_lessons, take_quiz
from tests.syllabus import taught, taught_in


def scores(session: Session) -> list[tuple[str, float]]:
    return [(row.module_slug, row.score_given) for row in session.scalars(select(ScoreDelivery).order_by(ScoreDelivery.id))]


def test_an_attempt_has_ten_questions_and_is_resumed_in_another_tab(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    assert start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=7, now=now) == 1
    assert start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=8, now=now + timedelta(minutes=1)) == 1
    page = open_question(session, taught_in(session, programme, anna), anna, M1, 1, 1)
    assert (page.position, page.count, page.attempts_allowed) == (1, 10, 3)
    assert session.scalar(select(func.count(Attempt.id))) == 1


def test_two_starts_at_the_same_moment_open_one_attempt(
    database: Database, programme: Programme, anna: Visitor, now: datetime
) -> None:
    both_ready = Barrier(2)
    numbers: list[int] = []

    def start(seed: int) -> None:
        both_ready.wait()
        with database.write.begin() as session:
            numbers.append(start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=seed, now=now))

    threads = [Thread(target=start, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers == [1, 1]
    with database.read() as session:
        assert session.scalar(select(func.count(AttemptItem.id))) == 10


def test_handing_in_marks_saves_and_shows_the_result(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    take_quiz(session, programme, anna, M1, right=6, now=now)
    review = review_attempt(session, taught_in(session, programme, anna), anna, M1, 1, now=now)
    assert (review.points, review.points_possible, review.is_passed, review.is_best) == (6.0, 10, False, True)
    assert [item.verdict for item in review.items] == [AnswerVerdict.RIGHT] * 6 + [AnswerVerdict.UNANSWERED] * 4
    assert not review.shows_solutions
    assert scores(session) == []


def test_handing_in_twice_marks_once(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=8, now=now)
    again = submit_quiz(session, taught(programme), anna, M1, 1, now=now + timedelta(minutes=5))
    assert again is None
    attempt = session.scalars(select(Attempt)).one()
    assert attempt.submitted_at == now
    assert scores(session) == [(M1, 80.0)]


def test_two_hand_ins_at_the_same_moment_mark_once(
    database: Database, programme: Programme, anna: Visitor, now: datetime
) -> None:
    with database.write.begin() as session:
        read_all_lessons(session, programme, anna, M1, now=now)
        start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
        answer_rightly(session, programme, anna, M1, 1, right=9, now=now)
    both_ready = Barrier(2)
    marks: list[bool] = []

    def hand_in() -> None:
        both_ready.wait()
        with database.write.begin() as session:
            marks.append(submit_quiz(session, taught(programme), anna, M1, 1, now=now) is not None)

    threads = [Thread(target=hand_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(marks) == [False, True]
    with database.read() as session:
        assert scores(session) == [(M1, 90.0)]


def test_the_quiz_alone_does_not_pass_the_module(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    take_quiz(session, programme, anna, M1, right=10, now=now)
    assert session.scalars(select(Completion)).all() == []
    assert scores(session) == []


def test_the_last_lesson_after_the_quiz_passes_the_module_and_sends_the_score(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    take_quiz(session, programme, anna, M1, right=9, now=now)
    read_all_lessons(session, programme, anna, M1, now=now + timedelta(hours=1))
    completion = session.scalars(select(Completion)).one()
    assert (completion.module_slug, completion.completed_at) == (M1, now + timedelta(hours=1))
    assert completion.programme_version == programme.version
    assert scores(session) == [(M1, 90.0)]


def test_the_last_lesson_and_the_quiz_at_the_same_moment_pass_the_module(
    database: Database, programme: Programme, anna: Visitor, now: datetime
) -> None:
    lessons = programme.modules[0].lessons
    with database.write.begin() as session:
        for lesson in lessons[:-1]:
            complete_lesson(session, taught(programme), anna, M1, lesson.slug, now=now)
        start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
        answer_rightly(session, programme, anna, M1, 1, right=8, now=now)
    both_ready = Barrier(2)

    def read_the_last() -> None:
        both_ready.wait()
        with database.write.begin() as session:
            complete_lesson(session, taught(programme), anna, M1, lessons[-1].slug, now=now)

    def hand_in() -> None:
        both_ready.wait()
        with database.write.begin() as session:
            submit_quiz(session, taught(programme), anna, M1, 1, now=now)

    threads = [Thread(target=step) for step in (read_the_last, hand_in)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(select(func.count(Completion.id))) == 1
        assert scores(session) == [(M1, 80.0)]


def test_a_hundred_simultaneous_last_quizzes_issue_one_certificate(
    database: Database, programme: Programme, anna: Visitor, now: datetime
) -> None:
    with database.write.begin() as session:
        for module in programme.modules[1:]:
            session.add(
                Completion(user_id=anna.user_id, module_slug=module.slug, programme_version=programme.version, completed_at=now)
            )
        read_all_lessons(session, programme, anna, M1, now=now)
        start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
        answer_rightly(session, programme, anna, M1, 1, right=10, now=now)
    start = Barrier(20)

    def hand_in(number: int) -> None:
        if number < 20:
            start.wait(timeout=30)
        with database.write.begin() as session:
            submit_quiz(session, taught(programme), anna, M1, 1, now=now)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(hand_in, range(100)))
    with database.read() as session:
        assert session.scalar(select(func.count(Certificate.id))) == 1
        assert session.scalar(select(func.count(Attempt.id)).where(Attempt.is_passed.is_(True))) == 1


def test_every_launched_link_of_the_module_gets_the_score(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    launch_link(session, anna, M1, now)
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=7, now=now)
    assert scores(session) == [(M1, 70.0), (M1, 70.0)]


def test_second_pass_keeps_the_better_score(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=9, now=now)
    take_quiz(session, programme, anna, M1, right=7, seed=2, now=now + timedelta(hours=1))
    assert scores(session) == [(M1, 90.0)]
    take_quiz(session, programme, anna, M1, right=10, seed=3, now=now + timedelta(days=2))
    assert scores(session) == [(M1, 100.0)]


def test_a_failed_second_attempt_takes_nothing_away(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=9, now=now)
    take_quiz(session, programme, anna, M1, right=1, seed=2, now=now)
    assert session.scalar(select(func.count(Completion.id))) == 1
    assert scores(session) == [(M1, 90.0)]


def test_the_third_attempt_waits_a_day_and_a_fourth_is_refused(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    take_quiz(session, programme, anna, M1, right=3, now=now)
    take_quiz(session, programme, anna, M1, right=3, seed=2, now=now)
    with pytest.raises(AttemptNotAllowed):
        start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=3, now=now + timedelta(hours=23))
    take_quiz(session, programme, anna, M1, right=3, seed=3, now=now + timedelta(hours=24))
    with pytest.raises(AttemptNotAllowed):
        start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=4, now=now + timedelta(days=9))
    assert (
        open_quiz(session, taught_in(session, programme, anna), anna, M1, now=now + timedelta(days=9)).stands.next_try
        is NextTry.NONE_LEFT
    )
    assert review_attempt(session, taught_in(session, programme, anna), anna, M1, 1, now=now + timedelta(days=9)).shows_solutions


def test_a_repeat_asks_other_questions(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    take_quiz(session, programme, anna, M1, right=0, now=now)
    take_quiz(session, programme, anna, M1, right=0, seed=2, now=now)
    by_attempt = {
        number: set(session.scalars(select(AttemptItem.item_id).join(Attempt).where(Attempt.number == number)))
        for number in (1, 2)
    }
    assert len(by_attempt[1] & by_attempt[2]) <= 2


def test_all_five_modules_issue_the_certificate(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    for module in programme.modules:
        assert session.scalar(select(func.count(Certificate.id))) == 0
        read_all_lessons(session, programme, anna, module.slug, now=now)
        take_quiz(session, programme, anna, module.slug, right=8, now=now)
    certificate = session.scalars(select(Certificate)).one()
    assert (certificate.user_id, certificate.name) == (anna.user_id, "Anna Krüger")


def test_who_teaches_may_try_the_quiz_but_sends_no_score(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    teacher = replace(anna, roles=frozenset({Role.INSTRUCTOR}))
    read_all_lessons(session, programme, teacher, M1, now=now)
    take_quiz(session, programme, teacher, M1, right=10, now=now)
    assert scores(session) == []


def test_a_question_withdrawn_by_the_authors_counts_in_full(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
    row = session.scalars(select(AttemptItem).where(AttemptItem.position == 1)).one()
    row.item_id = "M1-99"
    assert open_question(session, taught_in(session, programme, anna), anna, M1, 1, 1).question is None
    submit_quiz(session, taught(programme), anna, M1, 1, now=now)
    review = review_attempt(session, taught_in(session, programme, anna), anna, M1, 1, now=now)
    assert review.points == 1.0
    assert review.items[0].verdict is AnswerVerdict.WITHDRAWN


# --- saving answers ---------------------------------------------------------------------------------------------------


def choices_of(session: Session, programme: Programme, anna: Visitor) -> int:
    """Find a question with options in the open attempt."""
    for position in range(1, 11):
        shown = open_question(session, taught_in(session, programme, anna), anna, M1, 1, position).question
        assert shown is not None
        if shown.kind in ("single-choice", "multiple-choice", "case"):
            return position
    raise AssertionError


def test_an_answer_is_kept_and_shown_again(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
    position = choices_of(session, programme, anna)
    saved = save_answer(session, programme, anna, M1, 1, position, {"choice": ["1"]}, seen_version="", now=now)
    assert saved.saved_at == now
    question = open_question(session, taught_in(session, programme, anna), anna, M1, 1, position).question
    assert question is not None
    assert [choice.place for choice in question.choices if choice.is_chosen] == [1]
    assert len(open_answers(session, taught_in(session, programme, anna), anna, M1, 1).unfinished) == 9


def test_an_older_tab_overwrites_nothing_without_being_asked(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
    position = choices_of(session, programme, anna)
    save_answer(session, programme, anna, M1, 1, position, {"choice": ["1"]}, seen_version="", now=now)
    later = now + timedelta(minutes=1)
    with pytest.raises(AnsweredElsewhere) as caught:
        save_answer(session, programme, anna, M1, 1, position, {"choice": ["2"]}, seen_version="", now=later)
    assert [choice.place for choice in caught.value.mine.choices if choice.is_chosen] == [2]
    version = version_of(caught.value.saved_at)
    save_answer(session, programme, anna, M1, 1, position, {"choice": ["2"]}, seen_version=version, now=later)
    question = open_question(session, taught_in(session, programme, anna), anna, M1, 1, position).question
    assert question is not None
    assert [choice.place for choice in question.choices if choice.is_chosen] == [2]


def test_the_same_answer_from_two_tabs_is_no_conflict(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
    position = choices_of(session, programme, anna)
    save_answer(session, programme, anna, M1, 1, position, {"choice": ["1"]}, seen_version="", now=now)
    again = save_answer(
        session, programme, anna, M1, 1, position, {"choice": ["1"]}, seen_version="", now=now + timedelta(minutes=1)
    )
    assert again.saved_at == now


def test_after_handing_in_no_answer_is_taken(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    take_quiz(session, programme, anna, M1, right=1, now=now)
    with pytest.raises(AlreadySubmitted):
        save_answer(session, programme, anna, M1, 1, 1, {"choice": ["1"]}, seen_version="", now=now)
    with pytest.raises(AlreadySubmitted):
        open_question(session, taught_in(session, programme, anna), anna, M1, 1, 1)


def test_an_open_attempt_has_no_result_to_see(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
    with pytest.raises(StillOpen):
        review_attempt(session, taught_in(session, programme, anna), anna, M1, 1, now=now)


def test_nobody_sees_another_persons_attempt(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    take_quiz(session, programme, anna, M1, right=1, now=now)
    stranger = replace(anna, user_id=anna.user_id + 1)
    with pytest.raises(NotFound):
        review_attempt(session, taught_in(session, programme, stranger), stranger, M1, 1, now=now)
    with pytest.raises(NotFound):
        submit_quiz(session, taught(programme), stranger, M1, 1, now=now)
