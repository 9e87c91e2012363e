"""What completes a module is the course's to say; whatever the last step is, it settles the module for the person concerned."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import hours_in_print
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.completion import Condition
from lti_tool.domain.rules.hours import module_minutes
from lti_tool.domain.rules.workbook import PracticeRule
from lti_tool.learning.content import get_module
from lti_tool.learning.list_modules import list_modules
from lti_tool.learning.open_module import StepKind, open_module
from lti_tool.models import (
    Certificate,
    Completion,
    Course,
    CourseSettingsRow,
    Membership,
    ScoreDelivery,
    User,
    Workbook,
    WorkbookChapter,
    WorkbookEdition,
    WorkbookFeedback,
)
from lti_tool.progress.due_scores import tell_gradebook_news
from lti_tool.progress.settle import settle_course, settle_people
from tests.learning.conftest import M1, M2, launch_link, read_all_lessons, take_quiz
from tests.syllabus import taught, taught_in

ALL = " ".join(Condition)


def minutes_without_notes(programme: Programme, *parts: Condition) -> int:
    return sum(module_minutes(module, programme.hours, frozenset(parts), written=()) for module in programme.required_modules)


@pytest.fixture(autouse=True)
def _enrolled(session: Session, anna: Visitor, now: datetime) -> None:
    assert anna.course_id is not None
    session.add(
        Membership(user_id=anna.user_id, course_id=anna.course_id, roles="participant", first_seen_at=now, last_seen_at=now)
    )
    session.flush()


def course_asks(session: Session, anna: Visitor, now: datetime, parts: str, rule: PracticeRule = PracticeRule.ACCEPTED) -> None:
    row = session.scalars(select(CourseSettingsRow).where(CourseSettingsRow.course_id == anna.course_id)).one_or_none()
    if row is None:
        row = CourseSettingsRow(course_id=anna.course_id, changed_at=now)
        session.add(row)
    row.conditions, row.practice_rule = parts, rule.value
    session.flush()


def hand_in(session: Session, programme: Programme, anna: Visitor, slug: str, now: datetime, *, decision: str = "") -> list[int]:
    """Hand in all chapters of a module; gives the editions' keys."""
    module = programme.find_module(slug)
    assert module is not None
    assert module.practice is not None
    workbook = session.scalars(select(Workbook).where(Workbook.user_id == anna.user_id)).one_or_none()
    if workbook is None:
        workbook = Workbook(user_id=anna.user_id, programme_slug=programme.slug, created_at=now)
        session.add(workbook)
        session.flush()
    editions = []
    for chapter in module.practice.chapters:
        session.add(WorkbookChapter(workbook_id=workbook.id, number=chapter.number, status="submitted", changed_at=now))
        edition = WorkbookEdition(
            workbook_id=workbook.id,
            chapter_number=chapter.number,
            kind="submission",
            number=1,
            course_id=anna.course_id,
            content={},
            programme_version="1",
            created_at=now,
            decision=decision,
        )
        session.add(edition)
        session.flush()
        editions.append(edition.id)
    return editions


def decide(session: Session, editions: list[int]) -> None:
    for edition in editions:
        session.get_one(WorkbookEdition, edition).decision = "accepted"
    session.flush()


def completed(session: Session) -> list[str]:
    return list(session.scalars(select(Completion.module_slug)))


def scores(session: Session) -> list[float]:
    return list(session.scalars(select(ScoreDelivery.score_given)))


def settle(session: Session, programme: Programme, anna: Visitor, slug: str, now: datetime) -> bool:
    module = get_module(programme, slug)
    return settle_people(session, taught(programme), [anna.user_id], anna.course_id, [module], now=now) == 1


def test_a_course_that_decided_nothing_asks_for_lessons_and_quiz(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    session.add(CourseSettingsRow(course_id=anna.course_id, pass_mark_pct=70, changed_at=now))
    take_quiz(session, programme, anna, M1, right=10, now=now)
    read_all_lessons(session, programme, anna, M1, now=now)
    assert completed(session) == [M1]


def test_the_last_chapter_that_is_accepted_completes_the_module_and_sends_its_score(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    course_asks(session, anna, now, "lessons quiz practice")
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=9, now=now)
    editions = hand_in(session, programme, anna, M1, now)
    decide(session, editions[1:])
    assert not settle(session, programme, anna, M1, now)
    assert (completed(session), scores(session)) == ([], [])
    decide(session, editions[:1])
    assert settle(session, programme, anna, M1, now)
    assert (completed(session), scores(session)) == ([M1], [90.0])


def test_an_instructor_who_accepts_completes_nothing_of_their_own(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    course_asks(session, anna, now, "lessons quiz practice")
    teacher = User(platform_id=anna.platform_id, sub="9", name="Petra", first_seen_at=now, last_seen_at=now)
    session.add(teacher)
    session.flush()
    session.add(Membership(user_id=teacher.id, course_id=anna.course_id, roles="instructor", first_seen_at=now, last_seen_at=now))
    session.flush()
    module = get_module(programme, M1)
    assert settle_people(session, taught(programme), [teacher.id], anna.course_id, [module], now=now) == 0
    assert settle_course(session, taught(programme), anna.course_id or 0, now=now) == 0
    assert completed(session) == []


def test_a_confirmation_by_a_member_is_enough_where_the_course_says_so(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    course_asks(session, anna, now, "lessons quiz practice", PracticeRule.PEER)
    read_all_lessons(session, programme, anna, M2, now=now)
    take_quiz(session, programme, anna, M2, right=9, now=now)
    (edition,) = hand_in(session, programme, anna, M2, now)
    assert not settle(session, programme, anna, M2, now)
    said = {"ratings": {}, "comment": "gut", "is_confirmed": True, "given_at": now, "kind": "peer", "number": 1}
    session.add(WorkbookFeedback(workbook_edition_id=edition, **said))
    assert settle(session, programme, anna, M2, now)
    assert completed(session) == [M2]


def test_handing_in_is_enough_where_the_course_says_so(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    course_asks(session, anna, now, "lessons quiz practice", PracticeRule.SUBMITTED)
    read_all_lessons(session, programme, anna, M2, now=now)
    take_quiz(session, programme, anna, M2, right=9, now=now)
    hand_in(session, programme, anna, M2, now)
    assert settle(session, programme, anna, M2, now)


def test_a_condition_that_is_switched_off_completes_what_waited_for_it(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    course_asks(session, anna, now, "lessons quiz practice")
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=8, now=now)
    assert completed(session) == []
    course_asks(session, anna, now, "lessons quiz")
    settle_course(session, taught(programme), anna.course_id or 0, now=now)
    assert (completed(session), scores(session)) == ([M1], [80.0])


def test_a_condition_that_is_switched_on_takes_nothing_away(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    read_all_lessons(session, programme, anna, M1, now=now)
    take_quiz(session, programme, anna, M1, right=8, now=now)
    course_asks(session, anna, now, ALL)
    settle_course(session, taught(programme), anna.course_id or 0, now=now)
    assert completed(session) == [M1]
    assert open_module(session, taught_in(session, programme, anna), anna, M1, now=now).missing == ()


def test_a_course_without_the_quiz_hears_the_full_points_and_others_hear_nothing(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    other = Course(
        platform_id=anna.platform_id, context_id="3", registration_id=anna.registration_id, created_at=now, last_seen_at=now
    )
    session.add(other)
    session.flush()
    elsewhere = launch_link(session, anna, M1, now)
    session.execute(
        ScoreDelivery.metadata.tables["resource_link"]
        .update()
        .where(ScoreDelivery.metadata.tables["resource_link"].c.id == elsewhere)
        .values(course_id=other.id)
    )
    course_asks(session, anna, now, "lessons")
    read_all_lessons(session, programme, anna, M1, now=now)
    assert (completed(session), scores(session)) == ([M1], [100.0])
    assert not open_module(session, taught_in(session, programme, anna), anna, M1, now=now).has_gradebook_news
    again = replace(anna, resource_link_id=launch_link(session, anna, M1, now))
    assert open_module(session, taught_in(session, programme, again), again, M1, now=now).has_gradebook_news
    tell_gradebook_news(session, again, now=now)
    assert scores(session) == [100.0, 100.0]


def test_the_pages_name_what_is_missing_and_the_next_step_follows(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    course_asks(session, anna, now, "lessons quiz practice")
    read_all_lessons(session, programme, anna, M1, now=now)
    page = open_module(session, taught_in(session, programme, anna), anna, M1, now=now)
    assert [(part.part, part.count) for part in page.missing] == [(Condition.PRACTICE, 2), (Condition.QUIZ, 1)]
    assert page.next_step.kind is StepKind.CHAPTER
    editions = hand_in(session, programme, anna, M1, now)
    # What waits for somebody else is no step as long as there is one to take.
    assert open_module(session, taught_in(session, programme, anna), anna, M1, now=now).next_step.kind is StepKind.START_QUIZ
    take_quiz(session, programme, anna, M1, right=10, now=now)
    assert open_module(session, taught_in(session, programme, anna), anna, M1, now=now).next_step.kind is StepKind.AWAIT_FEEDBACK
    line = list_modules(session, taught_in(session, programme, anna), anna, now=now).lines[0]
    assert [part.part for part in line.missing] == [Condition.PRACTICE]
    decide(session, editions)
    settle(session, programme, anna, M1, now)
    assert open_module(session, taught_in(session, programme, anna), anna, M1, now=now).next_step.kind is StepKind.NEXT_MODULE


def test_the_certificate_waits_for_chapters_of_modules_that_were_passed_before_the_task_was_asked_for(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    slugs = [module.slug for module in programme.modules]
    for slug in slugs[:4]:
        read_all_lessons(session, programme, anna, slug, now=now)
        take_quiz(session, programme, anna, slug, right=9, now=now)
    course_asks(session, anna, now, "lessons quiz practice")
    for slug in slugs[1:]:
        hand_in(session, programme, anna, slug, now, decision="accepted")
    read_all_lessons(session, programme, anna, slugs[4], now=now)
    take_quiz(session, programme, anna, slugs[4], right=9, now=now)
    assert len(completed(session)) == 5
    assert session.scalars(select(Certificate)).all() == []
    editions = hand_in(session, programme, anna, M1, now)
    decide(session, editions)
    settle(session, programme, anna, M1, now)
    facts = session.scalars(select(Certificate)).one().facts
    # Reading, quizzes, and the five practice tasks; nothing was written to a Transferfrage, so none of them counts.
    assert facts["hours"] == hours_in_print(
        minutes_without_notes(programme, Condition.LESSONS, Condition.QUIZ, Condition.PRACTICE) / 60
    )
    assert facts["is_tested"] is True


def test_a_course_without_tests_gives_a_certificate_that_claims_none(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    course_asks(session, anna, now, "lessons")
    for module in programme.modules:
        read_all_lessons(session, programme, anna, module.slug, now=now)
    facts = session.scalars(select(Certificate)).one().facts
    assert facts["is_tested"] is False
    # No quiz was taken, so its half hours do not count either.
    assert facts["hours"] == hours_in_print(minutes_without_notes(programme, Condition.LESSONS) / 60)
