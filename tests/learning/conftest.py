"""Anna Krüger learns in a course of a Moodle that takes scores; the shipped programme is what she learns."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.people import Role, Visitor
from lti_tool.learning.complete_lesson import complete_lesson
from lti_tool.learning.quiz.start_quiz import start_quiz
from lti_tool.learning.quiz.submit_quiz import submit_quiz
from lti_tool.models import (
    Attempt,
    AttemptItem,
    Course,
    Deployment,
    LaunchedLink,
    OfferedItem,
    Platform,
    RegistrationRow,
    ResourceLink,
    User,
)
from lti_tool.models.database import Database
from tests.shipped import read_programme
from tests.syllabus import taught, taught_in

ISSUER = Issuer("Akademie", "https://akademie.test", "https://tool.test/verify")
M1 = "grundlagen-und-strategie"
M2 = "technologien-und-daten"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
# Without electives: what a course learns with that has placed none.
_programme = read_programme().offering(frozenset())


@pytest.fixture(scope="session")
def programme() -> Programme:
    return _programme


@pytest.fixture
def anna(database: Database, now: datetime) -> Visitor:
    """A participant who has launched module 1; all five were placed."""
    with database.write.begin() as session:
        platform = Platform(issuer="https://moodle.test", created_at=now)
        session.add(platform)
        session.flush()
        registration = RegistrationRow(
            platform_id=platform.id,
            client_id="abc",
            auth_login_url="https://moodle.test/auth",
            token_url="https://moodle.test/token",
            jwks_url="https://moodle.test/jwks",
            created_at=now,
        )
        session.add(registration)
        session.flush()
        deployment = Deployment(registration_id=registration.id, deployment_id="1", status="approved", first_seen_at=now)
        course = Course(
            platform_id=platform.id, context_id="2", registration_id=registration.id, created_at=now, last_seen_at=now
        )
        user = User(platform_id=platform.id, sub="4", name="Anna Krüger", first_seen_at=now, last_seen_at=now)
        session.add_all([deployment, course, user])
        session.flush()
        offer(session, course.id, [module.slug for module in _programme.modules], now)
        visitor = Visitor(
            user_id=user.id,
            platform_id=platform.id,
            registration_id=registration.id,
            deployment_id=deployment.id,
            course_id=course.id,
            resource_link_id=None,
            module_slug=M1,
            roles=frozenset({Role.PARTICIPANT}),
            locale="de",
            frame_origin="https://moodle.test",
        )
        return replace(visitor, resource_link_id=launch_link(session, visitor, M1, now))


@pytest.fixture
def session(database: Database, anna: Visitor) -> Iterator[Session]:
    """A session in one transaction, in which Anna is there already (SQLite has one writer at a time)."""
    with database.write.begin() as session:
        yield session


def offer(session: Session, course_id: int | None, slugs: Iterable[str], now: datetime) -> None:
    """Hand modules to a course, as a deep linking response does."""
    session.add_all(OfferedItem(course_id=course_id, item=slug, offered_at=now) for slug in slugs)
    session.flush()


def launch_link(session: Session, visitor: Visitor, module_slug: str | None, now: datetime) -> int:
    """Let the visitor launch a new link, with a gradebook column behind it."""
    number = len(session.scalars(select(ResourceLink.id)).all()) + 1
    link = ResourceLink(
        deployment_id=visitor.deployment_id,
        resource_link_id=f"link-{number}",
        course_id=visitor.course_id,
        module_slug=module_slug,
        line_item_url=f"https://moodle.test/lineitems/{number}",
        ags_scopes=SCORE_SCOPE,
        created_at=now,
        last_seen_at=now,
    )
    session.add(link)
    session.flush()
    session.add(LaunchedLink(user_id=visitor.user_id, resource_link_id=link.id, first_launched_at=now, last_launched_at=now))
    session.flush()
    return link.id


def answer_rightly(
    session: Session, programme: Programme, visitor: Visitor, slug: str, number: int, *, right: int, now: datetime
) -> None:
    """Answer the first `right` questions of an attempt rightly and leave the rest open."""
    module = programme.find_module(slug)
    assert module is not None
    rows = session.scalars(
        select(AttemptItem)
        .join(Attempt)
        .where(Attempt.user_id == visitor.user_id, Attempt.module_slug == slug, Attempt.number == number)
        .order_by(AttemptItem.position)
    )
    for row in list(rows)[:right]:
        item = module.find_item(row.item_id)
        assert item is not None
        row.answer = item.right_answer.to_stored()
        row.saved_at = now


def take_quiz(
    session: Session, programme: Programme, visitor: Visitor, slug: str, *, right: int, seed: int = 1, now: datetime
) -> int:
    """Make a whole attempt with so many right answers out of ten; gives its number."""
    number = start_quiz(session, taught_in(session, programme, visitor), visitor, slug, seed=seed, now=now)
    answer_rightly(session, programme, visitor, slug, number, right=right, now=now)
    submit_quiz(session, taught(programme), visitor, slug, number, now=now)
    return number


def read_all_lessons(session: Session, programme: Programme, visitor: Visitor, slug: str, *, now: datetime) -> None:
    module = programme.find_module(slug)
    assert module is not None
    for lesson in module.lessons:
        complete_lesson(session, taught(programme), visitor, slug, lesson.slug, now=now)
