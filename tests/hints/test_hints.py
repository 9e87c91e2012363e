"""Hints to the authors: stored once and without a person, seen by the course's teachers, forgotten after a while."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.errors import NotFound
from lti_tool.hints.forget_hints import forget_hints
from lti_tool.hints.leave_hint import HintIncomplete, about_case, about_lesson, leave_hint
from lti_tool.hints.read_hints import read_hints, settle_hint
from lti_tool.models import LessonHint
from lti_tool.models.database import Database
from tests.learning import conftest as learning

anna = learning.anna
session = learning.session
programme = learning.programme


def leave(
    session: Session, programme: Programme, visitor: Visitor, now: datetime, text: str = "Veraltet.", key: str = "k1"
) -> None:
    module = programme.modules[0]
    lesson = module.lessons[0]
    leave_hint(
        session,
        programme,
        visitor,
        about_lesson(module, lesson),
        text=text,
        heading_id=lesson.headings[2].id,
        form_key=key,
        now=now,
    )


def test_a_hint_keeps_what_the_reader_had_before_them_and_not_who_they_are(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    leave(session, programme, anna, now, text="  Der Link führt\r\nins Leere. ")
    (hint,) = read_hints(session, course_id=anna.course_id)
    lesson = programme.modules[0].lessons[0]
    assert (hint.lesson_code, hint.lesson_version, hint.programme_version) == ("1.1", lesson.version, programme.version)
    assert (hint.text, hint.heading, hint.given_at) == ("Der Link führt\nins Leere.", lesson.headings[2].text, now)
    assert not any("user" in column.name for column in LessonHint.__table__.columns)


def test_a_hint_to_a_case_keeps_the_case_and_the_day_of_its_facts(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    study = programme.library.studies[0]
    subject = about_case(study)
    leave_hint(
        session, programme, anna, subject, text="Läuft nicht mehr.", heading_id=study.headings[3].id, form_key="k", now=now
    )
    (hint,) = read_hints(session, course_id=anna.course_id)
    assert (hint.case_id, hint.lesson_version, hint.heading) == (study.id, study.as_of.isoformat(), "Kosten")
    assert (hint.module_slug, hint.lesson_code) == ("", "")


def test_the_same_form_sent_twice_is_one_hint(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    leave(session, programme, anna, now)
    leave(session, programme, anna, now)
    assert len(read_hints(session)) == 1


@pytest.mark.parametrize(("text", "key"), [("", "k"), (" \n ", "k"), ("x" * 2001, "k"), ("Gut.", ""), ("Gut.", "k" * 41)])
def test_an_incomplete_form_is_refused_in_a_sentence(
    session: Session, programme: Programme, anna: Visitor, now: datetime, text: str, key: str
) -> None:
    with pytest.raises(HintIncomplete):
        leave(session, programme, anna, now, text=text, key=key)


def test_a_course_sees_and_settles_its_own_hints_only(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    leave(session, programme, anna, now)
    (hint,) = read_hints(session, course_id=anna.course_id)
    assert anna.course_id is not None
    assert read_hints(session, course_id=anna.course_id + 1) == []
    with pytest.raises(NotFound):
        settle_hint(session, hint.id, is_done=True, now=now, course_id=anna.course_id + 1)
    settle_hint(session, hint.id, is_done=True, now=now, course_id=anna.course_id)
    assert [each.is_done for each in read_hints(session)] == [True]
    assert read_hints(session, with_done=False) == []
    settle_hint(session, hint.id, is_done=False, now=now)
    assert [each.is_done for each in read_hints(session)] == [False]


def test_old_hints_are_forgotten_and_the_log_says_how_many(
    database: Database, programme: Programme, anna: Visitor, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with database.write.begin() as session:
        leave(session, programme, anna, now - timedelta(days=560), key="old")
        leave(session, programme, anna, now - timedelta(days=530), key="young")
    assert forget_hints(database, kept_months=18, now=now) == 1
    with database.read() as session:
        assert session.scalars(select(LessonHint.form_key)).all() == ["young"]
    told = next(record for record in caplog.records if record.getMessage() == "hints_forgotten")
    assert vars(told)["rows"] == 1
