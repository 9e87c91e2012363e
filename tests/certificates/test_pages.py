import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from lti_tool import bootstrap
from lti_tool.certificates.issue_certificate import issue_certificate
from lti_tool.certificates.register import list_certificates
from lti_tool.certificates.revoke_certificate import revoke_certificate
from lti_tool.domain.certificate import Issuer, new_check_code
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.programme import Programme
from lti_tool.models import Certificate, Registration
from lti_tool.models.database import Database
from lti_tool.settings import Settings
from lti_tool.web import assets, browser_session, errors, headers, language
from lti_tool.web.pages import certificates, verify

AddUser = Callable[..., int]
Complete = Callable[..., None]
TEMPLATES = Path(__file__).parent.parent.parent / "templates"


@pytest.fixture
def app(database: Database, database_url: str, programme: Programme, tmp_path: Path, now: datetime) -> Iterator[Flask]:
    """The two page modules, with what every page stands on."""
    settings = Settings(
        database_url=database_url, data_dir=tmp_path, public_url="https://tool.example", issuer_name="Musterakademie"
    )
    built = bootstrap.build(settings)
    app = Flask("lti_tool", static_folder=None, template_folder=str(TEMPLATES))
    app.extensions["parts"] = replace(built, programme=programme, now=lambda: now)
    for room in (assets, language, browser_session, headers, errors):
        room.set_up(app)
    modules = Blueprint("modules", __name__)
    modules.add_url_rule("/modules", "overview", lambda: "")
    for blueprint in (certificates.blueprint, verify.blueprint, modules):
        app.register_blueprint(blueprint)
    app.jinja_env.globals["in_language"] = lambda wish: f"?lang={wish}"
    yield app
    built.database.close()


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Someone without login."""
    return app.test_client()


class Person:
    """A participant in their browser."""

    def __init__(self, app: Flask, user_id: int, now: datetime) -> None:
        visitor = Visitor(user_id, 1, 1, 1, None, None, None, frozenset({Role.PARTICIPANT}), "de", "https://lms.example")
        self.client = app.test_client()
        with app.test_request_context():
            response = Response()
            self.visit = browser_session.open_visit(response, visitor, now=now)
        name, _, value = response.headers["Set-Cookie"].partition(";")[0].partition("=")
        self.client.set_cookie(name, value, secure=True, domain="localhost")

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"{path}?v={self.visit}", base_url="https://localhost")

    def post(self, path: str, page: TestResponse, **form: str) -> TestResponse:
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
        return self.client.post(f"{path}?v={self.visit}", data={"csrf_token": token, **form}, base_url="https://localhost")


@pytest.fixture
def person(app: Flask, database: Database, now: datetime, add_user: AddUser, complete: Complete) -> Callable[..., Person]:
    """Give a function that brings somebody in."""

    def come_in(name: str | None = "Ayşe Çelik", *, sub: str = "ayse", slugs: list[str] | None = None) -> Person:
        with database.write.begin() as session:
            user_id = add_user(session, name=name, sub=sub)
            complete(session, user_id) if slugs is None else complete(session, user_id, slugs)
            if session.get(Registration, 1) is None:
                addresses = dict.fromkeys(("auth_login_url", "token_url", "jwks_url"), "https://lms.example/x")
                session.add(Registration(id=1, platform_id=1, client_id="c", created_at=now, **addresses))
        return Person(app, user_id, now)

    return come_in


@pytest.fixture
def code(database: Database, programme: Programme, issuer: Issuer, add_user: AddUser, complete: Complete, now: datetime) -> str:
    """The check code of a valid certificate, in groups."""
    with database.write.begin() as session:
        user_id = add_user(session, sub="holder")
        complete(session, user_id)
        issue_certificate(session, programme, user_id=user_id, issuer=issuer, now=now)
        return list_certificates(session)[0].code


def words_of(page: TestResponse) -> str:
    """Give the text of a page's main part, without markup."""
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def issue_for(database: Database, programme: Programme, issuer: Issuer, sub_id: int, now: datetime) -> int:
    with database.write.begin() as session:
        certificate_id = issue_certificate(session, programme, user_id=sub_id, issuer=issuer, now=now)
    assert certificate_id is not None
    return certificate_id


# --- verification ----------------------------------------------------------------------------------------------------


def test_anyone_sees_that_a_certificate_is_valid(stranger: FlaskClient, code: str) -> None:
    page = stranger.get(f"/verify/{code}")
    assert page.status_code == 200
    assert words_of(page) == (
        "Nachweis prüfen Dieses Zertifikat ist echt und gültig "
        "Vergleichen Sie die Angaben mit dem Papier. Sie müssen genau übereinstimmen. "
        "Name Ayşe Çelik Art Zertifikat Smart-City-Manager:in Ausgestellt am 23. November 2026 "
        f"Prüfcode {code} Anderen Code prüfen"
    )


def test_the_verification_page_is_kept_by_nobody_and_framed_by_nobody(stranger: FlaskClient, code: str) -> None:
    answer = stranger.get(f"/verify/{code}")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in answer.headers


def test_a_revoked_certificate_is_shown_as_revoked(stranger: FlaskClient, database: Database, code: str, now: datetime) -> None:
    with database.write.begin() as session:
        revoke_certificate(session, code, reason="Täuschung", now=now)
    text = words_of(stranger.get(f"/verify/{code}"))
    assert "wurde widerrufen Es ist echt, gilt aber seit dem 23. November 2026 nicht mehr." in text
    assert "Täuschung" not in text
    assert "gültig" not in text


def test_an_unknown_code_is_not_called_a_typing_error(stranger: FlaskClient) -> None:
    page = stranger.get(f"/verify/{new_check_code()}")
    assert page.status_code == 404
    assert "Zu diesem Prüfcode gibt es kein Zertifikat" in words_of(page)


def test_a_mistyped_code_can_be_corrected_at_once(stranger: FlaskClient, code: str) -> None:
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    page = stranger.get(f"/verify/{wrong}")
    assert page.status_code == 400
    assert f'value="{wrong}"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert "<title>Fehler: " in page.text
    assert "mindestens ein Zeichen falsch oder vertauscht" in words_of(page)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("3QF8", "27 Zeichen"), ("UUUU-UUUU", "kein Prüfcode hat"), ("%3Cscript%3E", "kein Prüfcode")],
)
def test_each_typing_error_is_explained(stranger: FlaskClient, typed: str, words: str) -> None:
    page = stranger.get(f"/verify/{typed}")
    assert page.status_code == 400
    assert words in words_of(page)
    assert "<script>" not in page.text


def test_the_form_leads_to_the_codes_own_address(stranger: FlaskClient, code: str) -> None:
    answer = stranger.get("/verify", query_string={"code": f" {code.lower().replace('-', ' ')} "})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/verify/{code}"


def test_the_form_takes_the_address_under_the_qr_code(stranger: FlaskClient, code: str) -> None:
    answer = stranger.get("/verify", query_string={"code": f"https://tool.example/verify/{code}"})
    assert answer.headers["Location"] == f"/verify/{code}"


def test_an_empty_form_is_asked_for_its_code(stranger: FlaskClient) -> None:
    assert stranger.get("/verify").status_code == 200
    page = stranger.get("/verify?code=%20")
    assert page.status_code == 400
    assert "Der Prüfcode fehlt" in words_of(page)


def test_software_gets_the_same_facts_as_json(stranger: FlaskClient, code: str) -> None:
    answer = stranger.get(f"/verify/{code}", headers={"Accept": "application/json"})
    assert answer.headers["Vary"] == "Accept"
    assert answer.json == {
        "code": code,
        "status": "valid",
        "name": "Ayşe Çelik",
        "type": "Zertifikat Smart-City-Manager:in",
        "issued_on": "2026-11-23",
    }


def test_software_is_told_of_revoked_unknown_and_mistyped_codes(
    stranger: FlaskClient, database: Database, code: str, now: datetime
) -> None:
    with database.write.begin() as session:
        revoke_certificate(session, code, reason="Täuschung", now=now)
    accept = {"Accept": "application/json"}
    revoked = stranger.get(f"/verify/{code}", headers=accept)
    assert (revoked.status_code, (revoked.json or {})["status"], (revoked.json or {})["ended_on"]) == (
        200,
        "revoked",
        "2026-11-23",
    )
    unknown = stranger.get(f"/verify/{new_check_code()}", headers=accept)
    assert (unknown.status_code, (unknown.json or {})["status"]) == (404, "unknown")
    mistyped = stranger.get("/verify/abc", headers=accept)
    assert (mistyped.status_code, mistyped.json) == (400, {"code": "ABC", "status": "mistyped", "error": "length"})


def test_a_name_on_the_verification_page_is_text(stranger: FlaskClient, database: Database, code: str) -> None:
    with database.write.begin() as session:
        session.scalars(select(Certificate)).one().name = "<b>Anna</b>"
    page = stranger.get(f"/verify/{code}")
    assert "&lt;b&gt;Anna&lt;/b&gt;" in page.text


# --- one's own certificates ------------------------------------------------------------------------------------------


def test_without_a_visit_there_is_nothing_to_see(stranger: FlaskClient) -> None:
    assert stranger.get("/certificates").status_code == 403
    assert stranger.get("/certificates/1.pdf").status_code == 403
    assert stranger.get("/certificates/name").status_code == 403


def test_the_page_says_what_is_missing_and_how_to_go_on(person: Callable[..., Person]) -> None:
    text = words_of(person(slugs=["grundlagen-und-strategie", "beteiligung-und-vernetzung"]).get("/certificates"))
    assert "Sie haben 2 von 5." in text
    assert "Modul 2: Technologien und Daten für die smarte Kommune" in text
    assert "Modul 4" not in text
    assert "Weiter lernen" in text


def test_a_person_downloads_their_document_as_it_was_stored(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    certificate_id = issue_for(database, programme, issuer, 1, now)
    assert "Zertifikat herunterladen (PDF, " in words_of(ayse.get("/certificates"))
    answer = ayse.get(f"/certificates/{certificate_id}.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Zertifikat-smart-city-manager.pdf"'
    with database.read() as session:
        stored = session.get_one(Certificate, certificate_id)
        assert hashlib.sha256(answer.data).hexdigest() == stored.pdf_sha256
        assert answer.data == stored.pdf


def test_another_persons_document_is_not_found(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse, ole = person(), person("Ole Olsen", sub="ole")
    hers, his = issue_for(database, programme, issuer, 1, now), issue_for(database, programme, issuer, 2, now)
    ayse.get("/certificates")
    ole.get("/certificates")
    assert ayse.get(f"/certificates/{hers}.pdf").status_code == 200
    assert ayse.get(f"/certificates/{his}.pdf").status_code == 404
    assert ole.get(f"/certificates/{hers}.pdf").status_code == 404
    assert ole.get("/certificates/4711.pdf").status_code == 404


def test_the_name_is_asked_for_shown_as_printed_and_then_issued(person: Callable[..., Person], database: Database) -> None:
    someone = person(None)
    assert "fehlt nur noch Ihr Name" in words_of(someone.get("/certificates"))
    form = someone.get("/certificates/name")
    assert "kann nur noch die Kursleitung den Namen ändern" in words_of(form)
    preview = someone.post("/certificates/name", form, name="  Łukasz   Żółć ", step="preview")
    assert "Zertifikat Łukasz Żółć Prüfen Sie jeden Buchstaben." in words_of(preview)
    with database.read() as session:
        assert list_certificates(session) == []
    done = someone.post("/certificates/name", preview, name="Łukasz Żółć", step="confirm")
    assert (done.status_code, done.headers["Location"]) == (303, f"/certificates?v={someone.visit}")
    with database.read() as session:
        entry = list_certificates(session)[0]
    assert entry.facts.name == "Łukasz Żółć"
    assert entry.pdf_sha256 is not None


def test_from_the_preview_one_can_go_back_and_change(person: Callable[..., Person]) -> None:
    someone = person(None)
    preview = someone.post("/certificates/name", someone.get("/certificates/name"), name="Łukasz Zolc", step="preview")
    form = someone.post("/certificates/name", preview, name="Łukasz Zolc", step="change")
    assert 'value="Łukasz Zolc"' in form.text


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Es fehlt der Name."), ("王小明", "Das Zeichen „王“ kann das Zertifikat nicht")]
)
def test_a_refused_name_is_explained_above_and_at_the_field(person: Callable[..., Person], typed: str, words: str) -> None:
    someone = person(None)
    page = someone.post("/certificates/name", someone.get("/certificates/name"), name=typed, step="confirm")
    assert page.status_code == 422
    assert "<title>Fehler: " in page.text
    assert words_of(page).count(words) == 2
    assert 'href="#name"' in page.text
    assert 'aria-describedby="name-hint name-error" aria-invalid="true"' in page.text
    assert f'value="{typed}"' in page.text


def test_a_name_without_the_forms_token_is_refused(person: Callable[..., Person]) -> None:
    someone = person(None)
    answer = someone.client.post(
        f"/certificates/name?v={someone.visit}", data={"name": "Otto", "step": "confirm"}, base_url="https://localhost"
    )
    assert answer.status_code == 403


def test_who_has_a_name_from_the_platform_is_not_asked(person: Callable[..., Person]) -> None:
    ayse = person(slugs=[])
    assert ayse.get("/certificates/name").headers["Location"] == f"/certificates?v={ayse.visit}"
    text = words_of(ayse.get("/certificates"))
    assert "Ayşe Çelik So steht Ihr Name in Ihrer Lernplattform" in text


def test_a_document_that_a_crash_left_out_is_made_when_the_page_is_opened(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    certificate_id = issue_for(database, programme, issuer, 1, now)
    assert ayse.get(f"/certificates/{certificate_id}.pdf").status_code == 404
    ayse.get("/certificates")
    assert ayse.get(f"/certificates/{certificate_id}.pdf").status_code == 200


def test_a_certificate_that_cannot_be_set_says_whom_to_ask(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    certificate_id = issue_for(database, programme, issuer, 1, now)
    with database.write.begin() as session:
        row = session.get_one(Certificate, certificate_id)
        row.facts = {**row.facts, "name": "王小明"}
    ayse.get("/certificates")
    assert "wenden Sie sich an die Kursleitung: Sie legt mit Ihnen die Schreibweise fest." in words_of(ayse.get("/certificates"))


def test_a_revoked_certificate_tells_its_person_why(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    issue_for(database, programme, issuer, 1, now)
    with database.write.begin() as session:
        revoke_certificate(session, list_certificates(session)[0].code, reason="Verwechslung der Person.", now=now)
    assert "Seit dem 23. November 2026 nicht mehr gültig. Grund: Verwechslung der Person." in words_of(ayse.get("/certificates"))
