"""What an installation consists of is listed, and what is known against it is asked for and never passed over in silence."""

import json
from collections.abc import Mapping
from importlib.metadata import distributions
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools import audit, sbom

LOCK = sbom.ROOT / "requirements.txt"


@pytest.fixture(scope="module")
def bom() -> dict[str, Any]:
    return sbom.bill_of_materials(LOCK)


def test_the_bill_of_materials_is_valid_cyclonedx(bom: dict[str, Any]) -> None:
    assert bom["specVersion"] == "1.6"
    # A part of it: the schema is slow, and `make sbom` checks the whole.
    part = {**bom, "components": bom["components"][:6]}
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(part)) is None


def test_it_lists_what_the_lock_pins_and_nothing_else(bom: dict[str, Any]) -> None:
    listed = {sbom.normalised(each["name"]): each["version"] for each in bom["components"]}
    here = {sbom.normalised(each.metadata["Name"]) for each in distributions()}
    # The lock holds other systems' packages too, which are not installed here.
    assert listed == {name: version for name, version in sbom.locked(LOCK).items() if name in here}
    assert "pytest" not in listed
    assert "flask" in listed


def test_every_package_names_its_licence(bom: dict[str, Any]) -> None:
    assert [each["name"] for each in bom["components"] if not each.get("licenses")] == []


def test_dependencies_lead_nowhere_outside(bom: dict[str, Any]) -> None:
    refs = {each["bom-ref"] for each in (*bom["components"], bom["metadata"]["component"])}
    assert {ref for entry in bom["dependencies"] for ref in (entry["ref"], *entry.get("dependsOn", ()))} <= refs


def test_it_tells_neither_an_index_nor_a_place_on_this_machine(bom: dict[str, Any]) -> None:
    links = [link["url"] for each in bom["components"] for link in each.get("externalReferences", ())]
    assert links
    assert not [url for url in links if "pypi" in url or not url.startswith("http")]
    assert str(sbom.ROOT) not in json.dumps(bom)


def test_an_audit_that_nobody_answered_is_not_green(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(lambda _: None) == audit.NOT_AUDITED
    assert "NOT AUDITED" in capsys.readouterr().out


def test_an_audit_that_left_packages_out_is_not_green() -> None:
    answer = {"dependencies": [_package("flask"), {"name": "click", "skip_reason": "not found"}]}
    verdict = audit.judge({"pypi": answer})
    assert (verdict.status, verdict.lines[1]) == (audit.NOT_AUDITED, "pypi: nothing said about 1 of 2 packages")


def test_the_second_service_is_asked_where_the_first_did_not_know_all() -> None:
    answers: Mapping[str, Any] = {"pypi": None, "osv": {"dependencies": [_package("flask")]}}
    assert audit.main(lambda service: answers[service]) == audit.CLEAN


def test_a_vulnerability_fails_whoever_knows_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    flaw = {"id": "PYSEC-0000-1", "fix_versions": ["3.1.4"]}
    skipped = {"name": "click", "skip_reason": "not found"}
    assert audit.main(lambda _: {"dependencies": [skipped, _package("flask", flaw)]}) == audit.VULNERABLE
    assert capsys.readouterr().out == "flask 3.1.3: PYSEC-0000-1, mended in 3.1.4\n"


def _package(name: str, *flaws: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "3.1.3", "vulns": list(flaws)}
