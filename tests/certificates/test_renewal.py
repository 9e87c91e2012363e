"""A certificate that ends: how it is kept, renewed after its end, and issued anew where a revocation was a mistake."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.certificates.office.reissue_certificate import reissue_certificate
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.certificates.verify.verify_certificate import RegisterState, verify_certificate
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Facts, Issuer, renewable_from
from lti_tool.domain.documents.letterhead import Letterhead
from lti_tool.domain.people import Role
from lti_tool.models import Attempt, Certificate, Course, Membership
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due
from tests.certificates.conftest import TITLES, AddUser, Complete
from tests.certificates.screens import Person, words_of

ISSUED = datetime(2026, 11, 23, 10, tzinfo=UTC)  # valid until 23 November 2027, renewable from 23 August 2027
IN_TIME = datetime(2027, 9, 1, 9, tzinfo=UTC)
TOO_EARLY = datetime(2027, 3, 1, 9, tzinfo=UTC)
AFTER_THE_END = datetime(2027, 12, 28, 9, tzinfo=UTC)


@pytest.fixture
def yearly(issuer: Issuer) -> Issuer:
    return replace(issuer, letterhead=Letterhead(valid_months=12))


def pass_again(session: Session, user_id: int, at: datetime, slugs: Iterable[str] = TITLES) -> None:
    number = 1 + (session.scalar(select(func.max(Attempt.number)).where(Attempt.user_id == user_id)) or 0)
    for slug in slugs:
        session.add(
            Attempt(
                user_id=user_id,
                module_slug=slug,
                number=number,
                seed=1,
                programme_version="2027.1",
                pass_mark_pct=70,
                started_at=at,
                submitted_at=at,
                points=9,
                points_possible=10,
                is_passed=True,
            )
        )
    session.flush()


@pytest.fixture
def holder(session: Session, programme: Programme, yearly: Issuer, add_user: AddUser, complete: Complete) -> int:
    """Somebody whose certificate is valid for a year."""
    user_id = add_user(session)
    complete(session, user_id)
    issue_if_due(session, programme, user_id=user_id, issuer=yearly, now=ISSUED)
    return user_id


def states(session: Session, now: datetime) -> list[RegisterState]:
    return [verify_certificate(session, each.code, now=now).state for each in list_certificates(session)]


@pytest.mark.parametrize("moment", [IN_TIME, AFTER_THE_END], ids=["before the end", "after the end"])
def test_who_passes_everything_again_gets_a_new_document_with_a_code_of_its_own(
    session: Session, programme: Programme, yearly: Issuer, holder: int, moment: datetime
) -> None:
    pass_again(session, holder, moment)
    made = issue_if_due(session, programme, user_id=holder, issuer=yearly, now=moment)
    old, new = list_certificates(session)
    assert (new.id, new.serial) == (made, 2)
    assert new.code != old.code
    assert new.facts.valid_until == date(moment.year + 1, moment.month, moment.day)
    assert {module.version for module in new.facts.modules} == {"2027.1"}
    first = RegisterState.VALID if moment is IN_TIME else RegisterState.EXPIRED
    assert states(session, moment) == [first, RegisterState.VALID]


@pytest.mark.parametrize(
    ("at", "slugs", "now"),
    [
        (TOO_EARLY, list(TITLES), AFTER_THE_END),
        (AFTER_THE_END, list(TITLES)[:4], AFTER_THE_END),
        (IN_TIME, [], AFTER_THE_END),
        (TOO_EARLY, list(TITLES), TOO_EARLY),
    ],
    ids=["passed before it could be renewed", "four of five", "none", "too early"],
)
def test_what_was_not_done_anew_renews_nothing(
    session: Session, programme: Programme, yearly: Issuer, holder: int, at: datetime, slugs: list[str], now: datetime
) -> None:
    pass_again(session, holder, at, slugs)
    assert issue_if_due(session, programme, user_id=holder, issuer=yearly, now=now) == 1
    assert len(list_certificates(session)) == 1


def test_it_is_renewed_once_and_then_again_a_year_later(
    session: Session, programme: Programme, yearly: Issuer, holder: int
) -> None:
    pass_again(session, holder, IN_TIME)
    for _ in range(3):
        assert issue_if_due(session, programme, user_id=holder, issuer=yearly, now=IN_TIME) == 2
    later = datetime(2028, 10, 1, 9, tzinfo=UTC)
    pass_again(session, holder, later)
    assert issue_if_due(session, programme, user_id=holder, issuer=yearly, now=later) == 3
    assert [each.serial for each in list_certificates(session)] == [1, 2, 3]


@pytest.mark.parametrize("months", range(1, 8))
def test_however_short_it_is_valid_nobody_gets_one_after_the_other(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, months: int
) -> None:
    short = replace(issuer, letterhead=Letterhead(valid_months=months))
    user_id = add_user(session)
    complete(session, user_id)
    for _ in range(3):
        issue_if_due(session, programme, user_id=user_id, issuer=short, now=ISSUED)
    pass_again(session, user_id, AFTER_THE_END)
    for _ in range(3):
        issue_if_due(session, programme, user_id=user_id, issuer=short, now=AFTER_THE_END)
    assert len(list_certificates(session)) == 2


def test_a_corrected_name_does_not_take_away_what_was_passed_again(
    session: Session, programme: Programme, yearly: Issuer, holder: int
) -> None:
    pass_again(session, holder, IN_TIME, list(TITLES)[:3])
    code = list_certificates(session)[0].code
    corrected = datetime(2027, 10, 1, 9, tzinfo=UTC)
    reissue_certificate(session, code, issuer=yearly, name="Ayşe Schmidt", now=corrected)
    pass_again(session, holder, AFTER_THE_END, list(TITLES)[3:])
    issue_if_due(session, programme, user_id=holder, issuer=yearly, now=AFTER_THE_END)
    assert states(session, AFTER_THE_END) == [RegisterState.REPLACED, RegisterState.EXPIRED, RegisterState.VALID]
    assert list_certificates(session)[2].facts.name == "Ayşe Schmidt"


def test_who_has_an_unlimited_certificate_keeps_it(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete
) -> None:
    user_id = add_user(session)
    complete(session, user_id)
    issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=ISSUED)
    pass_again(session, user_id, AFTER_THE_END)
    assert issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=AFTER_THE_END) == 1


def test_what_was_revoked_does_not_come_back_by_itself(
    session: Session, programme: Programme, yearly: Issuer, holder: int
) -> None:
    revoke_certificate(session, list_certificates(session)[0].code, reason="Täuschung", now=ISSUED)
    pass_again(session, holder, AFTER_THE_END)
    assert issue_if_due(session, programme, user_id=holder, issuer=yearly, now=AFTER_THE_END) == 1


def test_an_unlimited_certificate_has_no_day_from_which_it_is_renewed(facts: Facts) -> None:
    assert renewable_from(facts) is None


# --- on the pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(database: Database, now: datetime, person: Callable[..., Person]) -> int:
    """A course with Ayşe (user 1) and Ole, who administers (user 2)."""
    person()
    person("Ole Olsen", sub="ole", slugs=[])
    with database.write.begin() as session:
        row = Course(platform_id=1, context_id="7", registration_id=1, title="Kohorte", created_at=now, last_seen_at=now)
        session.add(row)
        session.flush()
        for user_id in (1, 2):
            session.add(Membership(user_id=user_id, course_id=row.id, first_seen_at=now, last_seen_at=now))
        return row.id


@pytest.fixture
def at(app: Flask, yearly: Issuer, course: int) -> Callable[..., Person]:
    """Give a function that brings somebody in at a moment."""

    def come_in(moment: datetime, user_id: int = 1, role: Role = Role.PARTICIPANT) -> Person:
        app.extensions["parts"] = replace(app.extensions["parts"], issuer=yearly, now=lambda: moment)
        return Person(app, user_id, moment, roles=frozenset({role}), course_id=course)

    return come_in


def test_the_page_says_before_and_after_the_end_how_the_certificate_is_kept(
    at: Callable[..., Person], database: Database
) -> None:
    first = words_of(at(ISSUED).get("/certificates"))
    assert "Es gilt bis zum 23. November 2027. Ab dem 23. August 2027 können Sie es verlängern" in first
    with database.write.begin() as session:
        pass_again(session, 1, IN_TIME, list(TITLES)[:4])
    before = words_of(at(IN_TIME).get("/certificates"))
    assert "So verlängern Sie das Zertifikat" in before
    assert "Modul 5: Veränderungsmanagement" in before.partition("Teilnahmebescheinigungen")[0]
    assert "Modul 1: " not in before.partition("Teilnahmebescheinigungen")[0]
    after = words_of(at(AFTER_THE_END).get("/certificates"))
    assert "Gültig war es bis zum 23. November 2027. So erhalten Sie ein neues Zertifikat" in after
    with database.write.begin() as session:
        pass_again(session, 1, AFTER_THE_END, list(TITLES)[4:])
    renewed = words_of(at(AFTER_THE_END).get("/certificates"))
    assert "Es gilt bis zum 28. Dezember 2028." in renewed
    assert "So erhalten Sie ein neues" not in renewed
    with database.read() as session:
        assert [each.serial for each in list_certificates(session)] == [1, 2]


def test_modules_that_soon_count_no_more_are_named(
    at: Callable[..., Person], database: Database, person: Callable[..., Person], now: datetime
) -> None:
    person("Bela", sub="bela", slugs=list(TITLES)[:2])
    text = words_of(at(datetime(2028, 9, 1, tzinfo=UTC), user_id=3).get("/certificates"))
    assert "Modul 1 zählt nur noch bis zum 2. Oktober 2028." in text
    assert "Modul 2 zählt nur noch bis zum 3. Oktober 2028." in text
    assert "zählt nur noch" not in words_of(at(now, user_id=3).get("/certificates"))


def test_a_revocation_by_mistake_is_mended_by_an_administrator(
    at: Callable[..., Person], database: Database, stranger: FlaskClient, now: datetime
) -> None:
    ayse = at(ISSUED)
    ayse.get("/certificates")
    with database.write.begin() as session:
        code = list_certificates(session)[0].code
        revoke_certificate(session, code, reason="Verwechslung", now=now)
    assert "wenden Sie sich an die Administration Ihrer Lernplattform" in words_of(ayse.get("/certificates"))
    teacher = at(ISSUED, 2, Role.INSTRUCTOR)
    assert "Widerrufen oder abgelaufen" not in words_of(teacher.get("/course/certificates"))
    assert teacher.post("/course/certificates/1/anew", teacher.get("/course/settings")).status_code == 403
    admin = at(ISSUED, 2, Role.ADMINISTRATOR)
    office = admin.get("/course/certificates")
    assert f"{code}. Widerrufen am 23. November 2026. Grund: Verwechslung" in words_of(office)
    assert admin.post("/course/certificates/1/anew", office).status_code == 303
    assert admin.post("/course/certificates/1/anew", office).status_code == 404
    assert "Widerrufen oder abgelaufen" not in words_of(admin.get("/course/certificates"))
    with database.read() as session:
        assert states(session, now) == [RegisterState.REPLACED, RegisterState.VALID]
        assert list_certificates(session)[1].facts.valid_until == date(2027, 11, 23)
    assert "durch ein neues ersetzt" in words_of(stranger.get(f"/verify/{code}"))


def test_an_expired_document_issued_anew_is_valid_for_as_long_as_a_new_one(at: Callable[..., Person], database: Database) -> None:
    at(ISSUED).get("/certificates")
    admin = at(AFTER_THE_END, 2, Role.ADMINISTRATOR)
    office = admin.get("/course/certificates")
    assert "Abgelaufen am 23. November 2027." in words_of(office)
    admin.post("/course/certificates/1/anew", office)
    with database.read() as session:
        assert list_certificates(session)[1].facts.valid_until == date(2028, 12, 28)


def test_nobody_issues_their_own_document_anew_nor_one_of_another_course(
    at: Callable[..., Person], app: Flask, database: Database, now: datetime
) -> None:
    at(ISSUED).get("/certificates")
    with database.write.begin() as session:
        revoke_certificate(session, list_certificates(session)[0].code, reason="x", now=now)
        other = Course(platform_id=1, context_id="8", registration_id=1, title="Andere", created_at=now, last_seen_at=now)
        session.add(other)
        session.flush()
        other_id = other.id
    own = at(ISSUED, 1, Role.ADMINISTRATOR)
    assert own.post("/course/certificates/1/anew", own.get("/course/certificates")).status_code == 409
    stranger = Person(app, 2, ISSUED, roles=frozenset({Role.ADMINISTRATOR}), course_id=other_id)
    assert stranger.post("/course/certificates/1/anew", stranger.get("/course/certificates/revocation")).status_code == 404
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Certificate)) == 1
