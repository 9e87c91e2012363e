"""After a move the former address leads on to check pages and speaks for the badges that name it."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from lti_tool.certificates.documents.make_document import make_document
from lti_tool.certificates.my_certificates import list_my_certificates
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.domain.rules.course_record import CourseRecord
from lti_tool.models import Certificate
from lti_tool.models.database import Database
from lti_tool.settings import Settings
from tests.certificates.screens import Person, words_of

OLD, OLDER, NEW = "https://tool.example", "https://alt.example:8443", "https://lernen.example"


@pytest.fixture
def moved(app: Flask, database: Database, code: str) -> Flask:
    """The tool after its move: a document with a badge was issued at the old address."""
    parts = app.extensions["parts"]
    with database.read() as session:
        row = session.scalars(select(Certificate)).one()
    make_document(database, parts.document_maker, row.id, now=row.issued_at)
    changed = {
        "public_url": NEW,
        "former_urls": f"{OLD},{OLDER}",
        "environment": "production",
        "secret_key": SecretStr("x" * 40),
    }
    settings = parts.settings.model_copy(update=changed)
    badges = replace(parts.document_maker.badges, public_url=NEW, former_urls=(OLD, OLDER))
    issuer = replace(parts.issuer, verify_url=f"{NEW}/verify")
    maker = replace(parts.document_maker, badges=badges)
    app.extensions["parts"] = replace(parts, settings=settings, issuer=issuer, document_maker=maker)
    return app


@pytest.fixture
def browser(moved: Flask) -> FlaskClient:
    return moved.test_client()


def test_a_printed_code_leads_on_to_the_present_address(browser: FlaskClient, code: str) -> None:
    answer = browser.get(f"/verify/{code}?lang=en", base_url=OLD)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{NEW}/verify/{code}?lang=en")
    page = browser.get(f"/verify/{code}", base_url=NEW)
    assert "Dieses Dokument ist echt und gültig" in words_of(page)


@pytest.mark.parametrize("path", ["/verify", "/", "/privacy", "/verify/document"])
def test_the_forms_lead_on_too(browser: FlaskClient, path: str) -> None:
    assert browser.get(path, base_url=OLD).headers["Location"] == NEW + path


@pytest.mark.parametrize("path", ["//evil.example/verify/x", "/verify//evil.example", "/verify/\\evil.example"])
def test_nobody_is_led_elsewhere(browser: FlaskClient, path: str) -> None:
    location = browser.get(path, base_url=OLD).headers.get("Location", f"{NEW}/")
    assert location.startswith((f"{NEW}/", "/", f"{OLD}/"))


def test_the_did_document_answers_for_each_address(browser: FlaskClient, database: Database) -> None:
    documents = {}
    for address in (NEW, OLD, OLDER):
        answer = browser.get("/.well-known/did.json", base_url=address)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        documents[address] = json.loads(answer.data)
    assert documents[OLD]["id"] == "did:web:tool.example"
    assert documents[OLDER]["id"] == "did:web:alt.example%3A8443"
    assert documents[NEW]["id"] == "did:web:lernen.example"
    assert documents[OLD]["alsoKnownAs"] == ["did:web:lernen.example", "did:web:alt.example%3A8443"]
    with database.read() as session:
        signed = session.scalars(select(Certificate.credential)).one()
    method = json.loads(signed or "")["proof"][0]["verificationMethod"]
    assert method in documents[OLD]["assertionMethod"]


def test_a_status_list_still_answers_for_the_badges_that_name_it(
    browser: FlaskClient, database: Database, code: str, moved: Flask
) -> None:
    with database.write.begin() as session:
        credential = json.loads(session.scalars(select(Certificate.credential)).one() or "")
        revoke_certificate(session, code, reason="x", now=moved.extensions["parts"].now())
    named = credential["credentialStatus"]["statusListCredential"]
    assert named.startswith(f"{OLD}/")
    token = browser.get(named.removeprefix(OLD), base_url=OLD).text
    methods = json.loads(browser.get("/.well-known/did.json", base_url=OLD).data)["verificationMethod"]
    key = next(RSAKey.import_key(each["publicKeyJwk"]) for each in methods if each["type"] == "JsonWebKey")
    claims = jwt.decode(token, key, algorithms=["RS256"]).claims
    assert (claims["id"], claims["issuer"], claims["iss"]) == (named, credential["issuer"]["id"], "did:web:tool.example")
    here = jwt.decode(browser.get(named.removeprefix(OLD), base_url=NEW).text, key, algorithms=["RS256"]).claims
    assert here["id"] == named.replace(OLD, NEW)
    assert here["credentialSubject"]["encodedList"] == claims["credentialSubject"]["encodedList"]


@pytest.mark.parametrize("path", ["/credentials/issuer", "/credentials/achievements/smart-city-manager/programme"])
def test_what_badges_refer_to_is_described_in_the_name_of_that_address(browser: FlaskClient, path: str) -> None:
    for address, did in ((OLD, "did:web:tool.example"), (NEW, "did:web:lernen.example")):
        assert json.loads(browser.get(path, base_url=address).data)["id"] in (did, address + path)


@pytest.mark.parametrize(("method", "path"), [("GET", "/lti/login"), ("POST", "/lti/launch"), ("GET", "/modules"), ("GET", "/x")])
def test_everything_else_says_that_the_tool_has_moved(browser: FlaskClient, method: str, path: str) -> None:
    answer = browser.open(path, method=method, base_url=OLD)
    assert answer.status_code == 421
    assert f"Es liegt jetzt unter {NEW}." in answer.text


def test_hosts_that_never_were_ours_get_nothing(browser: FlaskClient, code: str) -> None:
    for path in (f"/verify/{code}", "/.well-known/did.json"):
        answer = browser.get(path, base_url="https://elsewhere.example")
        assert answer.status_code == 421
        assert NEW not in answer.text


def test_monitors_may_ask_by_any_name(browser: FlaskClient) -> None:
    assert browser.get("/livez", base_url="https://10.0.0.7").status_code == 200
    assert browser.get("/livez", base_url=OLD).status_code == 200


def test_platforms_that_know_the_old_key_set_still_find_the_keys(browser: FlaskClient) -> None:
    assert browser.get("/lti/jwks", base_url=OLD).data == browser.get("/lti/jwks", base_url=NEW).data


def test_the_holders_page_leads_to_the_present_address(
    moved: Flask, person: Callable[..., Person], code: str, database: Database
) -> None:
    with database.read() as session:
        row = session.scalars(select(Certificate)).one()
    assert row.facts["verify_url"].startswith(OLD)
    parts = moved.extensions["parts"]
    with database.read() as session:
        mine = list_my_certificates(
            session,
            parts.catalogue.served[0].programme,
            CourseRecord(),
            user_id=row.user_id or 0,
            verify_url=parts.issuer.verify_url,
            now=parts.now(),
        )
    assert mine.certificates[0].verify_url == f"{NEW}/verify/{code}"
    assert "lernen.example" in mine.certificates[0].linkedin_url


@pytest.mark.parametrize("value", ["ftp://x", "https://alt.example/pfad", "alt.example", "http://alt.example"])
def test_a_former_address_that_is_none_stops_the_start(value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(former_urls=f"https://gut.example, {value}")


def test_the_present_address_is_no_former_one() -> None:
    settings = Settings(public_url=NEW, former_urls=f"{OLD}/, {NEW}, {OLDER}")
    assert settings.former_public_urls == (OLD, OLDER)
