"""Which modules are a course's (launched, handed over, with a column), and what is listed, counted and asked for then."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.learning.list_modules import list_modules
from lti_tool.learning.open_module import StepKind, open_module
from lti_tool.models import Certificate, ColumnLook, LineItemRow, OfferedItem, ResourceLink
from lti_tool.progress.course_facts import course_facts_of
from tests.learning.conftest import M1, M2, launch_link, offer, read_all_lessons, take_quiz
from tests.syllabus import taught_in

M3 = "sicherheit-und-datenschutz"


@pytest.fixture
def bare(session: Session, anna: Visitor) -> Visitor:
    """Anna in a course of which nothing is known."""
    session.execute(delete(OfferedItem))
    session.execute(delete(LineItemRow))
    session.execute(delete(ResourceLink))
    return anna


def placed(session: Session, visitor: Visitor, now: datetime) -> frozenset[str]:
    return course_facts_of(session, visitor.course_id, visitor.user_id, now=now).placed


def column(session: Session, visitor: Visitor, slug: str, now: datetime, **values: object) -> LineItemRow:
    row = LineItemRow(
        **{
            "registration_id": visitor.registration_id,
            "deployment_id": visitor.deployment_id,
            "course_id": visitor.course_id,
            "module_slug": slug,
            "platform_link_id": f"link of {slug}",
            "url": f"https://moodle.test/lineitems/{slug}",
            "created_at": now,
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row


def test_a_course_of_which_nothing_is_known_has_placed_nothing(session: Session, bare: Visitor, now: datetime) -> None:
    assert placed(session, bare, now) == frozenset()


def test_what_was_launched_handed_over_or_has_a_column_is_placed(session: Session, bare: Visitor, now: datetime) -> None:
    launch_link(session, bare, M1, now)
    offer(session, bare.course_id, [M2], now)
    column(session, bare, M3, now)
    assert placed(session, bare, now) == {M1, M2, M3}


def test_a_link_that_stands_for_no_module_places_none(session: Session, bare: Visitor, now: datetime) -> None:
    link = session.get_one(ResourceLink, launch_link(session, bare, None, now))
    link.page = "workbook"
    session.flush()
    assert placed(session, bare, now) == frozenset()


def test_a_column_that_we_made_or_that_belongs_to_no_link_places_nothing(session: Session, bare: Visitor, now: datetime) -> None:
    column(session, bare, M1, now, is_made_by_us=True)
    column(session, bare, M2, now, platform_link_id=None)
    column(session, bare, M3, now, gone_at=now)
    assert placed(session, bare, now) == frozenset()


@pytest.mark.parametrize("lost", ["gone_at", "unlisted_at"])
def test_a_deleted_activity_is_the_courses_no_more_until_somebody_comes_by_it(
    session: Session, bare: Visitor, now: datetime, lost: str
) -> None:
    link_id = launch_link(session, bare, M1, now)
    launch_link(session, bare, M2, now)
    column(session, bare, M1, now, resource_link_id=link_id, course_id=None, **{lost: now + timedelta(hours=1)})
    assert placed(session, bare, now) == {M2}
    session.execute(update(ResourceLink).where(ResourceLink.id == link_id).values(last_seen_at=now + timedelta(hours=2)))
    assert placed(session, bare, now) == {M1, M2}


def test_what_was_handed_over_and_is_in_no_list_afterwards_was_not_saved(session: Session, bare: Visitor, now: datetime) -> None:
    offer(session, bare.course_id, [M1, M2], now)
    column(session, bare, M2, now)
    look = ColumnLook(course_id=bare.course_id, next_try_at=now, looked_at=now - timedelta(hours=1))
    session.add(look)
    session.flush()
    assert placed(session, bare, now) == {M1, M2}
    look.looked_at = now + timedelta(hours=1)
    session.flush()
    assert placed(session, bare, now) == {M2}
    # The platform lets nobody look.
    look.problem = "no_list"
    session.flush()
    assert placed(session, bare, now) == {M1, M2}


def pass_module(session: Session, programme: Programme, visitor: Visitor, slug: str, now: datetime) -> None:
    read_all_lessons(session, programme, visitor, slug, now=now)
    take_quiz(session, programme, visitor, slug, right=9, now=now)


@pytest.fixture
def single(programme: Programme) -> Programme:
    return programme.offering(frozenset({M3}))


def test_a_course_with_one_module_is_done_with_it_and_offers_the_others_apart(
    session: Session, bare: Visitor, single: Programme, now: datetime
) -> None:
    launch_link(session, bare, M3, now)
    page = list_modules(session, taught_in(session, single, bare), bare, now=now)
    assert [line.module.slug for line in page.lines] == [M3]
    assert [line.module.number for line in page.further] == [1, 2, 4, 5]
    assert (page.completed, page.counted, page.next_module) == (0, 1, single.placed_modules[0])
    pass_module(session, single, bare, M3, now)
    page = list_modules(session, taught_in(session, single, bare), bare, now=now)
    assert (page.completed, page.counted, page.next_module, page.is_certificate_near) == (1, 1, None, False)
    module = open_module(session, taught_in(session, single, bare), bare, M3, now=now)
    assert [step.module.number for step in module.path] == [3]
    assert (module.count_of_modules, module.next_step.kind) == (None, StepKind.CERTIFICATE)
    assert session.scalars(select(Certificate)).all() == []


def test_somebody_who_learns_a_further_module_is_not_sent_there(
    session: Session, bare: Visitor, single: Programme, now: datetime
) -> None:
    read_all_lessons(session, single, bare, M1, now=now)
    assert list_modules(session, taught_in(session, single, bare), bare, now=now).next_module == single.placed_modules[0]


def test_the_certificate_asks_for_all_five_whatever_the_course_has_placed(
    session: Session, bare: Visitor, single: Programme, now: datetime
) -> None:
    visitor = replace(bare, resource_link_id=launch_link(session, bare, M3, now))
    for module in single.required_modules:
        assert session.scalars(select(Certificate)).all() == []
        pass_module(session, single, visitor, module.slug, now)
    assert len(session.scalars(select(Certificate)).all()) == 1
    page = list_modules(session, taught_in(session, single, visitor), visitor, now=now)
    assert (page.completed, page.counted, page.is_certificate_near) == (1, 1, True)
