"""Marking cases for one's own draft: once, until it is taken back, and for nobody else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.case_library.mark_case import mark_case
from lti_tool.case_library.marked_cases import marked_cases
from lti_tool.case_library.open_case import ALIKE_MAX, open_case
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.errors import NotFound
from tests.learning import conftest as learning

anna = learning.anna
session = learning.session
programme = learning.programme
PARKING = "parksensoren"


def mark(
    session: Session, programme: Programme, visitor: Visitor, case_id: str, now: datetime, *, is_marked: bool = True
) -> None:
    mark_case(session, programme, user_id=visitor.user_id, case_id=case_id, is_marked=is_marked, now=now)


def ids(session: Session, programme: Programme, user_id: int) -> list[str]:
    return [study.id for study in marked_cases(session, programme, user_id=user_id)]


def test_a_case_is_marked_once_and_taken_back(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    mark(session, programme, anna, "smile24", now)
    mark(session, programme, anna, PARKING, now + timedelta(minutes=1))
    mark(session, programme, anna, "smile24", now + timedelta(minutes=2))
    assert ids(session, programme, anna.user_id) == ["smile24", PARKING]
    mark(session, programme, anna, "smile24", now, is_marked=False)
    mark(session, programme, anna, "smile24", now, is_marked=False)
    assert ids(session, programme, anna.user_id) == [PARKING]


def test_what_one_marks_another_does_not_have(session: Session, programme: Programme, anna: Visitor, now: datetime) -> None:
    mark(session, programme, anna, PARKING, now)
    assert ids(session, programme, anna.user_id + 1) == []
    assert open_case(session, programme, anna, PARKING).is_marked
    teaching = replace(anna, roles=frozenset({Role.INSTRUCTOR}))
    assert not open_case(session, programme, teaching, PARKING).is_marked


def test_a_mark_outlives_a_version_that_lacks_the_case(
    session: Session, programme: Programme, anna: Visitor, now: datetime
) -> None:
    mark(session, programme, anna, PARKING, now)
    library = replace(programme.library, studies=tuple(s for s in programme.library.studies if s.id != PARKING))
    assert ids(session, replace(programme, library=library), anna.user_id) == []
    assert ids(session, programme, anna.user_id) == [PARKING]


@pytest.mark.parametrize("case_id", ["nowhere", "", "../parksensoren", "PARKSENSOREN"])
def test_no_case_that_is_not_there_can_be_opened_or_marked(
    session: Session, programme: Programme, anna: Visitor, now: datetime, case_id: str
) -> None:
    with pytest.raises(NotFound):
        open_case(session, programme, anna, case_id)
    with pytest.raises(NotFound):
        mark(session, programme, anna, case_id, now)


def test_a_case_names_its_lessons_and_those_whose_text_leads_to_it(session: Session, programme: Programme, anna: Visitor) -> None:
    page = open_case(session, programme, anna, PARKING)
    codes = {lesson.code for _, lesson in page.lessons}
    linking = {lesson.code for module in programme.modules for lesson in module.lessons if PARKING in lesson.case_ids}
    assert codes == set(page.case.lesson_codes) | linking


def test_similar_cases_share_a_topic_and_neighbours_are_those_of_the_list(
    session: Session, programme: Programme, anna: Visitor
) -> None:
    for study in programme.library.studies:
        page = open_case(session, programme, anna, study.id)
        assert 0 < len(page.alike) <= ALIKE_MAX
        assert study not in page.alike
        assert all(set(other.topics) & set(study.topics) for other in page.alike)
        if page.following is not None:
            following = open_case(session, programme, anna, page.following.id)
            assert following.previous == study
