"""The self-assessment: saved in parts, finished when complete, compared, and added up from five people upwards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Dimension, Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown
from lti_tool.errors import Forbidden
from lti_tool.models import Membership
from lti_tool.reifegrad.add_up_course import add_up_course
from lti_tool.reifegrad.read_round import DimensionRating, Moment, Round, profile_of, read_profile, read_round
from lti_tool.reifegrad.save_round import RatingRefused, save_round
from tests.workbook.cast import PROGRAMME, Course

LEVELS = ("noch nicht begonnen", "vereinzelt", "geplant", "etabliert", "wirksam")
TWO = replace(
    PROGRAMME,
    dimensions=(Dimension(1, "Strategie", tuple("abcde")), Dimension(2, "Daten", tuple("fghij"))),
    dimension_levels=LEVELS,
)
BOTH = {1: DimensionRating(1, "Beschluss vom 3. Mai"), 2: DimensionRating(3)}


@pytest.fixture
def course(session: Session) -> Course:
    return Course(session)


@pytest.fixture
def anna(course: Course) -> Visitor:
    return course.person("Anna Krüger")


def save(
    session: Session,
    visitor: Visitor,
    ratings: Mapping[int, DimensionRating],
    now: datetime,
    *,
    moment: Moment = Moment.BEFORE,
    shown: Round | None = None,
    finishes: bool = False,
    programme: Programme = TWO,
) -> Round:
    return save_round(
        session,
        programme,
        moment,
        ratings,
        user_id=visitor.user_id,
        shown=Shown.of(shown.texts) if shown else NOTHING_SHOWN,
        finishes=finishes,
        now=now,
    )


def test_a_part_is_kept(session: Session, anna: Visitor, now: datetime) -> None:
    save(session, anna, {2: DimensionRating(3, "Dateninventar")}, now)
    found = read_round(session, TWO, Moment.BEFORE, user_id=anna.user_id)
    assert found == Round(Moment.BEFORE, {1: DimensionRating(), 2: DimensionRating(3, "Dateninventar")}, now, None)


def test_evidence_without_a_level_is_kept(session: Session, anna: Visitor, now: datetime) -> None:
    assert save(session, anna, {1: DimensionRating(None, "Ratsbeschluss")}, now).ratings[1] == DimensionRating(
        None, "Ratsbeschluss"
    )


def test_an_incomplete_round_is_saved_but_not_finished(session: Session, anna: Visitor, now: datetime) -> None:
    found = save(session, anna, {1: DimensionRating(2)}, now, finishes=True)
    assert found.finished_at is None
    assert found.missing == (2,)
    assert found.ratings[1] == DimensionRating(2)


def test_a_complete_round_is_finished(session: Session, anna: Visitor, now: datetime) -> None:
    assert save(session, anna, BOTH, now, finishes=True).finished_at == now


def test_a_change_after_finishing_leaves_the_day_of_finishing(session: Session, anna: Visitor, now: datetime) -> None:
    save(session, anna, BOTH, now, finishes=True)
    later = now + timedelta(days=3)
    found = save(session, anna, {**BOTH, 2: DimensionRating(4)}, later, finishes=True)
    assert (found.finished_at, found.saved_at, found.ratings[2]) == (now, later, DimensionRating(4))


def test_a_rating_without_evidence_is_told_apart() -> None:
    assert DimensionRating(3).lacks_evidence
    assert not DimensionRating(3, "Inventar").lacks_evidence
    assert not DimensionRating().lacks_evidence


def test_a_stale_window_overwrites_nothing(session: Session, anna: Visitor, now: datetime) -> None:
    empty = read_round(session, TWO, Moment.BEFORE, user_id=anna.user_id)
    save(session, anna, BOTH, now)
    with pytest.raises(ChangedMeanwhile) as told:
        save(session, anna, {1: DimensionRating(4)}, now, shown=empty)
    assert told.value.theirs == {"level-1": "1"}
    assert read_round(session, TWO, Moment.BEFORE, user_id=anna.user_id).ratings == BOTH


def test_two_windows_that_rate_different_fields_are_both_kept(session: Session, anna: Visitor, now: datetime) -> None:
    empty = read_round(session, TWO, Moment.BEFORE, user_id=anna.user_id)
    save(session, anna, {1: DimensionRating(1, "Beschluss")}, now, shown=empty)
    save(session, anna, {2: DimensionRating(3)}, now, shown=empty)
    found = read_round(session, TWO, Moment.BEFORE, user_id=anna.user_id)
    assert found.ratings == {1: DimensionRating(1, "Beschluss"), 2: DimensionRating(3)}


@pytest.mark.parametrize("level", [-1, 5])
def test_a_level_that_does_not_exist_is_refused(session: Session, anna: Visitor, now: datetime, level: int) -> None:
    with pytest.raises(RatingRefused) as refused:
        save(session, anna, {2: DimensionRating(level)}, now)
    assert refused.value.dimension == 2


def test_evidence_that_is_too_long_is_refused(session: Session, anna: Visitor, now: datetime) -> None:
    with pytest.raises(RatingRefused):
        save(session, anna, {1: DimensionRating(1, "x" * 1001)}, now)


def test_both_rounds_stand_side_by_side(session: Session, anna: Visitor, now: datetime) -> None:
    save(session, anna, BOTH, now)
    save(session, anna, {1: DimensionRating(3, "Lenkungskreis")}, now, moment=Moment.AFTER)
    rows = read_profile(session, TWO, user_id=anna.user_id).rows
    assert [(row.dimension, row.before.level, row.after.level, row.change) for row in rows] == [
        ("Strategie", 1, 3, 2),
        ("Daten", 3, None, None),
    ]


def test_there_is_no_profile_without_ratings(session: Session, anna: Visitor) -> None:
    assert profile_of(session, user_id=anna.user_id, programme=TWO) is None


def test_another_persons_ratings_are_not_mine(session: Session, course: Course, anna: Visitor, now: datetime) -> None:
    save(session, anna, BOTH, now)
    assert profile_of(session, user_id=course.person("Bernd").user_id, programme=TWO) is None


def finish(session: Session, course: Course, now: datetime, levels: list[int]) -> None:
    for number, level in enumerate(levels):
        save(session, course.person(f"Person {number}"), {1: DimensionRating(level), 2: DimensionRating(0)}, now, finishes=True)


def test_four_answers_are_not_shown(session: Session, course: Course, now: datetime) -> None:
    finish(session, course, now, [0, 1, 1, 2])
    before, after = add_up_course(session, TWO, course.person("Ines", Role.INSTRUCTOR))
    assert (before.answers, before.dimensions, after.answers) == (None, (), None)


def test_five_answers_are_added_up(session: Session, course: Course, now: datetime) -> None:
    finish(session, course, now, [0, 1, 1, 2, 4])
    before, _ = add_up_course(session, TWO, course.person("Ines", Role.INSTRUCTOR))
    assert before.answers == 5
    assert [(each.counts, each.mean) for each in before.dimensions] == [((1, 2, 1, 0, 1), 1.6), ((5, 0, 0, 0, 0), 0.0)]


def test_unfinished_rounds_and_those_who_teach_do_not_count(session: Session, course: Course, now: datetime) -> None:
    finish(session, course, now, [0, 1, 1, 2])
    save(session, course.person("Unfertig"), BOTH, now)
    ines = course.person("Ines", Role.INSTRUCTOR)
    save(session, ines, BOTH, now, finishes=True)
    assert add_up_course(session, TWO, ines)[0].answers is None


def test_who_accompanies_others_and_answers_too_is_counted(session: Session, course: Course, now: datetime) -> None:
    finish(session, course, now, [0, 1, 1, 2])
    mira = course.person("Mira", Role.MENTOR)
    session.execute(update(Membership).where(Membership.user_id == mira.user_id).values(roles="mentor participant"))
    save(session, mira, BOTH, now, finishes=True)
    assert add_up_course(session, TWO, course.person("Ines", Role.INSTRUCTOR))[0].answers == 5


def test_people_of_another_course_do_not_count(session: Session, course: Course, now: datetime) -> None:
    finish(session, course, now, [0, 1, 1, 2])
    save(session, course.person("Otto", course_id=course.other_course_id), BOTH, now, finishes=True)
    assert add_up_course(session, TWO, course.person("Ines", Role.INSTRUCTOR))[0].answers is None


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.MENTOR])
def test_only_those_who_teach_see_the_sum(session: Session, course: Course, role: Role) -> None:
    with pytest.raises(Forbidden):
        add_up_course(session, TWO, course.person("Neugierig", role))
