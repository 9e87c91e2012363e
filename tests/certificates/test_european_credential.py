"""European Digital Credentials: checked offline against the official shapes, with the Commission's sample as oracle.

rdflib's own JSON-LD parser yields 33 triples of the sample, and then the shapes "conform" about nothing. So the way goes through
PyLD and N-Quads, and no verdict counts without a minimum of triples.
"""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from pyld import jsonld
from rdflib import Graph

from lti_tool.certificates.badges.european_credential import european_credential
from lti_tool.certificates.documents.typeset import pictures
from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import DocumentKind, Facts, Issuer
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due
from tests.certificates.screens import Person

# pySHACL still uses names that rdflib wants to be rid of.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib", "ignore::DeprecationWarning:pyshacl")

STANDARDS = Path(__file__).parent / "standards" / "elm"
CONTEXTS = {
    "https://www.w3.org/2018/credentials/v1": "credentials-v1.json",
    "http://data.europa.eu/snb/model/context/edc-ap": "edc-ap-context.jsonld",
}
SHAPES = ("EDC-generic-no-cv.shacl.ttl", "EDC-generic-full.shacl.ttl")
# Without `eidasLegalIdentifier` the issuer as such does not conform, so the shapes name both.
ONLY_THE_ISSUERS = {"issued", "eidasLegalIdentifier", "issuer"}
ISSUED_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
EIDAS = {
    "id": "urn:epass:eid:1",
    "type": "LegalIdentifier",
    "notation": "DE-123",
    "spatial": {"id": "http://publications.europa.eu/resource/authority/country/DEU", "type": "Concept",
                "inScheme": {"id": "http://publications.europa.eu/resource/authority/country", "type": "ConceptScheme"}},
}  # fmt: skip


def load(url: str, _: object = None) -> dict[str, Any]:
    document = json.loads((STANDARDS / CONTEXTS[url]).read_text(encoding="utf-8"))
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": document}


@cache
def shapes(name: str) -> Graph:
    return Graph().parse(str(STANDARDS / name))


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STANDARDS / name).read_text(encoding="utf-8"))
    return found


def complaints(credential: dict[str, Any], *, triples_min: int) -> set[str]:
    """Give what the official shapes find amiss, as the last part of the property's name; empty: it conforms."""
    quads = jsonld.to_rdf(credential, {"format": "application/n-quads", "documentLoader": load})
    graph = Graph().parse(data=quads, format="nt")
    assert len(graph) >= triples_min, f"only {len(graph)} triples: a verdict would be about nothing"
    found: set[str] = set()
    for name in SHAPES:
        conforms, report, text = pyshacl.validate(graph, shacl_graph=shapes(name))
        paths = report.query("SELECT ?path WHERE { ?r <http://www.w3.org/ns/shacl#resultPath> ?path }")
        found |= {str(row[0]).rpartition("/")[2].rpartition("#")[2] for row in paths}
        assert conforms or found, text
    return found


def sealed(credential: dict[str, Any]) -> dict[str, Any]:
    """Add what only the issuer with the seal adds."""
    completed = copy.deepcopy(credential)
    completed["issued"] = "2026-11-23T10:00:00Z"
    completed["issuer"]["eIDASIdentifier"] = EIDAS
    return completed


@pytest.fixture
def participation(facts: Facts) -> Facts:
    return replace(
        facts, kind=DocumentKind.PARTICIPATION, modules=facts.modules[:1], is_passed=True, hours=2.5, began_on=date(2026, 9, 1),
        language="en", valid_until=date(2028, 11, 23),
    )  # fmt: skip


def written(facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(european_credential(facts, issued_at=ISSUED_AT, pictures=pictures(facts)))
    return found


def test_the_commissions_completed_sample_conforms() -> None:
    assert complaints(sample("Sample-MC-Annex1-completed-conforms.jsonld"), triples_min=292) == set()


def test_the_commissions_unsigned_sample_lacks_what_the_issuer_adds() -> None:
    assert complaints(sample("Sample-MC-Annex1-unsigned.jsonld"), triples_min=280) == ONLY_THE_ISSUERS


def test_a_sample_without_issuer_is_refused() -> None:
    broken = sample("Sample-MC-Annex1-completed-conforms.jsonld")
    del broken["issuer"]
    assert "issuer" in complaints(broken, triples_min=250)


def test_a_verdict_about_nothing_does_not_count(facts: Facts) -> None:
    with pytest.raises(AssertionError, match="about nothing"):
        complaints({"@context": list(CONTEXTS), "hasNothing": written(facts)["credentialSubject"]}, triples_min=160)


def test_a_certificate_lacks_only_what_the_issuer_adds(facts: Facts) -> None:
    assert complaints(written(facts), triples_min=160) == ONLY_THE_ISSUERS
    assert complaints(sealed(written(facts)), triples_min=165) == set()


@pytest.mark.parametrize(("country", "code"), [("DE", "DEU"), ("AT", "AUT"), ("CH", "CHE")])
def test_the_issuers_country_is_that_of_the_settings(facts: Facts, country: str, code: str) -> None:
    text = european_credential(facts, issued_at=ISSUED_AT, pictures=[b""], country=country)
    assert set(re.findall(r"authority/country/([A-Z]+)", text)) == {code}


def test_a_participation_conforms_too(participation: Facts) -> None:
    assert complaints(sealed(written(participation)), triples_min=100) == set()


@pytest.mark.parametrize("lost", ["displayParameter", "credentialProfiles", "validFrom", "credentialSubject"])
def test_the_shapes_would_notice_what_is_lost(facts: Facts, lost: str) -> None:
    broken = sealed(written(facts))
    del broken[lost]
    assert lost in complaints(broken, triples_min=20)


def test_it_says_what_the_paper_says(facts: Facts, participation: Facts) -> None:
    credential = written(facts)
    claim = credential["credentialSubject"]["hasClaim"]
    assert credential["credentialSubject"]["fullName"] == {"de": "Ayşe Çelik"}
    assert credential["issuer"]["legalName"] == {"de": "Musterakademie"}
    assert claim["influencedBy"]["workload"] == "PT11H30M"
    assert [part["title"]["de"] for part in claim["hasPart"]] == [module.title for module in facts.modules]
    assert {part["provenBy"]["grade"]["noteLiteral"]["de"] for part in claim["hasPart"]} == {"bestanden"}
    assert claim["supplementaryDocument"]["contentURL"] == facts.verify_url
    english = written(participation)
    assert english["validUntil"] == "2028-11-24T12:00:00Z"
    assert english["credentialSubject"]["hasClaim"]["provenBy"]["grade"]["noteLiteral"] == {"en": "passed"}
    assert "provenBy" not in written(replace(participation, is_passed=False))["credentialSubject"]["hasClaim"]


def test_each_document_has_an_identifier_of_its_own_that_stays(facts: Facts) -> None:
    other = replace(facts, verify_url="https://tool.example/verify/X")
    assert written(facts)["id"] == written(facts)["id"] != written(other)["id"]


def test_a_person_downloads_their_own_valid_document(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse, ole = person(), person("Ole Olsen", sub="ole")
    with database.write.begin() as session:
        certificate_id = issue_if_due(session, programme, user_id=1, issuer=issuer, now=now)
    assert f'href="/certificates/{certificate_id}.jsonld?v={ayse.visit}"' in ayse.get("/certificates").text
    answer = ayse.get(f"/certificates/{certificate_id}.jsonld")
    assert (answer.status_code, answer.content_type) == (200, "application/ld+json")
    assert complaints(json.loads(answer.data), triples_min=160) == ONLY_THE_ISSUERS
    assert ole.get(f"/certificates/{certificate_id}.jsonld").status_code == 404
    with database.write.begin() as session:
        revoke_certificate(session, list_certificates(session)[0].code, reason="Irrtum", now=now)
    assert ayse.get(f"/certificates/{certificate_id}.jsonld").status_code == 404
