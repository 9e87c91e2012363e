"""A round from its first sheet to its counts, and what happens on the way."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role
from lti_tool.errors import NotFound
from lti_tool.models import AnswerCount, AnswerSheet, Envelope, FreeText, SurveyParticipation, SurveyRound
from lti_tool.personal_data.erase_person import erase_person
from lti_tool.surveys import open_urns
from lti_tool.surveys.forget_answers import forget_answers
from lti_tool.surveys.round_keys import RoundKeys
from lti_tool.surveys.send_sheet import LearnersOnly
from tests.surveys.conftest import AFTER, DURING, LAST, NIGHT, Survey


def rows(survey: Survey, table: type) -> int:
    with survey.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def state(survey: Survey, round_id: int) -> tuple[str, int | None]:
    with survey.database.read() as session:
        row = session.get_one(SurveyRound, round_id)
        return row.state, row.sheets


def counts(survey: Survey, round_id: int, question: str, part: str = "") -> dict[str, int]:
    query = select(AnswerCount.value, AnswerCount.n).where(
        AnswerCount.survey_round_id == round_id, AnswerCount.question == question, AnswerCount.part == part
    )
    with survey.database.read() as session:
        return dict(session.execute(query).all())


def answered(survey: Survey, count: int, *, name: str = "module", course_id: int | None = None, **answers: str) -> int:
    number = survey.begin(name, course_id)
    for visitor in survey.learners(count, course_id):
        survey.send(visitor, number, name, on=DURING, **(answers or {"useful": "4"}))
    return number


def test_before_the_last_day_is_over_nothing_is_opened(survey: Survey) -> None:
    number = answered(survey, 6)
    assert survey.open(today=LAST) == 0
    assert state(survey, number) == ("open", None)
    assert (rows(survey, Envelope), rows(survey, AnswerCount)) == (6, 0)


def test_after_it_all_are_opened_and_envelopes_marks_and_key_are_gone(survey: Survey, keys: RoundKeys) -> None:
    number = answered(survey, 6, useful="4", change="Mehr Zeit.")
    assert survey.open() == 1
    assert state(survey, number) == ("opened", 6)
    assert counts(survey, number, "useful") == {"4": 6}
    assert counts(survey, number, "clear") == {"-9": 6}
    assert (rows(survey, Envelope), rows(survey, SurveyParticipation), rows(survey, FreeText)) == (0, 0, 6)
    with survey.database.read() as session:
        assert not keys.has(session.get_one(SurveyRound, number).key_name)


def test_it_is_opened_once(survey: Survey) -> None:
    number = answered(survey, 5)
    assert (survey.open(), survey.open()) == (1, 0)
    assert counts(survey, number, "useful") == {"4": 5}


def test_sent_twice_is_one_sheet(survey: Survey) -> None:
    number = survey.begin()
    (visitor,) = survey.learners(1)
    survey.send(visitor, number, useful="4")
    survey.send(visitor, number, useful="1")
    assert (rows(survey, Envelope), rows(survey, SurveyParticipation)) == (1, 1)


def test_three_hundred_in_a_minute(survey: Survey) -> None:
    number = survey.begin()
    people = survey.learners(300)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        # Everybody presses twice.
        list(pool.map(lambda visitor: survey.send(visitor, number, useful=str(1 + visitor.user_id % 5)), [*people, *people]))
    assert time.monotonic() - began < 60
    assert rows(survey, Envelope) == 300
    survey.open()
    assert counts(survey, number, "useful") == Counter(str(1 + visitor.user_id % 5) for visitor in people)


def test_after_the_last_day_no_sheet_is_taken(survey: Survey) -> None:
    number = survey.begin()
    (visitor,) = survey.learners(1)
    with pytest.raises(NotFound):
        survey.send(visitor, number, on=AFTER, useful="4")
    survey.open()
    with pytest.raises(NotFound):
        survey.send(visitor, number, useful="4")


def test_a_sheet_of_another_course_is_refused(survey: Survey) -> None:
    number = survey.begin()
    (stranger,) = survey.learners(1, survey.course(2))
    with pytest.raises(NotFound):
        survey.send(stranger, number, useful="4")


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMINISTRATOR, Role.MENTOR, Role.TEST_USER])
def test_only_learners_send(survey: Survey, role: Role) -> None:
    number = survey.begin()
    (visitor,) = survey.learners(1)
    roles = frozenset({role, Role.PARTICIPANT} if role is Role.TEST_USER else {role})
    with pytest.raises(LearnersOnly):
        survey.send(replace(visitor, roles=roles), number, useful="4")
    assert rows(survey, Envelope) == 0


def test_opening_killed_midway_loses_nothing(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    number = answered(survey, 6)
    written = open_urns._write

    def killed(*given: object) -> None:
        written(*given)  # type: ignore[arg-type]
        raise SystemExit

    monkeypatch.setattr(open_urns, "_write", killed)
    with pytest.raises(SystemExit):
        survey.open()
    assert (rows(survey, Envelope), rows(survey, AnswerCount), state(survey, number)[0]) == (6, 0, "open")
    monkeypatch.undo()
    assert survey.open() == 1
    assert counts(survey, number, "useful") == {"4": 6}


def test_a_process_that_ends_after_the_commit_leaves_no_key(
    survey: Survey, keys: RoundKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = answered(survey, 5)
    with monkeypatch.context() as killed:
        killed.setattr(open_urns, "_sweep_keys", lambda *_, **__: None)
        survey.open()
    with survey.database.read() as session:
        name = session.get_one(SurveyRound, number).key_name
    assert keys.has(name)
    survey.open()
    assert not keys.has(name)


def test_a_key_that_is_lost_loses_its_round_and_no_other(
    survey: Survey, keys: RoundKeys, caplog: pytest.LogCaptureFixture
) -> None:
    lost = answered(survey, 5)
    kept = answered(survey, 5, course_id=survey.course(2))
    with survey.database.read() as session:
        keys.delete(session.get_one(SurveyRound, lost).key_name)
    assert survey.open() == 1
    assert (state(survey, lost)[0], state(survey, kept)[0]) == ("open", "opened")
    assert "survey_key_missing" in caplog.text


def test_questions_that_are_gone_leave_the_sheets_sealed(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    number = answered(survey, 5, change="geheimer Satz")

    def without_surveys(_: Pin) -> Programme:
        return replace(survey.programme, surveys=())

    assert survey.open(programme_in=without_surveys) == 0
    assert (state(survey, number)[0], rows(survey, Envelope)) == ("open", 5)
    assert "geheimer" not in caplog.text


def test_too_few_stay_sealed_and_their_marks_go(survey: Survey, keys: RoundKeys) -> None:
    number = answered(survey, 4)
    survey.open()
    assert state(survey, number) == ("closed", None)
    assert (rows(survey, Envelope), rows(survey, SurveyParticipation), rows(survey, AnswerCount)) == (4, 0, 0)
    with survey.database.read() as session:
        assert keys.has(session.get_one(SurveyRound, number).key_name)


def test_small_rounds_are_opened_together_and_told_as_one(survey: Survey) -> None:
    small = [answered(survey, 2), answered(survey, 3, course_id=survey.course(2))]
    survey.open()
    assert [state(survey, number) for number in small] == [("opened", None), ("opened", None)]
    with survey.database.read() as session:
        (one,) = session.scalars(select(SurveyRound).where(SurveyRound.sheets == 5))
    assert one.course_id is None
    assert counts(survey, one.id, "useful") == {"4": 5}
    assert [counts(survey, number, "useful") for number in small] == [{}, {}]


def test_rounds_with_other_questions_are_not_opened_together(survey: Survey) -> None:
    answered(survey, 3)
    answered(survey, 3, name="later", course_id=survey.course(2), worth="4")
    survey.open()
    assert (rows(survey, Envelope), rows(survey, AnswerCount)) == (6, 0)


def test_what_waits_a_year_without_company_is_destroyed_unread(survey: Survey) -> None:
    number = answered(survey, 3)
    survey.open()
    survey.open(today=LAST + timedelta(days=365))
    assert state(survey, number)[0] == "closed"
    survey.open(today=LAST + timedelta(days=366))
    assert state(survey, number)[0] == "destroyed"
    assert (rows(survey, Envelope), rows(survey, AnswerCount)) == (0, 0)


def test_a_round_that_nobody_answered_just_ends(survey: Survey) -> None:
    number = survey.begin()
    survey.open()
    assert state(survey, number) == ("destroyed", None)


def test_rows_are_kept_of_research_surveys_alone_and_without_texts(survey: Survey) -> None:
    answered(survey, 5)
    answered(survey, 5, name="end", course_id=survey.course(2), learned="5", role="2", keep="Die Leitung Müller")
    survey.open()
    with survey.database.read() as session:
        sheets = session.scalars(select(AnswerSheet)).all()
    assert len(sheets) == 5
    assert {sheet.pool for sheet in sheets} == {f"{survey.programme.slug} end 1 2026-2"}
    assert all(sheet.values["learned"] == 5 and "keep" not in sheet.values for sheet in sheets)


def test_pairs_are_counted_as_pairs_and_parts_by_role(survey: Survey) -> None:
    number = answered(survey, 5, name="end", can_vision_before="2", can_vision_now="4", role="1", hours_actual="7,5")
    survey.open()
    assert counts(survey, number, "can_vision") == {"2>4": 5}
    assert counts(survey, number, "can_vision", part="role=1") == {"2>4": 5}
    assert counts(survey, number, "hours_actual") == {"7.5": 5}


def test_erasure_leaves_counts(survey: Survey) -> None:
    number = survey.begin()
    people = survey.learners(6)
    for visitor in people:
        survey.send(visitor, number, useful="4")
    with survey.database.write.begin() as session:
        erase_person(session, people[0].user_id, now=NIGHT)
    assert (rows(survey, SurveyParticipation), rows(survey, Envelope)) == (5, 6)
    survey.open()
    assert counts(survey, number, "useful") == {"4": 6}


@pytest.mark.parametrize(("on", "left"), [(date(2027, 5, 1), 6), (date(2027, 7, 1), 3), (date(2028, 12, 15), 0)])
def test_texts_that_nobody_released_go_after_half_a_year_the_others_after_two(survey: Survey, on: date, left: int) -> None:
    answered(survey, 6, change="Mehr Zeit.")
    survey.open()
    with survey.database.write.begin() as session:
        for text in session.scalars(select(FreeText).limit(3)):
            text.is_released = True
    forget_answers(survey.database, today=on)
    assert rows(survey, FreeText) == left
    assert rows(survey, AnswerCount) > 0
