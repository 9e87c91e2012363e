"""Open Badges 3.0: the official schema, 1EdTech's vectors, and openbadgeslib as a verifier that is not ours."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jsonschema import Draft201909Validator
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from sqlalchemy.orm import Session

from lti_tool.certificates.badges import linked_data
from lti_tool.certificates.badges.badge_maker import Credential
from lti_tool.certificates.badges.keys import CredentialKeys
from lti_tool.certificates.badges.linked_data import add_proof
from lti_tool.certificates.badges.open_badge import BadgeIssuer, credential_for, did_of
from lti_tool.certificates.badges.published import sign_status_list
from lti_tool.certificates.badges.status_list import BITS, encoded_list, reserve_status
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.domain.documents.certificate import DocumentKind, Facts
from lti_tool.domain.documents.check_code import new_check_code
from lti_tool.errors import ConfigurationError, NotFound, ToolError
from lti_tool.models import Certificate

STANDARDS = Path(__file__).parent / "standards"
ISSUED_AT = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)
DID = "did:web:tool.example"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> CredentialKeys:
    return CredentialKeys(tmp_path_factory.mktemp("credential-keys"), lambda: ISSUED_AT, makes_missing=True)


@pytest.fixture
def badges(keys: CredentialKeys) -> BadgeIssuer:
    return BadgeIssuer("https://tool.example", "Musterakademie", "https://akademie.example", keys)


@pytest.fixture
def credential(badges: BadgeIssuer, facts: Facts) -> Credential:
    return badges.make(facts, status_list=1, status_index=4711, issued_at=ISSUED_AT)


@pytest.fixture(scope="session")
def schema() -> Draft201909Validator:
    text = (STANDARDS / "ob_v3p0_achievementcredential_schema.json").read_text(encoding="utf-8")
    return Draft201909Validator(json.loads(text), format_checker=Draft201909Validator.FORMAT_CHECKER)


def web_of(badges: BadgeIssuer) -> Callable[..., bytes]:
    """Play the network for the verifier: our DID document at its address."""

    def download(url: str, *_: Any, **__: Any) -> bytes:
        assert url == "https://tool.example/.well-known/did.json"
        return json.dumps(badges.did_document()).encode()

    return download


def vector(name: str) -> Any:
    return json.loads((STANDARDS / f"1edtech_vector_{name}.json").read_text(encoding="utf-8"))


# --- the official schema -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["simple", "complete"])
def test_the_schema_takes_1edtechs_good_vectors(schema: Draft201909Validator, name: str) -> None:
    assert list(schema.iter_errors(vector(name))) == []


@pytest.mark.parametrize("name", ["simple-err-type", "simple-err-issuer"])
def test_the_schema_refuses_1edtechs_bad_vectors(schema: Draft201909Validator, name: str) -> None:
    assert list(schema.iter_errors(vector(name))) != []


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_both_documents_credentials_follow_the_schema(
    schema: Draft201909Validator, badges: BadgeIssuer, facts: Facts, kind: DocumentKind
) -> None:
    of_kind = replace(facts, kind=kind, modules=facts.modules[:1] if kind is DocumentKind.PARTICIPATION else facts.modules)
    made = badges.make(of_kind, status_list=1, status_index=1, issued_at=ISSUED_AT)
    assert [error.message for error in schema.iter_errors(json.loads(made.json))] == []


def test_the_schema_check_would_notice_a_wrong_date(schema: Draft201909Validator, credential: Credential) -> None:
    assert list(schema.iter_errors({**json.loads(credential.json), "validFrom": "gestern"})) != []


def test_it_says_what_the_paper_says(credential: Credential) -> None:
    shown = json.loads(credential.json)
    subject = shown["credentialSubject"]
    assert (shown["issuer"]["id"], shown["issuer"]["name"]) == (DID, "Musterakademie")
    assert shown["name"] == "Zertifikat Smart-City-Manager:in"
    assert subject["identifier"][0]["identityHash"] == "Ayşe Çelik"
    assert [each["name"] for each in subject["achievement"]["resultDescription"]][3] == "Beteiligung und Vernetzung (2026.1)"
    assert [each["status"] for each in subject["result"]] == ["Completed"] * 5
    assert shown["credentialStatus"]["statusListIndex"] == "4711"


# --- an independent verifier -------------------------------------------------------------------------------------------


def test_the_token_verifies_elsewhere_through_the_published_did_document(badges: BadgeIssuer, credential: Credential) -> None:
    verifier = OB3Verifier.for_issuer_did(DID, download=web_of(badges))
    verified = verifier.verify(credential.jwt)
    assert verified.issuer.id == DID


def test_a_changed_token_is_refused_elsewhere(badges: BadgeIssuer, credential: Credential) -> None:
    head, body, signature = credential.jwt.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["credentialSubject"]["identifier"][0]["identityHash"] = "Otto Klein"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(OB3VerificationError, match="signature"):
        OB3Verifier.for_issuer_did(DID, download=web_of(badges)).verify(f"{head}.{forged}.{signature}")


def test_the_proof_verifies_elsewhere(badges: BadgeIssuer, credential: Credential) -> None:
    OB3LdpVerifier.for_issuer_did(DID).verify(credential.json, download=web_of(badges))


def test_a_changed_proven_credential_is_refused_elsewhere(badges: BadgeIssuer, credential: Credential) -> None:
    forged = credential.json.replace("Ayşe Çelik", "Otto Klein")
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier.for_issuer_did(DID).verify(forged, download=web_of(badges))


def test_what_we_sign_is_what_1edtech_signed_in_its_vector() -> None:
    document = vector("simple")
    proof = document.pop("proof")[0]
    value = proof.pop("proofValue")
    key = Ed25519PublicKey.from_public_bytes(_from_multibase(proof["verificationMethod"].partition("#")[2])[2:])
    options = {"@context": document["@context"], **proof}
    signed = b"".join(hashlib.sha256(linked_data.canonical(each).encode()).digest() for each in (options, document))
    key.verify(_from_multibase(value), signed)


def test_the_options_of_a_proof_are_the_same_as_if_they_were_made_anew_for_it() -> None:
    contexts, method = (linked_data.CREDENTIALS, linked_data.OPEN_BADGES), f"{DID}#kid"
    for created in ("2026-11-23T09:30:00Z", "0999-12-31T00:00:00Z", "9999-12-31T23:59:59Z"):
        anew = linked_data.canonical({"@context": list(contexts), **linked_data._proof(method, created)})
        assert linked_data._options(contexts, method).replace(linked_data._ANY_MOMENT, created) == anew
        assert anew.count("\n") == 5


def _from_multibase(text: str) -> bytes:
    number = 0
    for sign in text[1:]:
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(sign)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def test_after_a_change_of_keys_old_credentials_stay_checkable(tmp_path: Path, facts: Facts) -> None:
    moments = iter(ISSUED_AT + timedelta(days=number) for number in range(9))
    keys = CredentialKeys(tmp_path, lambda: next(moments), makes_missing=True)
    badges = BadgeIssuer("https://tool.example", "Musterakademie", "", keys)
    old = badges.make(facts, status_list=1, status_index=1, issued_at=ISSUED_AT)
    earlier = [file.kid for file in keys.list()]
    keys.new("rsa")
    keys.new("ed25519")
    for kid in earlier:
        keys.retire(kid)
    new = badges.make(facts, status_list=1, status_index=1, issued_at=ISSUED_AT)
    assert old.jwt.split(".")[0] != new.jwt.split(".")[0]
    for made in (old, new):
        OB3Verifier.for_issuer_did(DID, download=web_of(badges)).verify(made.jwt)
        OB3LdpVerifier.for_issuer_did(DID).verify(made.json, download=web_of(badges))
    retired = [file.path.read_text() for file in keys.list() if file.is_retired]
    assert len(retired) == 2
    assert not any("PRIVATE" in text for text in retired)


# --- keys --------------------------------------------------------------------------------------------------------------


def test_keys_are_files_that_nobody_else_reads(keys: CredentialKeys) -> None:
    keys.rsa()
    keys.ed25519()
    assert {file.path.stat().st_mode & 0o777 for file in keys.list()} == {0o600}


def test_production_does_not_start_without_the_keys(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no rsa key"):
        CredentialKeys(tmp_path, lambda: ISSUED_AT).check()


def test_the_only_key_of_its_kind_is_not_retired(tmp_path: Path) -> None:
    keys = CredentialKeys(tmp_path, lambda: ISSUED_AT)
    with pytest.raises(ToolError, match="wird noch gebraucht"):
        keys.retire(keys.new("ed25519").kid)


def test_a_port_is_part_of_the_did() -> None:
    assert did_of("http://localhost:8000") == "did:web:localhost%3A8000"


def test_a_context_that_is_not_kept_here_is_never_fetched() -> None:
    with pytest.raises(Exception, match="normalization"):
        add_proof({"@context": ["https://elsewhere.example/v1"], "id": "urn:x"}, Ed25519PrivateKey.generate(), method="m", created="2026-11-23T09:30:00Z")  # fmt: skip  # noqa: E501


# --- revocation --------------------------------------------------------------------------------------------------------


def a_certificate(session: Session, facts: Facts, now: datetime) -> Certificate:
    row = Certificate(programme_slug="p", subject="programme", check_code=new_check_code(), name="A", facts={}, issued_at=now)
    session.add(row)
    session.flush()
    return row


def bit(encoded: str, index: int) -> int:
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(bits) * 8 == BITS == 131_072
    return bits[index // 8] >> (7 - index % 8) & 1


def test_a_place_in_the_list_is_drawn_once(session: Session, facts: Facts, now: datetime) -> None:
    row = a_certificate(session, facts, now)
    place = reserve_status(session, row.id)
    assert reserve_status(session, row.id) == place
    others = {reserve_status(session, a_certificate(session, facts, now).id).index for _ in range(20)}
    assert len(others | {place.index}) == 21
    assert sorted(others) != list(range(min(others), min(others) + 20))


def test_a_revocation_sets_its_bit_and_no_other(session: Session, facts: Facts, now: datetime) -> None:
    revoked, valid = a_certificate(session, facts, now), a_certificate(session, facts, now)
    at, other = reserve_status(session, revoked.id).index, reserve_status(session, valid.id).index
    assert bit(encoded_list(session, 1), at) == 0
    revoke_certificate(session, revoked.check_code, reason="Täuschung", now=now)
    encoded = encoded_list(session, 1)
    assert (bit(encoded, at), bit(encoded, other)) == (1, 0)


def test_a_revoked_badge_is_refused_elsewhere(session: Session, badges: BadgeIssuer, facts: Facts, now: datetime) -> None:
    row = a_certificate(session, facts, now)
    place = reserve_status(session, row.id)
    made = badges.make(facts, status_list=place.status_list, status_index=place.index, issued_at=ISSUED_AT)
    moment = datetime.now(UTC)

    def download(url: str, *_: Any, **__: Any) -> bytes:
        if url == "https://tool.example/credentials/status/1":
            return sign_status_list(session, badges, 1, now=moment).jwt.encode()
        return web_of(badges)(url)

    verifier = OB3Verifier.for_issuer_did(DID, download=download)
    verifier.verify(made.jwt, check_status=True, download=download)
    revoke_certificate(session, row.check_code, reason="Täuschung", now=now)
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verifier.verify(made.jwt, check_status=True, download=download)


def test_a_list_that_nobody_is_in_does_not_exist(session: Session, badges: BadgeIssuer, now: datetime) -> None:
    with pytest.raises(NotFound):
        sign_status_list(session, badges, 7, now=now)


def test_an_expiring_certificate_says_so_in_its_badge(badges: BadgeIssuer, facts: Facts) -> None:
    expiring = replace(facts, valid_until=date(2029, 11, 22))
    made = credential_for(expiring, badges, status_list=1, status_index=1, issued_at=ISSUED_AT)
    assert made["validUntil"] == "2029-11-23T12:00:00Z"
