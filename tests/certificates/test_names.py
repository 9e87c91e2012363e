"""Journey 9: no name, one that cannot be printed, one with an invisible sign; each gets a certificate as the page says."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.courses.standings import CertificateState, standings_in
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role
from lti_tool.models import Course, Membership, User
from lti_tool.models.database import Database
from tests.certificates.screens import Person, words_of

NOVEMBER = datetime(2026, 11, 23, 9, tzinfo=UTC)
Come = Callable[..., Person]


@pytest.fixture
def come(database: Database, app: Flask, person: Come, now: datetime) -> Callable[[str | None], Person]:
    """Give a function that lets somebody with this name in their platform finish all modules of a course."""

    def finish(name: str | None) -> Person:
        person(name)
        person("Ole Olsen", sub="ole", slugs=[])
        with database.write.begin() as session:
            row = Course(platform_id=1, context_id="7", registration_id=1, title="Kohorte", created_at=now, last_seen_at=now)
            session.add(row)
            session.flush()
            for user_id, role in ((1, Role.PARTICIPANT), (2, Role.INSTRUCTOR)):
                member = Membership(user_id=user_id, course_id=row.id, roles=role.value, first_seen_at=now, last_seen_at=now)
                session.add(member)
        return Person(app, 1, now, roles=frozenset({Role.PARTICIPANT}), course_id=1)

    return finish


@pytest.fixture
def ole(app: Flask, now: datetime) -> Callable[[], Person]:
    return lambda: Person(app, 2, now, roles=frozenset({Role.INSTRUCTOR}), course_id=1)


def state_in_course(database: Database, programme: Programme, now: datetime = NOVEMBER) -> CertificateState:
    with database.read() as session:
        members = standings_in(session, programme, programme.assessment, 1, now=now)
        return next(each.certificate for each in members if each.user_id == 1)


@pytest.mark.parametrize("name", ["Anna Müller\u200b", "Anna\u00a0Müller", "Anna Müller\n", "\ufeffAnna Mu\u0308ller"])
def test_a_name_with_an_invisible_sign_gets_its_certificate_by_itself(
    come: Callable[..., Person], database: Database, name: str
) -> None:
    page = come(name).get("/certificates")
    assert "Name Anna Müller" in words_of(page)
    with database.read() as session:
        assert list_certificates(session)[0].facts.name == "Anna Müller"


def test_a_name_in_another_script_is_called_known_and_not_printable(
    come: Callable[..., Person], ole: Callable[..., Person], database: Database, programme: Programme
) -> None:
    julia = come("Юлия Шевченко")
    text = words_of(julia.get("/certificates"))
    assert "Ihre Lernplattform nennt Sie „Юлия Шевченко“. Das Zeichen „Ю“ kann das Zertifikat nicht drucken." in text
    assert "teilt uns Ihren Namen nicht mit" not in text
    assert state_in_course(database, programme) is CertificateState.WAITS_FOR_NAME
    office = words_of(ole().get("/course/certificates"))
    assert "Diese Zertifikate warten auf den Namen" in office
    assert "Юлия Шевченко: Das Zeichen „Ю“ kann das Zertifikat nicht drucken." in office
    form = julia.get("/certificates/name")
    assert "Ihre Lernplattform nennt Sie „Юлия Шевченко“." in words_of(form)
    julia.post("/certificates/name", form, name="Julija Ševčenko", step="confirm")
    assert "Name Julija Ševčenko" in words_of(julia.get("/certificates"))
    assert "warten auf den Namen" not in words_of(ole().get("/course/certificates"))
    assert state_in_course(database, programme) is CertificateState.ISSUED


def test_who_has_no_name_in_the_platform_is_asked_for_one_and_the_office_knows(
    come: Callable[..., Person], ole: Callable[..., Person], database: Database, programme: Programme
) -> None:
    someone = come(None)
    assert "Ihre Lernplattform teilt uns Ihren Namen nicht mit." in words_of(someone.get("/certificates"))
    assert state_in_course(database, programme) is CertificateState.WAITS_FOR_NAME
    assert "Person 1: Die Lernplattform teilt keinen Namen mit." in words_of(ole().get("/course/certificates"))
    someone.post("/certificates/name", someone.get("/certificates/name"), name="Łukasz Żółć", step="confirm")
    assert "Name Łukasz Żółć" in words_of(someone.get("/certificates"))


def test_a_name_that_the_platform_tells_late_brings_the_certificate_when_the_page_is_opened(
    come: Callable[..., Person], database: Database
) -> None:
    someone = come(None)
    assert "fehlt nur noch Ihr Name" in words_of(someone.get("/certificates"))
    with database.write.begin() as session:
        session.get_one(User, 1).name = "Anna Müller"
    assert "Name Anna Müller" in words_of(someone.get("/certificates"))


def test_an_instructor_who_looks_at_their_own_page_gets_no_certificate(
    come: Callable[..., Person], app: Flask, database: Database, now: datetime
) -> None:
    come("Anna Müller")
    Person(app, 1, now, roles=frozenset({Role.INSTRUCTOR}), course_id=1).get("/certificates")
    with database.read() as session:
        assert list_certificates(session) == []
