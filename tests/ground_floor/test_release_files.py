"""What a public repository and a release need: licences, publiccode.yml, forms, the workflow; no network is asked."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tools import release

ROOT = release.ROOT
WORKFLOW = ROOT / ".github/workflows/release.yml"
TEXT = {"type": "string", "minLength": 1}
# https://yml.publiccode.tools/schema.core.html: the standard is a text, this is what it says of the keys that are mandatory.
PUBLICCODE: dict[str, Any] = {
    "type": "object",
    "required": [
        "publiccodeYmlVersion",
        "name",
        "url",
        "platforms",
        "categories",
        "developmentStatus",
        "softwareType",
        "description",
        "legal",
        "maintenance",
        "localisation",
    ],
    "properties": {
        "publiccodeYmlVersion": {"enum": ["0.4", "0.5", "0.7"]},
        "name": TEXT,
        "url": {"type": "string", "pattern": "^https://"},
        "releaseDate": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "platforms": {"type": "array", "minItems": 1, "items": TEXT},
        "categories": {"type": "array", "minItems": 1, "items": {"enum": ["educational-content", "learning-management-system"]}},
        "developmentStatus": {"enum": ["concept", "development", "beta", "stable", "obsolete"]},
        "softwareType": {"const": "standalone/web"},
        "description": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["shortDescription", "longDescription", "features"],
                "properties": {
                    "shortDescription": {"type": "string", "maxLength": 150},
                    "longDescription": {"type": "string", "minLength": 150, "maxLength": 10_000},
                    "features": {"type": "array", "minItems": 1, "items": TEXT},
                },
            },
        },
        "legal": {"type": "object", "required": ["license"], "properties": {"license": {"const": "EUPL-1.2"}}},
        "maintenance": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": ["internal", "contract", "community", "none"]}},
            "if": {"properties": {"type": {"enum": ["internal", "community"]}}},
            "then": {
                "required": ["contacts"],
                "properties": {"contacts": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"]}}},
            },
        },
        "localisation": {
            "type": "object",
            "required": ["localisationReady", "availableLanguages"],
            "properties": {"localisationReady": {"type": "boolean"}, "availableLanguages": {"const": ["de", "en"]}},
        },
    },
}


@pytest.fixture(scope="module")
def public() -> dict[str, Any]:
    told: dict[str, Any] = yaml.load((ROOT / "publiccode.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
    told["localisation"]["localisationReady"] = told["localisation"]["localisationReady"] == "true"
    return told


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None, reason="only git knows which files are the project's"
)
def test_every_file_says_whose_it_is_and_under_which_licence() -> None:
    lint = subprocess.run(
        [sys.executable, "-m", "reuse", "lint", "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = json.loads(lint.stdout)
    assert told["summary"]["compliant"], told["non_compliant"]


def test_the_projects_licence_is_the_same_wherever_it_stands() -> None:
    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "LICENSES/EUPL-1.2.txt").read_bytes()
    assert 'license = "EUPL-1.2"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_publiccode_has_what_the_standard_asks_for(public: dict[str, Any]) -> None:
    jsonschema.validate(public, PUBLICCODE)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", None),
        ("url", "git@example.org"),
        ("softwareType", "web"),
        ("maintenance", {"type": "community"}),
        ("description", {"de": {"shortDescription": "x" * 151, "longDescription": "y" * 150, "features": ["z"]}}),
    ],
)
def test_a_publiccode_that_lacks_it_is_found(public: dict[str, Any], key: str, value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**public, key: value}, PUBLICCODE)


def test_publiccode_and_the_package_name_one_version(public: dict[str, Any]) -> None:
    assert f'version = "{public["softwareVersion"]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[0-9]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("compose-spec", "docker/compose.yaml"),
    ],
)
def test_a_file_for_the_forge_is_valid_by_its_schema(schema: str, files: str) -> None:
    found = sorted(ROOT.glob(files))
    assert found
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, found)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_workflow_uses_actions_by_their_hash_and_has_few_rights() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []
    told = yaml.safe_load(text)
    assert told["permissions"] == {"contents": "read"}
    assert [name for name, job in told["jobs"].items() if "permissions" in job] == ["publish"]
    assert [name for name, job in told["jobs"].items() if "timeout-minutes" not in job] == []


def test_the_workflow_calls_only_targets_and_tools_that_there_are() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:run: |^\s+)make ([a-z]+)", text, re.MULTILINE)) <= targets
    assert [name for name in re.findall(r"-m tools\.(\w+)", text) if not (ROOT / f"tools/{name}.py").is_file()] == []
    assert [name for name in re.findall(r"\btools/\S+\.sh", text) if not os.access(ROOT / name, os.X_OK)] == []
    # What strangers write (a branch's name, a title) must never become part of a command.
    assert not re.search(r"run:.*\$\{\{|^\s{10,}.*\$\{\{ github\.(?:event|head_ref)", text, re.MULTILINE)


def a_repository(
    folder: Path, *, version: str = "1.2.3", section: str = "## 1.2.3 – 2026-12-01\n\n### What to do\n\nNothing.\n"
) -> Path:
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n', encoding="utf-8")
    public = f'url: "https://forge.test/x.git"\nsoftwareVersion: "{version}"\nreleaseDate: "2026-12-01"\n'
    public += "maintenance:\n  type: community\n"
    (folder / "publiccode.yml").write_text(public, encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## Unreleased\n\n{section}\n## 1.2.2 – 2026-11-01\n\nOld.\n", encoding="utf-8"
    )
    return folder


def test_a_tag_that_fits_everywhere_may_be_released(tmp_path: Path) -> None:
    assert release.problems("v1.2.3", a_repository(tmp_path)) == []
    assert release.notes("v1.2.3", tmp_path) == "### What to do\n\nNothing."


@pytest.mark.parametrize(
    ("tag", "told", "expected"),
    [
        ("1.2.3", {}, "no tag of the form"),
        ("v1.2.3-rc1", {}, "no tag of the form"),
        ("v1.2.4", {}, "pyproject.toml says version 1.2.3"),
        ("v1.2.3", {"section": ""}, "no section"),
        ("v1.2.3", {"section": "## 1.2.3 – 2026-12-01\n\nNews.\n"}, "no `### What to do`"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(tmp_path: Path, tag: str, told: dict[str, str], expected: str) -> None:
    assert expected in "; ".join(release.problems(tag, a_repository(tmp_path, **told)))


def test_examples_in_publiccode_keep_a_tag_from_being_released(tmp_path: Path) -> None:
    a_repository(tmp_path)
    text = (tmp_path / "publiccode.yml").read_text(encoding="utf-8")
    for good, bad in (("forge.test", "example.org"), ("type: community", "type: none"), ('releaseDate: "2026-12-01"\n', "")):
        (tmp_path / "publiccode.yml").write_text(text.replace(good, bad), encoding="utf-8")
        assert len(release.problems("v1.2.3", tmp_path)) == 1
