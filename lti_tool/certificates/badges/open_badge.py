"""Open Badges 3.0: what a document certifies, as a signed credential that any wallet or verifier reads.

In two forms with the same content: VC-JWT (RS256, Open Badges 3.0, section 8.2) and JSON-LD with a Data Integrity proof
(eddsa-rdfc-2022, section 8.3). Nothing is fetched; what they refer to is served under PUBLIC_URL/credentials.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from joserfc import jwt

from lti_tool.certificates.badges.badge_maker import Credential
from lti_tool.certificates.badges.keys import CredentialKeys
from lti_tool.certificates.badges.linked_data import CREDENTIALS, OPEN_BADGES, OPEN_BADGES_EXTENSIONS, add_proof
from lti_tool.certificates.kinds import kind_of
from lti_tool.certificates.kinds.printed import hours_text
from lti_tool.certificates.kinds.wording import document_title, statement
from lti_tool.domain.documents.certificate import Facts

SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
# Verifiers ask again after so long; a revocation is seen everywhere by then.
STATUS_LIFETIME = timedelta(hours=1)


def did_of(public_url: str) -> str:
    """Give the did:web identifier of an address (did:web method, section 2.5.1: a port's colon is percent-encoded)."""
    return f"did:web:{quote(urlsplit(public_url).netloc, safe='.-')}"


@dataclass(frozen=True)
class BadgeIssuer:
    """Who signs badges here, and with which keys."""

    public_url: str
    name: str
    url: str
    keys: CredentialKeys
    former_urls: tuple[str, ...] = ()
    """Addresses that earlier badges name; they speak with the same keys."""

    def at(self, public_url: str) -> "BadgeIssuer":
        """Give the same issuer as badges of another address of ours name it."""
        others = (each for each in (self.public_url, *self.former_urls) if each != public_url)
        return replace(self, public_url=public_url, former_urls=tuple(others))

    @property
    def did(self) -> str:
        return did_of(self.public_url)

    def make(self, facts: Facts, *, status_list: int, status_index: int, issued_at: datetime) -> Credential:
        """Sign the credential for a document, in both forms."""
        credential = credential_for(facts, self, status_list=status_list, status_index=status_index, issued_at=issued_at)
        return self.sign(credential, issued_at)

    def sign(self, credential: dict[str, Any], now: datetime) -> Credential:
        """Sign any credential of ours, in both forms."""
        kid, key = self.keys.ed25519()
        proven = add_proof(credential, key, method=f"{self.did}#{kid}", created=_moment(now))
        return Credential(json.dumps(proven, ensure_ascii=False), self.sign_token(credential, now))

    def sign_token(self, credential: dict[str, Any], now: datetime) -> str:
        """Sign a credential as VC-JWT: the payload is the credential, with the registered claims beside it (section 8.2.4.1)."""
        kid, key = self.keys.rsa()
        issuer = credential["issuer"]
        claims = {
            **credential,
            "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
            "jti": credential["id"],
            "nbf": int(now.timestamp()),
        }
        if "id" in credential["credentialSubject"]:
            claims["sub"] = credential["credentialSubject"]["id"]
        if "validUntil" in credential:
            claims["exp"] = int(datetime.fromisoformat(credential["validUntil"]).timestamp())
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": f"{self.did}#{kid}"}, claims, key)

    def profile(self) -> dict[str, Any]:
        """Describe the issuer."""
        return {"id": self.did, "type": ["Profile"], "name": self.name} | ({"url": self.url} if self.url else {})

    def did_document(self) -> dict[str, Any]:
        """Publish all keys, those of earlier years included, so that what they signed stays checkable."""
        methods = self.keys.verification_methods(self.did)
        return {
            "@context": [
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/multikey/v1",
                "https://w3id.org/security/jwk/v1",
            ],
            "id": self.did,
            **({"alsoKnownAs": [did_of(each) for each in self.former_urls]} if self.former_urls else {}),
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
            "service": [
                {"id": f"{self.did}#profile", "type": "LinkedDomains", "serviceEndpoint": f"{self.public_url}/credentials/issuer"}
            ],
        }

    def status_credential(self, number: int, encoded_list: str, now: datetime) -> dict[str, Any]:
        """Describe a status list (Bitstring Status List 1.0, section 2.2), unsigned."""
        address = f"{self.public_url}/credentials/status/{number}"
        return {
            "@context": [CREDENTIALS],
            "id": address,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.did,
            "validFrom": _moment(now),
            "validUntil": _moment(now + 24 * STATUS_LIFETIME),
            "credentialSubject": {
                "id": f"{address}#list",
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": encoded_list,
            },
        }


def credential_for(
    facts: Facts, issuer: BadgeIssuer, *, status_list: int, status_index: int, issued_at: datetime
) -> dict[str, Any]:
    """Write the credential of a document, unsigned."""
    address = f"{issuer.public_url}/credentials/status/{status_list}"
    credential: dict[str, Any] = {
        "@context": [CREDENTIALS, OPEN_BADGES, OPEN_BADGES_EXTENSIONS],
        "id": f"urn:uuid:{uuid5(NAMESPACE_URL, facts.verify_url)}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {**issuer.profile(), "name": facts.issuer_name},
        "validFrom": _moment(issued_at),
        "awardedDate": _moment(issued_at),
        "name": document_title(facts),
        "credentialSubject": _subject(facts, issuer),
        "evidence": [{"id": facts.verify_url, "type": ["Evidence"], "name": "Prüfseite"}],
        "credentialStatus": {
            "id": f"{address}#{status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(status_index),
            "statusListCredential": address,
        },
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    if facts.valid_until is not None:
        # The last day counts in full, wherever it ends last.
        credential["validUntil"] = f"{facts.valid_until + timedelta(days=1)}T12:00:00Z"
    return credential


def achievement(facts: Facts, public_url: str) -> dict[str, Any]:
    """Describe what was achieved, with its criteria and one result description for each module; says nothing of a person."""
    kind = kind_of(facts.kind)
    address = f"{public_url}/credentials/achievements/{achievement_name(facts)}"
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": kind.achievement_type,
        "name": kind.about(facts),
        "description": f"{facts.programme_title}: {', '.join(module.title for module in facts.modules)}. {hours_text(facts)}.",
        "criteria": {"narrative": kind.criteria(facts)},
        "inLanguage": "de",
        "resultDescription": [
            {
                "id": f"{address}#result-{module.number}",
                "type": ["ResultDescription"],
                "name": f"{module.title} ({module.version})",
                "resultType": "Status",
            }
            for module in facts.modules
        ],
    }


def achievement_name(facts: Facts) -> str:
    """Return the last parts of the address under which an achievement is described: each programme has a first module."""
    name = kind_of(facts.kind).achievement_name(facts)
    return f"{facts.programme_slug}/{name}" if facts.programme_slug else name


def _subject(facts: Facts, issuer: BadgeIssuer) -> dict[str, Any]:
    described = achievement(facts, issuer.public_url)
    return {
        "type": ["AchievementSubject"],
        # The name as printed, and no address, no number: whoever shows the credential decides who reads it.
        "identifier": [{"type": "IdentityObject", "identityHash": facts.name, "identityType": "name", "hashed": False}],
        "achievement": described,
        "narrative": f"{facts.name} {statement(facts)}",
        "activityEndDate": f"{max(module.completed_on for module in facts.modules)}T12:00:00Z",
        "result": [
            {"type": ["Result"], "resultDescription": result["id"], "status": "Completed"}
            for result in described["resultDescription"]
        ],
    }


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
