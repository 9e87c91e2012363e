"""A small programme and a person who went through it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lti_tool import bootstrap
from lti_tool.app import create_app
from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.domain.content.programme import AssessmentRules, HoursRules, Lesson, Module, Programme
from lti_tool.domain.documents.certificate import CertifiedModule, Facts, Issuer
from lti_tool.domain.people import Role
from lti_tool.models import Attempt, Completion, Platform, RegistrationRow, User
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due
from lti_tool.settings import Settings
from tests.certificates.screens import Person

AddUser = Callable[..., int]
Complete = Callable[..., None]

TITLES = {
    "grundlagen-und-strategie": "Digitale Transformation und Smart City in der Stadtentwicklung: Grundlagen und Strategie",
    "technologien-und-daten": "Technologien und Daten für die smarte Kommune",
    "sicherheit-und-datenschutz": "IT-Sicherheit, Datenschutz und Notfallmanagement",
    "beteiligung-und-vernetzung": "Beteiligung und Vernetzung",
    "umsetzung-und-kommunikation": "Veränderungsmanagement, Umsetzung und Kommunikation",
}


def a_lesson(code: str) -> Lesson:
    return Lesson(
        code=code,
        slug=f"lektion-{code}",
        title="Eine Lektion",
        minutes=10,
        authors="Team",
        version="1",
        as_of=date(2026, 11, 1),
        review_by=date(2027, 11, 1),
        objectives=(),
        sources=(),
        headings=(),
        body_html="",
        text="",
        self_checks=(),
        term_ids=(),
    )


def a_module(number: int, slug: str, title: str) -> Module:
    return Module(
        number=number,
        slug=slug,
        title=title,
        short_title=title,
        aim="",
        summary="",
        topics=(),
        case_name="",
        case_html="",
        misconceptions=(),
        live_sessions=(),
        lessons=tuple(a_lesson(f"{number}.{lesson}") for lesson in range(1, 6)),
        items=(),
        terms=(),
        practice=None,
    )


@pytest.fixture(scope="session")
def programme() -> Programme:
    """Five modules with five lessons of 10 minutes each."""
    return Programme(
        slug="smart-city-manager",
        title="Smart-City-Manager:in",
        subtitle="",
        language="de",
        version="2026.1",
        changes=(),
        assessment=AssessmentRules(10, {"A": 4, "B": 4, "C": 2}, 5, 4, 1, 20, 70, 3, 24),
        hours=HoursRules(transfer_minutes_per_lesson=12, quiz_minutes=30),
        modules=tuple(a_module(number, slug, title) for number, (slug, title) in enumerate(TITLES.items(), 1)),
        dimensions=(),
        dimension_levels=(),
    )


@pytest.fixture
def issuer() -> Issuer:
    return Issuer("Musterakademie", "https://akademie.example", "https://tool.example/verify")


@pytest.fixture
def facts() -> Facts:
    """What Ayşe Çelik's certificate says."""
    return Facts(
        name="Ayşe Çelik",
        programme_title="Smart-City-Manager:in",
        modules=tuple(
            CertifiedModule(number, title, "2026.1", date(2026, 10, number)) for number, title in enumerate(TITLES.values(), 1)
        ),
        hours=11.5,
        issuer_name="Musterakademie",
        issuer_url="https://akademie.example",
        issued_on=date(2026, 11, 23),
        check_code="3QF8W2M0TZ6C1RVN5KD7YH9XBGT",
        verify_url="https://tool.example/verify/3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT",
    )


@pytest.fixture
def add_user(now: datetime) -> Callable[..., int]:
    """Give a function that stores a person and says their id."""

    def add(session: Session, name: str | None = "Ayşe Çelik", sub: str = "ayse") -> int:
        platform = session.get(Platform, 1)
        if platform is None:
            platform = Platform(id=1, issuer="https://lms.example", created_at=now)
            session.add(platform)
            session.flush()
        user = User(platform_id=1, sub=sub, name=name, first_seen_at=now, last_seen_at=now)
        session.add(user)
        session.flush()
        return user.id

    return add


@pytest.fixture
def complete() -> Callable[..., None]:
    """Give a function that completes modules for a person; all five unless told."""

    def complete_modules(session: Session, user_id: int, slugs: Iterable[str] = TITLES) -> None:
        for slug in slugs:
            number = list(TITLES).index(slug) + 1
            at = datetime(2026, 10, number, 22, 30, tzinfo=UTC)
            session.add(
                Attempt(
                    user_id=user_id,
                    module_slug=slug,
                    number=90,
                    seed=1,
                    programme_version=f"2026.{number}",
                    pass_mark_pct=70,
                    started_at=at,
                    submitted_at=at,
                    points=8,
                    points_possible=10,
                    is_passed=True,
                )
            )
            session.add(
                Completion(
                    user_id=user_id,
                    module_slug=slug,
                    programme_version=f"2026.{number}",
                    completed_at=at,
                )
            )
        session.flush()

    return complete_modules


@pytest.fixture(scope="session")
def credential_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keys folder for all tests of the pages: making an RSA key takes up to a second."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def app(
    credential_folder: Path,
    database: Database,
    database_url: str,
    programme: Programme,
    tmp_path: Path,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """The application, with the small programme; no worker runs beside it, so its pages wait for none."""
    monkeypatch.setattr("lti_tool.web.pages.certificates._PATIENCE_S", 0.0)
    settings = Settings(
        database_url=database_url,
        data_dir=tmp_path,
        keys_dir=credential_folder,
        public_url="https://tool.example",
        issuer_name="Musterakademie",
    )
    built = bootstrap.build(settings)
    app = create_app(parts=replace(built, catalogue=Catalogue.of(programme), now=lambda: now))
    yield app
    built.database.close()


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Someone without login."""
    return app.test_client()


@pytest.fixture
def person(app: Flask, database: Database, now: datetime, add_user: AddUser, complete: Complete) -> Callable[..., Person]:
    """Give a function that brings somebody in."""

    def come_in(
        name: str | None = "Ayşe Çelik",
        *,
        sub: str = "ayse",
        slugs: list[str] | None = None,
        role: Role = Role.PARTICIPANT,
        course_id: int | None = None,
    ) -> Person:
        with database.write.begin() as session:
            user_id = add_user(session, name=name, sub=sub)
            complete(session, user_id) if slugs is None else complete(session, user_id, slugs)
            if session.get(RegistrationRow, 1) is None:
                addresses = dict.fromkeys(("auth_login_url", "token_url", "jwks_url"), "https://lms.example/x")
                session.add(RegistrationRow(id=1, platform_id=1, client_id="c", created_at=now, **addresses))
        return Person(app, user_id, now, roles=frozenset({role}), course_id=course_id)

    return come_in


@pytest.fixture
def code(database: Database, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime) -> str:
    """The check code of a valid certificate, in groups."""
    with database.write.begin() as session:
        user_id = add_user(session, sub="holder")
        complete(session, user_id)
        issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
        return list_certificates(session)[0].code
