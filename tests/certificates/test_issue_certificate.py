from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.letterheads import find_logo
from lti_tool.certificates.issue.certificate_rows import RegisterPlace, insert_once
from lti_tool.certificates.issue.compose_facts import Award, compose_facts
from lti_tool.certificates.issue.read_done import read_done
from lti_tool.certificates.kinds.programme_certificate import ProgrammeCertificate
from lti_tool.certificates.kinds.stored_facts import facts_from_json, facts_to_json
from lti_tool.certificates.kinds.wording import statement
from lti_tool.certificates.office.save_letterhead import save_letterhead
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Facts, Issuer
from lti_tool.domain.documents.check_code import is_check_code
from lti_tool.domain.documents.letterhead import Letterhead, Signatory
from lti_tool.domain.documents.printed_name import NameRefused
from lti_tool.errors import Conflict
from lti_tool.models import (
    Attempt,
    Certificate,
    CertificateLetterhead,
    Course,
    CourseSettingsRow,
    Membership,
    RegistrationRow,
    User,
)
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import course_record_of, issue_if_due, name_and_issue

AddUser = Callable[..., int]
Complete = Callable[..., None]
SLUGS = [
    "grundlagen-und-strategie",
    "technologien-und-daten",
    "sicherheit-und-datenschutz",
    "beteiligung-und-vernetzung",
    "umsetzung-und-kommunikation",
]


def certificates(session: Session) -> list[Certificate]:
    return list(session.scalars(select(Certificate).order_by(Certificate.id)))


def test_the_last_completion_brings_the_certificate(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id = add_user(session)
    complete(session, user_id, SLUGS[:4])
    assert issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now) is None
    complete(session, user_id, SLUGS[4:])
    certificate_id = issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    assert certificate_id is not None
    assert [certificate.id for certificate in certificates(session)] == [certificate_id]


def test_the_facts_are_stored_as_they_were_at_issue(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id = add_user(session, name="Ays\u0327e  C\u0327elik")
    complete(session, user_id)
    issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    session.expire_all()
    certificate = certificates(session)[0]
    assert is_check_code(certificate.check_code)
    assert certificate.issued_at == now
    assert certificate.name == "Ayşe Çelik"
    assert (certificate.subject, certificate.serial, certificate.pdf_sha256) == ("programme", 1, None)
    facts = certificate.facts
    code = facts.pop("check_code")
    assert code == certificate.check_code
    assert facts.pop("verify_url").replace("-", "") == f"https://tool.example/verify/{code}"
    assert facts.pop("modules")[0] == {
        "number": 1,
        "title": "Digitale Transformation und Smart City in der Stadtentwicklung: Grundlagen und Strategie",
        "version": "2026.1",
        "completed_on": "2026-10-02",  # 22:30 UTC is past midnight in Germany
    }
    assert facts == {
        "programme_slug": "smart-city-manager",
        "format": 2,
        "kind": "certificate",
        "language": "de",
        "title": "",
        "topics": [],
        "began_on": None,
        "is_passed": False,
        "is_tested": True,
        "draft_title": "",
        "course": "",
        "valid_until": None,
        "signatories": [],
        "note": "",
        "accent": "",
        "logo": {"sha256": "", "alt": ""},
        "name": "Ayşe Çelik",
        "programme_title": "Smart-City-Manager:in",
        "hours": 11.5,  # 25 lessons of 10 + 12 minutes and 5 quizzes of 30 minutes: 11 h 40 min
        "issuer": {"name": "Musterakademie", "url": "https://akademie.example"},
        "issued_on": "2026-11-23",
    }


def test_issuing_again_gives_the_same_certificate(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id = add_user(session)
    complete(session, user_id)
    first = issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    again = issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now + timedelta(days=400))
    assert first == again
    assert len(certificates(session)) == 1


def test_completions_of_other_people_and_programmes_do_not_count(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id, other_id = add_user(session), add_user(session, name="Ole", sub="ole")
    complete(session, user_id, SLUGS[:3])
    complete(session, other_id, SLUGS[3:])
    assert issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now) is None
    assert issue_if_due(session, programme, user_id=other_id, issuer=issuer, now=now) is None


def test_a_hundred_simultaneous_calls_issue_one(
    database: Database, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    with database.write.begin() as session:
        user_id = add_user(session)
        complete(session, user_id)
    start = Barrier(20)

    def issue(number: int) -> int | None:
        if number < 20:
            start.wait(timeout=30)
        with database.write.begin() as session:
            return issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)

    with ThreadPoolExecutor(20) as pool:
        ids = list(pool.map(issue, range(100)))
    assert len(set(ids)) == 1
    assert ids[0] is not None
    with database.read() as session:
        assert len(certificates(session)) == 1


def test_of_two_last_completions_at_the_same_moment_one_issues(
    database: Database, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    for round_number in range(10):
        with database.write.begin() as session:
            user_id = add_user(session, sub=f"person-{round_number}")
            complete(session, user_id, SLUGS[:3])
        start = Barrier(2)

        def pass_last(slug: str, user_id: int = user_id, start: Barrier = start) -> int | None:
            start.wait(timeout=30)
            with database.write.begin() as session:
                complete(session, user_id, [slug])
                return issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)

        with ThreadPoolExecutor(2) as pool:
            ids = list(pool.map(pass_last, SLUGS[3:]))
        assert [found for found in ids if found is not None], "both transactions missed the other's completion"
        with database.read() as session:
            assert len(list(session.scalars(select(Certificate).where(Certificate.user_id == user_id)))) == 1


def test_the_database_itself_refuses_a_second_certificate_of_the_first_series(
    database: Database, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    # Two transactions that both look before either writes; the constraint decides, and the later one gets the earlier's id.
    if not database.is_postgresql:
        return  # SQLite has no second writer
    with database.write.begin() as session:
        user_id = add_user(session)
        complete(session, user_id)
    early = database.write()

    def facts_in(session: Session, name: str) -> Facts:
        done = read_done(session, programme, course_record_of(session, programme, user_id), user_id=user_id)
        (scope,) = ProgrammeCertificate().scopes(programme)
        return compose_facts(session, Award(ProgrammeCertificate(), scope, done, user_id, name), issuer=issuer, now=now)

    place = RegisterPlace(user_id, programme.slug, "programme")
    first = insert_once(early, place, facts_in(early, "A"), now=now)
    with ThreadPoolExecutor(1) as pool:

        def late() -> int:
            with database.write.begin() as session:
                facts = facts_in(session, "B")
                return insert_once(session, place, facts, now=now)

        waiting = pool.submit(late)
        early.commit()
        assert waiting.result(timeout=30) == first
    early.close()


@pytest.mark.parametrize("name", [None, "", "王小明", "🌻"])
def test_without_a_name_that_can_be_printed_nothing_is_issued(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime, name: str | None
) -> None:
    user_id = add_user(session, name=name)
    complete(session, user_id)
    assert issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now) is None
    assert certificates(session) == []


def test_giving_the_name_issues_what_waited_for_it(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id = add_user(session, name=None)
    complete(session, user_id)
    certificate_id = name_and_issue(session, programme, user_id=user_id, name=" Łukasz  Żółć ", issuer=issuer, now=now)
    assert [(row.id, row.name) for row in certificates(session)] == [(certificate_id, "Łukasz Żółć")]
    assert session.get_one(User, user_id).certificate_name == "Łukasz Żółć"


def test_a_name_given_early_waits_for_the_modules_and_can_still_be_changed(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id = add_user(session, name=None)
    assert name_and_issue(session, programme, user_id=user_id, name="Anna Gross", issuer=issuer, now=now) is None
    assert name_and_issue(session, programme, user_id=user_id, name="Anna Groß", issuer=issuer, now=now) is None
    complete(session, user_id)
    issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    assert certificates(session)[0].name == "Anna Groß"


def test_after_the_issue_the_name_is_fixed(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id = add_user(session, name=None)
    complete(session, user_id)
    name_and_issue(session, programme, user_id=user_id, name="Anna Groß", issuer=issuer, now=now)
    with pytest.raises(Conflict, match="schon ausgestellt"):
        name_and_issue(session, programme, user_id=user_id, name="Otto Klein", issuer=issuer, now=now)


def test_a_name_that_the_platform_vouches_for_cannot_be_replaced(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, now: datetime
) -> None:
    user_id = add_user(session, name="Ayşe Çelik")
    with pytest.raises(Conflict, match="Lernplattform"):
        name_and_issue(session, programme, user_id=user_id, name="Otto Klein", issuer=issuer, now=now)


def test_a_name_that_cannot_be_printed_is_not_stored(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, now: datetime
) -> None:
    user_id = add_user(session, name=None)
    with pytest.raises(NameRefused):
        name_and_issue(session, programme, user_id=user_id, name="王小明", issuer=issuer, now=now)
    assert session.get_one(User, user_id).certificate_name is None


def test_a_module_counts_for_24_months_and_a_quiz_passed_again_renews_it(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete
) -> None:
    user_id = add_user(session)
    complete(session, user_id)  # on 2 to 6 October 2026
    last_day = datetime(2028, 10, 2, 12, tzinfo=UTC)
    too_late = datetime(2028, 10, 3, 12, tzinfo=UTC)
    with session.begin_nested() as attempt:
        assert issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=last_day) is not None
        attempt.rollback()
    assert issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=too_late) is None
    session.add(
        Attempt(
            user_id=user_id,
            module_slug="grundlagen-und-strategie",
            number=2,
            seed=1,
            programme_version="2028.1",
            pass_mark_pct=70,
            started_at=too_late,
            submitted_at=too_late,
            points=9,
            points_possible=10,
            is_passed=True,
        )
    )
    session.flush()
    assert issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=too_late) is not None
    assert [module["version"] for module in certificates(session)[0].facts["modules"]] == [
        "2028.1", "2026.2", "2026.3", "2026.4", "2026.5",
    ]  # fmt: skip


def test_what_an_administrator_entered_is_printed_from_then_on(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id = add_user(session)
    complete(session, user_id)
    registration = RegistrationRow(
        id=1, platform_id=1, client_id="c", auth_login_url="x", token_url="x", jwks_url="x", created_at=now
    )
    session.add(registration)
    session.flush()
    course = Course(platform_id=1, context_id="7", registration_id=1, title="Kohorte Herbst", created_at=now, last_seen_at=now)
    session.add(course)
    session.flush()
    session.add(Membership(user_id=user_id, course_id=course.id, first_seen_at=now, last_seen_at=now))
    head = Letterhead(
        certificate_title="Zertifikat des Landes",
        issuer_name="Landesakademie",
        signatories=(Signatory("Dr. Renate Müller", "Leiterin"),),
        language="en",
        hours=40,
        valid_months=36,
        logo_alt="Landesakademie",
    )
    logo = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    save_letterhead(session, 1, head, logo=logo, changed_by_id=user_id, now=now)
    issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    facts = certificates(session)[0].facts
    assert (facts["title"], facts["issuer"]["name"], facts["language"]) == ("Zertifikat des Landes", "Landesakademie", "en")
    assert (facts["hours"], facts["valid_until"], facts["course"]) == (40, "2029-11-23", "Kohorte Herbst")
    assert facts["issuer"]["url"] == "https://akademie.example"  # what was left empty is the installation's
    session.delete(session.get_one(CertificateLetterhead, 1))
    assert find_logo(session, facts["logo"]["sha256"]) == logo.decode()


def test_a_course_that_the_person_teaches_is_not_named_on_their_certificate(
    session: Session, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime
) -> None:
    user_id = add_user(session)
    complete(session, user_id)
    session.add(
        RegistrationRow(id=1, platform_id=1, client_id="c", auth_login_url="x", token_url="x", jwks_url="x", created_at=now)
    )
    session.flush()
    for number, (title, roles) in enumerate((("Kohorte Herbst", "participant"), ("Kurs für Neue", "instructor"))):
        seen = now + timedelta(days=number)
        course = Course(platform_id=1, context_id=str(number), registration_id=1, title=title, created_at=now, last_seen_at=seen)
        session.add(course)
        session.flush()
        session.add(Membership(user_id=user_id, course_id=course.id, roles=roles, first_seen_at=now, last_seen_at=seen))
        if roles == "instructor":
            # It asks for more than the course that was learned in; that must not hold the certificate back.
            session.add(CourseSettingsRow(course_id=course.id, conditions="lessons practice quiz live", changed_at=now))
    session.flush()
    issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    assert [row.facts["course"] for row in certificates(session)] == ["Kohorte Herbst"]


def test_a_certificate_without_tests_claims_none(facts: Facts) -> None:
    untested = replace(facts, is_tested=False)
    assert statement(untested) == "hat alle fünf Module bearbeitet und das Programm abgeschlossen."
    assert "Lernerfolgskontrolle" in statement(facts)
    english = statement(replace(untested, language="en"))
    assert english == "has worked through all five modules and thereby completed the programme."
    assert facts_from_json(facts_to_json(untested)) == untested
