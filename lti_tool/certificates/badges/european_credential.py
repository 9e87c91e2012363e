"""A document as European Digital Credential (European Learning Model 3), unsigned, for an issuer with an eIDAS seal.

What only that issuer can say is left out, and its shapes ask for it: when it was issued and sealed (`issued`), and the issuer's
`eIDASIdentifier`. Everything else follows the official shapes of the profile `edc-generic`, which the tests check.
"""

import base64
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lti_tool.certificates.kinds import kind_of
from lti_tool.certificates.kinds.printed import hours_text
from lti_tool.certificates.kinds.wording import document_title, statement
from lti_tool.domain.documents.certificate import CertifiedModule, Facts
from lti_tool.domain.documents.check_code import group_check_code

CONTEXTS = ("https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap")
_AUTHORITY = "http://publications.europa.eu/resource/authority"
_LANGUAGES = {"de": ("DEU", "German"), "en": ("ENG", "English")}
_WORDS = {
    "de": {"passed": "bestanden", "test": "Lernerfolgskontrolle", "code": "Prüfcode", "page": "Prüfseite"},
    "en": {"passed": "passed", "test": "Test", "code": "Check code", "page": "Verification page"},
}
# ISO 3166: as settings name a country, as the EU's authority table does, and its label there.
_COUNTRIES = {
    "AT": ("AUT", "Austria"),
    "BE": ("BEL", "Belgium"),
    "CH": ("CHE", "Switzerland"),
    "DE": ("DEU", "Germany"),
    "IT": ("ITA", "Italy"),
    "LI": ("LIE", "Liechtenstein"),
    "LU": ("LUX", "Luxembourg"),
}


def european_credential(facts: Facts, *, issued_at: datetime, pictures: Sequence[bytes], country: str = "DE") -> str:
    """Write the credential of a document as JSON-LD.

    Args:
        country: where the issuer is.
        pictures: the document's page as PNG, which viewers show; several where an operator's own template has several.
    """
    return json.dumps(_PartsWriter(facts, country).credential(issued_at, pictures), ensure_ascii=False, indent=1)


class _PartsWriter:
    """Writes the parts; each gets an identifier of its own, for the shapes look at each by itself."""

    def __init__(self, facts: Facts, country: str) -> None:
        self._facts = facts
        self._country = _COUNTRIES[country]
        self._words = _WORDS[facts.language]
        self._numbers: dict[str, int] = {}

    def credential(self, issued_at: datetime, pictures: Sequence[bytes]) -> dict[str, Any]:
        facts = self._facts
        written = {
            "@context": list(CONTEXTS),
            "id": f"urn:credential:{uuid5(NAMESPACE_URL, f'{facts.verify_url}#elm')}",
            "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
            "credentialSchema": {"id": "http://data.europa.eu/snb/model/ap/edc-generic-full", "type": "ShaclValidator2017"},
            "credentialProfiles": _concept("http://data.europa.eu/snb/credential", "e34929035b", "Generic"),
            "validFrom": _moment(issued_at),
            "issuer": self._organisation(),
            "identifier": self._part("Identifier", schemeName=self._words["code"], notation=group_check_code(facts.check_code)),
            "displayParameter": self._display(pictures),
            "credentialSubject": self._part("Person", fullName=self._text(facts.name), hasClaim=self._claim()),
        }
        if facts.valid_until is not None:
            written["validUntil"] = f"{facts.valid_until + timedelta(days=1)}T12:00:00Z"
        return written

    def _claim(self) -> dict[str, Any]:
        facts = self._facts
        kind = kind_of(facts.kind)
        claim = self._achievement(kind.about(facts))
        claim["description"] = self._text(f"{facts.name} {statement(facts)}")
        claim["supplementaryDocument"] = self._part(
            "WebResource", title=self._text(self._words["page"]), contentURL=facts.verify_url
        )
        claim["influencedBy"] = self._activity(claim["title"])
        # A course may have asked for no test; then none may be claimed.
        is_proven = kind.is_proven(facts)
        if parts := kind.parts(facts):
            claim["hasPart"] = [self._module(module, is_proven=is_proven) for module in parts]
        elif is_proven:
            claim["provenBy"] = self._assessment(facts.modules[0])
        return claim

    def _module(self, module: CertifiedModule, *, is_proven: bool) -> dict[str, Any]:
        achievement = self._achievement(module.title)
        return {**achievement, "provenBy": self._assessment(module)} if is_proven else achievement

    def _achievement(self, title: str) -> dict[str, Any]:
        # Titles of programme and modules are German in every language of the document.
        return self._part("LearningAchievement", title={"de": title}, awardedBy=self._award())

    def _assessment(self, module: CertifiedModule) -> dict[str, Any]:
        return self._part(
            "LearningAssessment",
            title=self._text(f"{self._words['test']}: {module.title} ({module.version})"),
            issued=f"{module.completed_on}T12:00:00Z",
            # No marks are given: passed is all that is said.
            grade=self._part("Note", noteLiteral=self._text(self._words["passed"])),
            awardedBy=self._award(),
        )

    def _activity(self, title: dict[str, str]) -> dict[str, Any]:
        facts = self._facts
        period = {"endDate": f"{max(module.completed_on for module in facts.modules)}T12:00:00Z"}
        if facts.began_on is not None:
            period["startDate"] = f"{facts.began_on}T12:00:00Z"
        return self._part(
            "LearningActivity",
            title=title,
            description=self._text(hours_text(facts)),
            workload=_duration(facts.hours),
            temporal=self._part("PeriodOfTime", **period),
            awardedBy=self._award(),
        )

    def _award(self) -> dict[str, Any]:
        return self._part("AwardingProcess", awardingBody=self._organisation(), awardingDate=f"{self._facts.issued_on}T12:00:00Z")

    def _organisation(self) -> dict[str, Any]:
        facts = self._facts
        country = _concept(f"{_AUTHORITY}/country", *self._country, notation="country")
        # One and the same wherever it is named, so it keeps its identifiers.
        address = {"id": "urn:epass:address:issuer", "type": "Address", "countryCode": country}
        organisation = {
            "id": "urn:epass:org:issuer",
            "type": "Organisation",
            "legalName": self._text(facts.issuer_name),
            "location": {"id": "urn:epass:location:issuer", "type": "Location", "address": address},
        }
        if facts.issuer_url:
            page = {"id": "urn:epass:webResource:issuer", "type": "WebResource", "contentURL": facts.issuer_url}
            organisation["homepage"] = page
        return organisation

    def _display(self, pictures: Sequence[bytes]) -> dict[str, Any]:
        code, label = _LANGUAGES[self._facts.language]
        language = _concept(f"{_AUTHORITY}/language", code, label, notation="language")
        details = [self._part("DisplayDetail", image=self._image(each), page=page) for page, each in enumerate(pictures, 1)]
        return self._part(
            "DisplayParameter",
            title=self._text(document_title(self._facts)),
            language=language,
            primaryLanguage=language,
            individualDisplay=self._part(
                "IndividualDisplay", language=language, displayDetail=details[0] if len(details) == 1 else details
            ),
        )

    def _image(self, picture: bytes) -> dict[str, Any]:
        return self._part(
            "MediaObject",
            content=base64.b64encode(picture).decode(),
            contentEncoding=_concept("http://data.europa.eu/snb/encoding", "6146cde7dd", "base64"),
            contentType=_concept(f"{_AUTHORITY}/file-type", "PNG", "PNG", notation="file-type"),
        )

    def _part(self, kind: str, **values: Any) -> dict[str, Any]:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return {"id": f"urn:epass:{kind[0].lower()}{kind[1:]}:{self._numbers[kind]}", "type": kind, **values}

    def _text(self, text: str) -> dict[str, str]:
        return {self._facts.language: text}


def _concept(scheme: str, name: str, label: str, *, notation: str = "") -> dict[str, Any]:
    # The Publications Office's lists are named by their folder, the Commission's own (snb) by an entry called 25831c2.
    list_id = scheme if notation else f"{scheme}/25831c2"
    concept = {
        "id": f"{scheme}/{name}",
        "type": "Concept",
        "inScheme": {"id": list_id, "type": "ConceptScheme"},
        "prefLabel": {"en": label},
    }
    return concept | ({"notation": notation} if notation else {})


def _duration(hours: float) -> str:
    minutes = round(hours * 60)
    return f"PT{minutes // 60}H" + (f"{minutes % 60}M" if minutes % 60 else "")


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
