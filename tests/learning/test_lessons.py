"""Reading lessons, checking oneself, and the page of a module that always says what is next."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.items.choice import SelfCheck
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.completion import Condition, MissingCondition
from lti_tool.errors import Conflict, Forbidden, NotFound
from lti_tool.learning.check_yourself import check_yourself, remember_check
from lti_tool.learning.choose_module import choose_module
from lti_tool.learning.complete_lesson import complete_lesson
from lti_tool.learning.list_modules import list_modules
from lti_tool.learning.open_module import LessonState, ModulePage, StepKind, open_module
from lti_tool.learning.quiz.start_quiz import start_quiz
from lti_tool.learning.read_lesson import read_lesson, remember_opening, remember_position
from lti_tool.models import LessonProgress, ScoreDelivery
from lti_tool.progress.due_scores import tell_gradebook_news
from tests.learning.conftest import M1, M2, launch_link, read_all_lessons, take_quiz
from tests.syllabus import taught, taught_in

FIRST = "von-der-verwaltungsdigitalisierung"


def test_a_new_participant_begins_with_the_first_lesson(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    page = open_module(session, taught_in(session, programme, anna), anna, M1, now=now)
    assert [line.state for line in page.lessons] == [LessonState.NEXT, *[LessonState.OPEN] * 5]
    assert page.missing == (MissingCondition(Condition.LESSONS, 6), MissingCondition(Condition.QUIZ))
    assert page.next_step.kind is StepKind.LESSON
    assert page.next_step.lesson is not None
    assert page.next_step.lesson.code == "1.1"
    assert not page.is_begun


def test_reading_is_remembered_with_its_place(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    lesson = read_lesson(session, programme, anna, M1, FIRST)
    assert not lesson.is_opened
    remember_opening(session, programme, anna, lesson, now=now)
    remember_opening(session, programme, anna, lesson, now=now + timedelta(hours=1))
    anchor = lesson.lesson.headings[2].id
    remember_position(session, programme, anna, M1, FIRST, anchor)
    again = read_lesson(session, programme, anna, M1, FIRST)
    assert again.is_opened
    assert again.stopped_at == lesson.lesson.headings[2]
    line = open_module(session, taught_in(session, programme, anna), anna, M1, now=now).lessons[0]
    assert (line.state, line.stopped_at) == (LessonState.NEXT, lesson.lesson.headings[2].text)
    remember_position(session, programme, anna, M1, FIRST, "<script>")
    assert session.scalars(select(LessonProgress.position)).one() == ""


def test_a_read_lesson_leads_to_the_next_unread_one(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    lessons = programme.modules[0].lessons
    following = complete_lesson(session, taught(programme), anna, M1, lessons[1].slug, now=now)
    assert following == lessons[2]
    for lesson in lessons[2:]:
        following = complete_lesson(session, taught(programme), anna, M1, lesson.slug, now=now)
    assert following == lessons[0]
    assert complete_lesson(session, taught(programme), anna, M1, lessons[0].slug, now=now) is None


def test_marking_a_lesson_twice_keeps_the_first_moment(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    complete_lesson(session, taught(programme), anna, M1, FIRST, now=now)
    complete_lesson(session, taught(programme), anna, M1, FIRST, now=now + timedelta(days=1))
    assert session.scalars(select(LessonProgress.completed_at)).one() == now


def test_a_self_check_answers_what_was_chosen_and_stores_nothing(session: Session, programme: Programme) -> None:
    check = programme.modules[0].lessons[0].self_checks[0]
    right = [index for index, option in enumerate(check.options) if option.is_right]
    wrong = next(index for index, option in enumerate(check.options) if not option.is_right)
    assert check_yourself(programme, M1, FIRST, check.id, right).is_right
    result = check_yourself(programme, M1, FIRST, check.id, [wrong, 99])
    assert not result.is_right
    assert [remark.feedback_html for remark in result.remarks] == [check.options[wrong].feedback_html]
    with pytest.raises(NotFound):
        check_yourself(programme, M1, FIRST, "9.9-S1", [0])


def test_what_went_right_in_a_self_check_is_remembered_until_it_goes_wrong(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    first, second = programme.modules[0].lessons[0].self_checks[:2]
    remember_opening(session, programme, anna, read_lesson(session, programme, anna, M1, FIRST), now=now)

    def answer(check: SelfCheck, *, rightly: bool) -> tuple[set[str], int]:
        chosen = [index for index, option in enumerate(check.options) if option.is_right is rightly]
        remember_check(session, anna, (M1, "1.1"), check_yourself(programme, M1, FIRST, check.id, chosen))
        lines = open_module(session, taught_in(session, programme, anna), anna, M1, now=now).lessons
        return set(read_lesson(session, programme, anna, M1, FIRST).checks_right), lines[0].checks_right

    assert answer(first, rightly=True) == ({first.id}, 1)
    assert answer(second, rightly=True) == ({first.id, second.id}, 2)
    assert answer(first, rightly=False) == ({second.id}, 1)
    # Nothing chosen is no answer.
    remember_check(session, anna, (M1, "1.1"), check_yourself(programme, M1, FIRST, second.id, []))
    assert read_lesson(session, programme, anna, M1, FIRST).checks_right == {second.id}


def test_checks_of_an_earlier_version_count_no_more(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    remember_opening(session, programme, anna, read_lesson(session, programme, anna, M1, FIRST), now=now)
    session.execute(update(LessonProgress).values(checks_right="0.0-gone"))
    assert read_lesson(session, programme, anna, M1, FIRST).checks_right == frozenset()


def step(session: Session, programme: Programme, anna: Visitor, now: datetime) -> ModulePage:
    return open_module(session, taught_in(session, programme, anna), anna, M1, now=now)


def test_the_next_step_is_always_named(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    assert step(session, programme, anna, now).next_step.kind is StepKind.START_QUIZ
    start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=1, now=now)
    assert step(session, programme, anna, now).next_step.kind is StepKind.RESUME_QUIZ
    take_quiz(session, programme, anna, M1, right=2, now=now)
    assert step(session, programme, anna, now).next_step.kind is StepKind.START_QUIZ
    take_quiz(session, programme, anna, M1, right=2, seed=2, now=now)
    assert step(session, programme, anna, now).next_step.kind is StepKind.WAIT
    later = now + timedelta(days=1)
    take_quiz(session, programme, anna, M1, right=2, seed=3, now=later)
    assert step(session, programme, anna, later).next_step.kind is StepKind.ASK_FOR_HELP


def test_a_passed_module_leads_to_the_next_and_says_where_its_score_is(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=8, now=now)
    page = step(session, programme, anna, now)
    assert (page.completed_at, page.missing) == (now, ())
    assert page.next_step.kind is StepKind.NEXT_MODULE
    assert page.next_step.module is not None
    assert page.next_step.module.slug == M2
    assert page.delivery is not None
    assert page.delivery.state == "waiting"
    assert [entry.completed_at is not None for entry in page.path] == [True, False, False, False, False]


def test_the_overview_lists_five_modules(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=8, now=now)
    page = list_modules(session, taught_in(session, programme, anna), anna, now=now)
    assert [line.module.number for line in page.lines] == [1, 2, 3, 4, 5]
    assert page.completed == 1
    assert [line.is_next for line in page.lines] == [False, True, False, False, False]
    assert page.lines[0].lessons_read == 6
    assert not page.link_has_no_module


def test_a_link_launched_after_passing_gets_the_score_too(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=8, now=now)
    assert not step(session, programme, anna, now).has_gradebook_news
    again = replace(anna, resource_link_id=launch_link(session, anna, M1, now))
    assert step(session, programme, again, now).has_gradebook_news
    tell_gradebook_news(session, again, now=now)
    assert not step(session, programme, again, now).has_gradebook_news
    assert [row.score_given for row in session.scalars(select(ScoreDelivery))] == [80.0, 80.0]


def test_an_instructor_gives_a_link_its_module_once(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    here = replace(anna, resource_link_id=launch_link(session, anna, None, now), module_slug=None)
    teacher = replace(here, roles=frozenset({Role.INSTRUCTOR}))
    assert list_modules(session, taught_in(session, programme, here), here, now=now).link_has_no_module
    with pytest.raises(Forbidden):
        choose_module(session, programme, here, M2)
    with pytest.raises(NotFound):
        choose_module(session, programme, teacher, "erfunden")
    choose_module(session, programme, teacher, M2)
    assert not list_modules(session, taught_in(session, programme, here), here, now=now).link_has_no_module
    with pytest.raises(Conflict):
        choose_module(session, programme, teacher, M1)


def test_what_is_not_there_is_said_plainly(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    with pytest.raises(NotFound):
        open_module(session, taught_in(session, programme, anna), anna, "erfunden", now=now)
    with pytest.raises(NotFound):
        read_lesson(session, programme, anna, M1, "erfunden")
