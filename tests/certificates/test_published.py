"""What verifiers' software reads from us, over HTTP, and what travels inside the document."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from lti_tool.certificates.documents.make_document import make_document
from lti_tool.domain.content.programme import Programme
from lti_tool.models import Certificate
from lti_tool.models.database import Database


@pytest.fixture
def made(app: Flask, database: Database, code: str, now: datetime) -> Certificate:
    """A certificate with its document."""
    with database.read() as session:
        certificate_id = session.scalars(select(Certificate.id)).one()
    make_document(database, app.extensions["parts"].document_maker, certificate_id, now=now)
    with database.read() as session:
        row = session.get_one(Certificate, certificate_id)
        assert row.pdf is not None
        assert row.credential is not None
        assert row.credential_jwt is not None
    return row


def test_the_credential_travels_inside_the_document(made: Certificate) -> None:
    document = PdfReader(io.BytesIO(made.pdf or b""))
    assert document.attachments["open-badge-credential.json"] == [(made.credential or "").encode()]
    root = document.trailer["/Root"].get_object()
    file = root["/AF"][0].get_object()  # type: ignore[index]
    assert file["/AFRelationship"] == "/Supplement"
    assert file["/Desc"] == "Dieser Nachweis als Open Badge 3.0, für Programme"


def test_bytes_hash_and_credential_are_stored_once(app: Flask, database: Database, made: Certificate, now: datetime) -> None:
    assert hashlib.sha256(made.pdf or b"").hexdigest() == made.pdf_sha256
    make_document(database, app.extensions["parts"].document_maker, made.id, now=now)
    with database.read() as session:
        again = session.get_one(Certificate, made.id)
        assert (again.pdf, again.credential, again.credential_jwt) == (made.pdf, made.credential, made.credential_jwt)


def test_the_did_document_publishes_both_keys(stranger: FlaskClient, made: Certificate) -> None:
    answer = stranger.get("/.well-known/did.json")
    document = json.loads(answer.data)
    assert document["id"] == "did:web:tool.example"
    assert [method["type"] for method in document["verificationMethod"]] == ["JsonWebKey", "Multikey"]
    assert "PRIVATE" not in answer.text
    assert '"d"' not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    signer = json.loads(made.credential or "")["proof"][0]["verificationMethod"]
    assert signer in document["assertionMethod"]


def test_the_status_list_comes_as_token_and_as_json(stranger: FlaskClient, made: Certificate) -> None:
    token = stranger.get("/credentials/status/1")
    assert (token.content_type, token.data.count(b".")) == ("application/vc+jwt", 2)
    document = json.loads(stranger.get("/credentials/status/1", headers={"Accept": "application/vc"}).data)
    assert document["credentialSubject"]["type"] == "BitstringStatusList"
    assert document["proof"][0]["cryptosuite"] == "eddsa-rdfc-2022"
    assert stranger.get("/credentials/status/2").status_code == 404


@pytest.mark.parametrize("name", ["{slug}/programme", "{slug}/module-4"])
def test_achievements_are_described_without_a_person(stranger: FlaskClient, programme: Programme, name: str) -> None:
    name = name.format(slug=programme.slug)
    described = json.loads(stranger.get(f"/credentials/achievements/{name}").data)
    assert described["id"] == f"https://tool.example/credentials/achievements/{name}"
    assert described["criteria"]["narrative"].startswith("Alle ")
    for unknown in ("module-4", f"{programme.slug}/module-9", "another/module-4"):
        assert stranger.get(f"/credentials/achievements/{unknown}").status_code == 404


def test_the_issuer_is_described(stranger: FlaskClient) -> None:
    profile = json.loads(stranger.get("/credentials/issuer").data)
    assert (profile["id"], profile["name"]) == ("did:web:tool.example", "Musterakademie")


def test_without_badges_nothing_is_published_or_attached(
    app: Flask, database: Database, stranger: FlaskClient, code: str, now: datetime
) -> None:
    maker = replace(app.extensions["parts"].document_maker, badges=None)
    app.extensions["parts"] = replace(app.extensions["parts"], document_maker=maker)
    with database.read() as session:
        certificate_id = session.scalars(select(Certificate.id)).one()
    make_document(database, app.extensions["parts"].document_maker, certificate_id, now=now)
    with database.read() as session:
        row = session.get_one(Certificate, certificate_id)
        assert row.credential is None
        assert "open-badge-credential.json" not in PdfReader(io.BytesIO(row.pdf or b"")).attachments
    assert stranger.get("/.well-known/did.json").status_code == 404
