"""Petra teaches a course with a few participants; another course stands beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.models import (
    Attempt,
    Completion,
    Course,
    Deployment,
    LessonProgress,
    LineItemRow,
    Membership,
    Platform,
    RegistrationRow,
    ResourceLink,
    ScoreDelivery,
    User,
)
from lti_tool.models.database import Database
from tests.shipped import read_programme

M1, M2 = "grundlagen-und-strategie", "technologien-und-daten"
# Without electives: what a course learns with that has placed none.
_programme = read_programme().offering(frozenset())


@pytest.fixture(scope="session")
def programme() -> Programme:
    return _programme


@dataclass
class School:
    """Writes rows into the open transaction."""

    session: Session
    programme: Programme
    now: datetime
    platform_id: int = 0
    registration_id: int = 0
    deployment_id: int = 0
    course_id: int = 0
    other_course_id: int = 0

    def open(self) -> None:
        platform = Platform(issuer="https://moodle.test", created_at=self.now)
        self.session.add(platform)
        self.session.flush()
        registration = RegistrationRow(
            platform_id=platform.id,
            client_id="abc",
            auth_login_url="https://moodle.test/auth",
            token_url="https://moodle.test/token",
            jwks_url="https://moodle.test/jwks",
            created_at=self.now,
        )
        self.session.add(registration)
        self.session.flush()
        deployment = Deployment(registration_id=registration.id, deployment_id="1", status="approved", first_seen_at=self.now)
        courses = [
            Course(
                platform_id=platform.id,
                context_id=name,
                title=f"Kurs {name}",
                registration_id=registration.id,
                created_at=self.now,
                last_seen_at=self.now,
            )
            for name in ("A", "B")
        ]
        self.session.add_all([deployment, *courses])
        self.session.flush()
        self.platform_id, self.registration_id, self.deployment_id = platform.id, registration.id, deployment.id
        self.course_id, self.other_course_id = courses[0].id, courses[1].id

    def member(self, name: str | None, roles: str = "participant", *, course_id: int | None = None, is_gone: bool = False) -> int:
        user = User(
            platform_id=self.platform_id,
            sub=f"sub-{name}-{course_id}",
            name=name,
            first_seen_at=self.now,
            last_seen_at=self.now,
        )
        self.session.add(user)
        self.session.flush()
        self.session.add(
            Membership(
                user_id=user.id,
                course_id=course_id or self.course_id,
                roles=roles,
                is_gone=is_gone,
                first_seen_at=self.now,
                last_seen_at=self.now,
            )
        )
        self.session.flush()
        return user.id

    def visitor(self, user_id: int, *roles: Role, course_id: int | None = -1) -> Visitor:
        return Visitor(
            user_id=user_id,
            platform_id=self.platform_id,
            registration_id=self.registration_id,
            deployment_id=self.deployment_id,
            course_id=self.course_id if course_id == -1 else course_id,
            resource_link_id=None,
            module_slug=None,
            roles=frozenset(roles),
            locale="de",
            frame_origin="https://moodle.test",
        )

    def teacher(self) -> Visitor:
        return self.visitor(self.member("Petra Wolf", "instructor"), Role.INSTRUCTOR)

    def read(self, user_id: int, slug: str, *, lessons: int | None = None) -> None:
        module = self.programme.find_module(slug)
        assert module is not None
        for lesson in module.lessons[:lessons]:
            self.session.add(
                LessonProgress(
                    user_id=user_id,
                    module_slug=slug,
                    lesson_code=lesson.code,
                    programme_version="1",
                    opened_at=self.now,
                    completed_at=self.now,
                )
            )

    def attempt(self, user_id: int, slug: str, *, points: float, number: int = 1) -> None:
        self.session.add(
            Attempt(
                user_id=user_id,
                module_slug=slug,
                number=number,
                seed=1,
                programme_version="1",
                pass_mark_pct=70,
                course_id=self.course_id,
                started_at=self.now,
                submitted_at=self.now,
                points=points,
                points_possible=10,
                is_passed=points >= 7,
            )
        )

    def complete(self, user_id: int, *slugs: str) -> None:
        for slug in slugs or [module.slug for module in self.programme.modules]:
            self.read(user_id, slug)
            self.attempt(user_id, slug, points=9)
            self.session.add(Completion(user_id=user_id, module_slug=slug, programme_version="1", completed_at=self.now))
        self.session.flush()

    def line_item(self, slug: str, *, course_id: int | None = None) -> int:
        link = ResourceLink(
            deployment_id=self.deployment_id,
            resource_link_id=f"{slug}-{course_id}",
            course_id=course_id or self.course_id,
            title=f"Aktivität {slug}",
            module_slug=slug,
            created_at=self.now,
            last_seen_at=self.now,
        )
        self.session.add(link)
        self.session.flush()
        item = LineItemRow(
            resource_link_id=link.id, registration_id=self.registration_id, url="https://m/li", created_at=self.now
        )
        self.session.add(item)
        self.session.flush()
        return item.id

    def deliver(self, user_id: int, slug: str, item: int, *, state: str = "delivered", tries: int = 0, error: str = "") -> int:
        row = ScoreDelivery(
            user_id=user_id,
            line_item_id=item,
            module_slug=slug,
            score_given=90,
            state=state,
            tries=tries,
            next_try_at=self.now,
            last_error=error,
            created_at=self.now,
            changed_at=self.now,
            delivered_at=self.now if state == "delivered" else None,
        )
        self.session.add(row)
        self.session.flush()
        return row.id


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write.begin() as session:
        yield session


@pytest.fixture
def school(session: Session, programme: Programme, now: datetime) -> School:
    school = School(session, programme, now)
    school.open()
    return school
