"""The life of a certificate: another name, a module's own document, and what happens when course or connection go."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.certificates.documents.letterheads import letterhead_of
from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.certificates.office.check_logo import check_logo
from lti_tool.certificates.office.reissue_certificate import reissue_certificate
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.certificates.office.save_letterhead import save_letterhead
from lti_tool.certificates.verify.verify_certificate import RegisterState
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.documents.letterhead import Letterhead, LetterheadRefused, Signatory, check_letterhead
from lti_tool.domain.people import Role
from lti_tool.models import (
    Attempt,
    Certificate,
    CertificateLetterhead,
    Course,
    LessonProgress,
    Membership,
    RegistrationRow,
    User,
)
from lti_tool.models.database import Database
from lti_tool.platforms.registering.registrations import remove_registration
from lti_tool.progress.certificate_due import issue_if_due
from tests.certificates.screens import Person, words_of

Come = Callable[..., Person]


@pytest.fixture
def course(database: Database, now: datetime, person: Come) -> int:
    """A course with Ayşe (user 1), who holds the certificate's conditions, and Ole, who teaches (user 2)."""
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
def come(app: Flask, now: datetime) -> Callable[..., Person]:
    """Give a function that brings a stored person into a course."""

    def come_in(user_id: int, role: Role, course_id: int) -> Person:
        return Person(app, user_id, now, roles=frozenset({role}), course_id=course_id)

    return come_in


@pytest.fixture
def ayse(course: int, come: Come, database: Database, programme: Programme, issuer: Issuer, now: datetime) -> Person:
    with database.write.begin() as session:
        assert issue_if_due(session, programme, user_id=1, issuer=issuer, now=now) == 1
    return come(1, Role.PARTICIPANT, course)


# --- another name ------------------------------------------------------------------------------------------------------


def test_a_name_typed_wrong_is_asked_for_approved_and_issued_anew(
    ayse: Person, come: Come, course: int, database: Database
) -> None:
    form = ayse.get("/certificates/1/name")
    assert "Ayşe Çelik" in words_of(form)
    sent = ayse.post("/certificates/1/name", form, name="Ayşe  Yılmaz", reason="Heirat")
    assert sent.status_code == 303
    assert "Sie haben um den Namen „Ayşe Yılmaz“ gebeten." in words_of(ayse.get("/certificates"))
    ole = come(2, Role.INSTRUCTOR, course)
    office = ole.get("/course/certificates")
    assert "Bisheriger Name Ayşe Çelik Gewünschter Name Ayşe Yılmaz Grund Heirat" in words_of(office)
    ole.post("/course/certificates/names/1", office, decision="approve")
    assert "Ayşe Yılmaz" in words_of(ayse.get("/certificates"))
    with database.read() as session:
        old, new = list_certificates(session)
    assert (old.facts.name, old.replaced_by_id) == ("Ayşe Çelik", new.id)
    assert (new.facts.name, new.serial, new.pdf_sha256 is not None) == ("Ayşe Yılmaz", 2, True)
    assert "Zurzeit gibt es keine." in words_of(ole.get("/course/certificates"))


def test_one_wish_changes_all_valid_documents_with_the_old_name(
    ayse: Person, come: Come, course: int, database: Database, programme: Programme, now: datetime
) -> None:
    with database.write.begin() as session:
        for module in programme.modules[:2]:
            for lesson in module.lessons:
                session.add(
                    LessonProgress(
                        user_id=1, module_slug=module.slug, lesson_code=lesson.code, programme_version="1", opened_at=now,
                        completed_at=now,
                    )
                )  # fmt: skip
    for module in programme.modules[:2]:
        ayse.post(f"/certificates/participation/{module.slug}", ayse.get("/certificates"))
    with database.write.begin() as session:
        assert len(list_certificates(session)) == 3
        revoke_certificate(session, list_certificates(session)[1].code, reason="x", now=now)
    for document in (1, 3):
        ayse.post(
            f"/certificates/{document}/name", ayse.get(f"/certificates/{document}/name"), name="Ayşe Yılmaz", reason="Heirat"
        )
    ole = come(2, Role.INSTRUCTOR, course)
    ole.post("/course/certificates/names/1", ole.get("/course/certificates"), decision="approve")
    with database.read() as session:
        found = [(each.facts.name, each.state.value) for each in list_certificates(session)]
    assert found == [
        ("Ayşe Çelik", "replaced"), ("Ayşe Çelik", "revoked"), ("Ayşe Çelik", "replaced"),
        ("Ayşe Yılmaz", "valid"), ("Ayşe Yılmaz", "valid"),
    ]  # fmt: skip
    # The same wish for the other document is answered with it.
    assert "Zurzeit gibt es keine." in words_of(ole.get("/course/certificates"))
    assert "Zum neuen Dokument" in words_of(ayse.get("/certificates"))


def test_a_wish_is_met_although_the_document_was_followed_by_another_meanwhile(
    ayse: Person, come: Come, course: int, database: Database, issuer: Issuer, now: datetime
) -> None:
    ayse.post("/certificates/1/name", ayse.get("/certificates/1/name"), name="Ayşe Yılmaz", reason="Heirat")
    with database.write.begin() as session:
        reissue_certificate(session, list_certificates(session)[0].code, issuer=issuer, now=now)
    ole = come(2, Role.INSTRUCTOR, course)
    answer = ole.post("/course/certificates/names/1", ole.get("/course/certificates"), decision="approve")
    assert answer.status_code == 303
    with database.read() as session:
        assert [each.facts.name for each in list_certificates(session)] == ["Ayşe Çelik", "Ayşe Çelik", "Ayşe Yılmaz"]


def test_a_refused_name_comes_with_its_reason(ayse: Person, come: Come, course: int, database: Database) -> None:
    ayse.post("/certificates/1/name", ayse.get("/certificates/1/name"), name="Otto Klein", reason="so halt")
    ole = come(2, Role.INSTRUCTOR, course)
    office = ole.get("/course/certificates")
    without_reason = ole.post("/course/certificates/names/1", office, decision="refuse")
    assert (without_reason.status_code, "Bitte nennen Sie den Grund der Ablehnung" in words_of(without_reason)) == (400, True)
    ole.post("/course/certificates/names/1", office, decision="refuse", answer="Bitte eine Urkunde zeigen.")
    assert "wurde abgelehnt: Bitte eine Urkunde zeigen." in words_of(ayse.get("/certificates"))
    with database.read() as session:
        assert [entry.facts.name for entry in list_certificates(session)] == ["Ayşe Çelik"]


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [("王", "x", "王"), ("Ayşe Çelik", "x", "So steht der Name schon"), ("Ayşe Yılmaz", " ", "Bitte nennen Sie den Grund")],
)
def test_a_wish_that_cannot_be_met_is_explained(ayse: Person, name: str, reason: str, words: str) -> None:
    page = ayse.post("/certificates/1/name", ayse.get("/certificates/1/name"), name=name, reason=reason)
    assert page.status_code == 422
    assert words in words_of(page)


def test_a_name_that_cannot_be_set_goes_to_the_instructors_and_is_spelt_anew(
    ayse: Person, come: Come, course: int, database: Database
) -> None:
    with database.write.begin() as session:
        row = session.get_one(Certificate, 1)
        row.facts = {**row.facts, "name": "Ayşe Ɡ王"}
    assert "Das Dokument braucht noch einen Menschen" in words_of(ayse.get("/certificates"))
    ole = come(2, Role.INSTRUCTOR, course)
    office = ole.get("/course/certificates")
    assert "Was fehlt Die Druckschrift hat das Zeichen „王“ nicht." in words_of(office)
    refused = ole.post("/course/certificates/1/spelling", office, name="王")
    assert (refused.status_code, "kann das Zertifikat nicht drucken" in words_of(refused)) == (422, True)
    assert ole.post("/course/certificates/1/spelling", office, name="Ayşe Wang").status_code == 303
    assert "Herunterladen (PDF" in ayse.get("/certificates").text
    with database.read() as session:
        old, new = list_certificates(session)
    assert (old.replaced_by_id, new.facts.name, new.pdf_sha256 is not None) == (new.id, "Ayşe Wang", True)
    assert "Diese Dokumente brauchen Ihre Hilfe" not in words_of(ole.get("/course/certificates"))
    assert ole.post("/course/certificates/1/spelling", office, name="Ayşe Wang").status_code == 404


def test_an_instructor_of_another_course_helps_nobody_here(
    ayse: Person, come: Come, course: int, database: Database, now: datetime
) -> None:
    with database.write.begin() as session:
        session.get_one(Certificate, 1).problem = "Die Druckschrift hat das Zeichen „王“ nicht."
        session.add(Course(id=99, platform_id=1, context_id="8", registration_id=1, created_at=now, last_seen_at=now))
    stranger = come(2, Role.ADMINISTRATOR, 99)
    assert "Diese Dokumente brauchen Ihre Hilfe" not in words_of(stranger.get("/course/certificates"))
    form = stranger.get("/course/certificates/letterhead")
    assert stranger.post("/course/certificates/1/spelling", form, name="Otto Klein").status_code == 404


def test_nobody_asks_for_a_name_on_another_persons_certificate(ayse: Person, come: Come, course: int) -> None:
    ole = come(2, Role.ADMINISTRATOR, course)
    assert ole.get("/certificates/1/name").status_code == 404
    own_form = ole.get("/course/certificates/letterhead")
    assert ole.post("/certificates/1/name", own_form, name="X Y", reason="x").status_code == 404


def test_an_instructor_of_another_course_decides_nothing(
    ayse: Person, come: Come, course: int, database: Database, now: datetime
) -> None:
    ayse.post("/certificates/1/name", ayse.get("/certificates/1/name"), name="Ayşe Yılmaz", reason="Heirat")
    with database.write.begin() as session:
        other = Course(platform_id=1, context_id="8", registration_id=1, created_at=now, last_seen_at=now)
        session.add(other)
        session.flush()
        other_id = other.id
    ole = come(2, Role.INSTRUCTOR, other_id)
    office = ole.get("/course/certificates")
    assert "Zurzeit gibt es keine." in words_of(office)
    form = come(2, Role.ADMINISTRATOR, other_id)
    page = form.get("/course/certificates/letterhead")
    assert form.post("/course/certificates/names/1", page, decision="approve").status_code == 404
    with database.read() as session:
        assert len(list_certificates(session)) == 1


def test_participants_do_not_see_the_office(ayse: Person) -> None:
    for path in ("/course/certificates", "/course/certificates/letterhead", "/course/certificates/preview.pdf"):
        assert ayse.get(path).status_code == 403


# --- Teilnahmebescheinigung --------------------------------------------------------------------------------------------

SLUG = "beteiligung-und-vernetzung"


def read_lessons(database: Database, programme: Programme, now: datetime, *, but: int = 0) -> None:
    module = next(module for module in programme.modules if module.slug == SLUG)
    with database.write.begin() as session:
        for number, lesson in enumerate(module.lessons[: len(module.lessons) - but]):
            at = now - timedelta(days=10 - number)
            session.add(
                LessonProgress(
                    user_id=1,
                    module_slug=SLUG,
                    lesson_code=lesson.code,
                    programme_version="2026.1",
                    opened_at=at,
                    completed_at=at,
                )
            )


def pass_quiz(database: Database, now: datetime) -> None:
    with database.write.begin() as session:
        session.add(
            Attempt(
                user_id=1,
                module_slug=SLUG,
                number=1,
                seed=1,
                programme_version="2026.1",
                pass_mark_pct=70,
                started_at=now,
                submitted_at=now,
                points=9,
                points_possible=10,
                is_passed=True,
            )
        )


def test_a_module_whose_lessons_are_read_gets_its_own_document(
    person: Come, database: Database, programme: Programme, now: datetime
) -> None:
    ayse = person(slugs=[])
    read_lessons(database, programme, now, but=1)
    assert "Modul 4: Beteiligung und Vernetzung – noch eine Lektion" in words_of(ayse.get("/certificates"))
    read_lessons_last(database, programme, now)
    page = ayse.get("/certificates")
    assert "Modul 4: Beteiligung und Vernetzung Ausstellen" in words_of(page)
    assert ayse.post(f"/certificates/participation/{SLUG}", page).status_code == 303
    assert "Herunterladen (PDF" in ayse.get("/certificates").text
    with database.read() as session:
        entry = list_certificates(session)[0]
    facts = entry.facts
    assert (facts.kind, facts.is_passed, [module.number for module in facts.modules]) == ("participation", False, [4])
    assert facts.hours == 2.0  # five lessons of 10 + 12 minutes
    assert (str(facts.began_on), str(facts.modules[0].completed_on)) == ("2026-11-13", "2026-11-17")
    assert entry.pdf_sha256 is not None
    assert "Teilnahmebescheinigung Beteiligung und Vernetzung Gültig" in words_of(ayse.get("/certificates"))


def read_lessons_last(database: Database, programme: Programme, now: datetime) -> None:
    module = next(module for module in programme.modules if module.slug == SLUG)
    at = now - timedelta(days=6)
    with database.write.begin() as session:
        session.add(
            LessonProgress(
                user_id=1,
                module_slug=SLUG,
                lesson_code=module.lessons[-1].code,
                programme_version="2026.1",
                opened_at=at,
                completed_at=at,
            )
        )


def test_once_the_test_is_passed_it_is_issued_anew_and_says_so(
    person: Come, database: Database, programme: Programme, now: datetime
) -> None:
    ayse = person(slugs=[])
    read_lessons(database, programme, now)
    ayse.post(f"/certificates/participation/{SLUG}", ayse.get("/certificates"))
    pass_quiz(database, now)
    page = ayse.get("/certificates")
    assert "Neu ausstellen, mit bestandener Lernerfolgskontrolle" in words_of(page)
    ayse.post(f"/certificates/participation/{SLUG}", page)
    ayse.post(f"/certificates/participation/{SLUG}", page)  # again: nothing more happens
    with database.read() as session:
        old, new = list_certificates(session)
    assert (old.facts.is_passed, new.facts.is_passed, old.replaced_by_id) == (False, True, new.id)
    assert new.facts.hours == 2.5  # with the quiz


def test_issue_672_nothing_is_issued_before_the_conditions_are_really_met(
    person: Come, database: Database, programme: Programme, now: datetime
) -> None:
    ayse = person(slugs=[])
    read_lessons(database, programme, now)
    page = ayse.get("/certificates")
    with database.write.begin() as session:
        session.delete(session.scalars(select(LessonProgress)).first())
    refused = ayse.post(f"/certificates/participation/{SLUG}", page)
    assert refused.status_code == 409
    with database.read() as session:
        assert list_certificates(session) == []


# --- revocation --------------------------------------------------------------------------------------------------------

REVOCATION = "/course/certificates/revocation"


def test_an_administrator_revokes_after_having_seen_what(ayse: Person, come: Come, course: int, database: Database) -> None:
    admin = come(2, Role.ADMINISTRATOR, course)
    with database.read() as session:
        code = list_certificates(session)[0].code
    shown = admin.post(REVOCATION, admin.get(REVOCATION), code=code.lower(), reason="Täuschung")
    assert "Name Ayşe Çelik" in words_of(shown)
    with database.read() as session:
        assert list_certificates(session)[0].state == RegisterState.VALID
    done = admin.post(REVOCATION, shown, code=code, reason="Täuschung", step="revoke")
    assert (done.status_code, done.headers["Location"].partition("?")[0]) == (303, REVOCATION)
    with database.read() as session:
        entry = list_certificates(session)[0]
    assert (entry.state, entry.revocation_reason) == (RegisterState.REVOKED, "Täuschung")
    assert "Täuschung" in words_of(ayse.get("/certificates"))
    again = admin.post(REVOCATION, shown, code=code, reason="x", step="revoke")
    assert (again.status_code, "Dieses Dokument gilt schon nicht mehr." in words_of(again)) == (409, True)


@pytest.mark.parametrize("step", ["look", "revoke"])
def test_a_revocation_without_reason_or_with_a_wrong_code_keeps_what_was_typed(
    ayse: Person, come: Come, course: int, database: Database, step: str
) -> None:
    admin = come(2, Role.ADMINISTRATOR, course)
    with database.read() as session:
        code = list_certificates(session)[0].code
    silent = admin.post(REVOCATION, admin.get(REVOCATION), code=code, reason=" ", step=step)
    assert (silent.status_code, f'value="{code}"' in silent.text) == (400, True)
    empty = admin.post(REVOCATION, silent, code=" ", reason="Täuschung", step=step)
    assert (empty.status_code, "Bitte geben Sie den Prüfcode ein." in words_of(empty)) == (400, True)
    wrong = admin.post(REVOCATION, silent, code="3QF8", reason="Täuschung", step=step)
    assert (wrong.status_code, 'value="Täuschung"' in wrong.text) == (400, True)
    with database.read() as session:
        assert list_certificates(session)[0].state == RegisterState.VALID


def test_an_administrator_of_another_course_and_an_instructor_revoke_nothing(
    ayse: Person, come: Come, course: int, database: Database, now: datetime
) -> None:
    with database.write.begin() as session:
        code = list_certificates(session)[0].code
        other = Course(platform_id=1, context_id="8", registration_id=1, title="Andere", created_at=now, last_seen_at=now)
        session.add(other)
        session.flush()
        other_id = other.id
    assert come(2, Role.INSTRUCTOR, course).get(REVOCATION).status_code == 403
    stranger = come(2, Role.ADMINISTRATOR, other_id)
    refused = stranger.post(REVOCATION, stranger.get(REVOCATION), code=code, reason="x", step="revoke")
    assert refused.status_code == 404
    assert "Ayşe" not in words_of(refused)
    own = come(1, Role.ADMINISTRATOR, course)
    assert own.post(REVOCATION, own.get(REVOCATION), code=code, reason="x", step="revoke").status_code == 409
    with database.read() as session:
        assert list_certificates(session)[0].state == RegisterState.VALID


# --- course and connection go ------------------------------------------------------------------------------------------


def test_issue_670_certificates_stay_when_the_course_is_deleted(
    ayse: Person, course: int, database: Database, come: Come
) -> None:
    ayse.get("/certificates")
    with database.write.begin() as session:
        session.delete(session.get_one(Course, course))
    with database.read() as session:
        entry = list_certificates(session)[0]
    assert (entry.user_id, entry.pdf_sha256 is not None) == (1, True)


def test_issue_765_certificates_stay_when_the_registration_is_removed(ayse: Person, database: Database, app: Flask) -> None:
    ayse.get("/certificates")
    with database.write.begin() as session:
        remove_registration(session, 1)
    with database.read() as session:
        entry = list_certificates(session)[0]
        assert session.scalars(select(RegistrationRow)).all() == []
    answer = app.test_client().get(f"/verify/{entry.code}")
    assert answer.status_code == 200
    assert "Dieses Dokument ist echt und gültig" in words_of(answer)


def test_issue_159_certificates_of_a_deleted_user_still_verify(ayse: Person, database: Database, app: Flask) -> None:
    with database.write.begin() as session:
        code = list_certificates(session)[0].code
        session.delete(session.get_one(User, 1))
    assert "Dieses Dokument ist echt und gültig" in words_of(app.test_client().get(f"/verify/{code}"))


# --- letterhead --------------------------------------------------------------------------------------------------------

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#0b6e4f"/></svg>'


def test_an_administrator_dresses_the_documents_and_sees_how_they_look(course: int, come: Come, database: Database) -> None:
    admin = come(2, Role.ADMINISTRATOR, course)
    form = admin.get("/course/certificates/letterhead")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', form.text)[0]
    typed = {"issuer_name": "Landesakademie", "accent": "#0B6E4F", "signatory_0": "Dr. Müller", "role_0": "Leiterin",
             "language": "en", "hours": "40,5", "logo_alt": "Landesakademie"}  # fmt: skip
    saved = admin.client.post(
        f"/course/certificates/letterhead?v={admin.visit}",
        data={"csrf_token": token, **typed, "logo": (io.BytesIO(LOGO), "logo.svg")},
        base_url="https://localhost",
    )
    assert saved.status_code == 303
    with database.read() as session:
        stored = session.get_one(CertificateLetterhead, 1).letterhead
    assert (stored["accent"], stored["hours"], stored["signatories"]) == (
        "#0b6e4f", 40.5, [{"name": "Dr. Müller", "role": "Leiterin"}],
    )  # fmt: skip
    for kind in ("certificate", "participation"):
        page = admin.client.get(f"/course/certificates/preview.pdf?kind={kind}&v={admin.visit}", base_url="https://localhost")
        assert page.content_type == "application/pdf"
        assert page.data.startswith(b"%PDF-1.7")
    with database.read() as session:
        assert session.scalars(select(Certificate)).all() == []


def test_cve_2026_30884_the_letterhead_of_one_registration_dresses_no_other(
    course: int, come: Come, database: Database, issuer: Issuer, now: datetime
) -> None:
    with database.write.begin() as session:
        session.add(
            RegistrationRow(id=2, platform_id=1, client_id="d", auth_login_url="x", token_url="x", jwks_url="x", created_at=now)
        )
        session.flush()
        save_letterhead(session, 2, Letterhead(issuer_name="Nachbarakademie"), logo=None, changed_by_id=2, now=now)
    admin = come(2, Role.ADMINISTRATOR, course)
    form = admin.get("/course/certificates/letterhead")
    assert "Nachbarakademie" not in form.text
    admin.post("/course/certificates/letterhead", form, issuer_name="Landesakademie", registration_id="2")
    with database.read() as session:
        assert [letterhead_of(session, number).issuer_name for number in (1, 2)] == ["Landesakademie", "Nachbarakademie"]


def test_an_instructor_looks_at_previews_but_does_not_change_the_letterhead(course: int, come: Come) -> None:
    ole = come(2, Role.INSTRUCTOR, course)
    assert ole.get("/course/certificates/preview.pdf").status_code == 200
    assert ole.get("/course/certificates/letterhead").status_code == 403


@pytest.mark.parametrize(
    "head",
    [
        Letterhead(accent="#ffee00"),
        Letterhead(accent="red"),
        Letterhead(issuer_url="javascript:alert(1)"),
        Letterhead(note="zwei\nZeilen"),
        Letterhead(note="x" * 201),
        Letterhead(language="fr"),
        Letterhead(hours=0.1),
        Letterhead(valid_months=-1),
        Letterhead(signatories=(Signatory("A"), Signatory("B"), Signatory("C"), Signatory("D"))),
        Letterhead(logo_sha256="x"),
    ],
)
def test_a_letterhead_that_cannot_be_printed_is_refused(head: Letterhead) -> None:
    with pytest.raises(LetterheadRefused):
        check_letterhead(head)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='1'/>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='https://elsewhere.example/x.png'/></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><use href='https://elsewhere.example/x.svg#a'/></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><path style='fill:url(https://elsewhere.example)'/></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><foreignObject/></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><text>A</text></svg>",
        b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html/>",
        b"\x89PNG",
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g/>" * 20000 + b"</svg>",
    ],
)
def test_a_logo_that_is_more_than_a_drawing_is_refused(content: bytes) -> None:
    with pytest.raises(LetterheadRefused):
        check_logo(content)


def test_a_template_of_the_operators_own_fetches_nothing(tmp_path: Path, issuer: Issuer, now: datetime) -> None:
    from lti_tool.certificates.documents.typeset import typeset
    from lti_tool.domain.documents.certificate import Facts

    facts = Facts("A", "P", (), 1, "I", "", now.date(), "x", "https://tool.example/verify/x")
    template = tmp_path / "own.typ"
    for wish in ('#import "@preview/cetz:0.3.0"', '#read("/etc/passwd")', '#read("../secret")'):
        template.write_text(f"#set document(title: [x])\n{wish}")
        with pytest.raises(Exception, match=r"(?i)package|not found|denied|outside|failed|root"):
            typeset(facts, issued_at=now, template=template)
    template.write_text("#let words = json(bytes(sys.inputs.words))\n#set document(title: words.name)\n#words.name")
    assert typeset(facts, issued_at=now, template=template).startswith(b"%PDF")
