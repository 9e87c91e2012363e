"""The documents: every link leads somewhere, every file that is named is there, and no guide claims what was not run."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from tools import docs_site

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("docker/**/*.md"), *ROOT.glob("keys/*.md")])
GUIDES_NOT_RUN = ("ilias", "openolat", "canvas", "brightspace")
each_document = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))

_CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_NAMED = re.compile(r"`((?:tests|docker|lti_tool|tools|docs)/[\w./-]+\.(?:py|md|toml|yaml|yml|sh))(?:::(\w+))?`")


def anchors_of(text: str) -> set[str]:
    """Make the anchors of a document's headings as forges do: small letters, hyphens, numbers behind what occurs again."""
    found: list[str] = []
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", _CODE.sub("", text), re.MULTILINE):
        anchor = docs_site.anchor_of(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading), "-")
        found.append(f"{anchor}-{found.count(anchor)}" if anchor in found else anchor)
    return set(found)


def links_of(text: str) -> Iterator[str]:
    """Give the targets of links and pictures that lie in this repository."""
    for target in _LINK.findall(_INLINE_CODE.sub("", _CODE.sub("", text))):
        if not re.match(r"[a-z]+:", target):
            yield target


def dead_links(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    dead = []
    for target in links_of(text):
        file, _, anchor = unquote(target).partition("#")
        there = (path.parent / file) if file else path
        if not there.exists() or (anchor and anchor not in anchors_of(there.read_text(encoding="utf-8"))):
            dead.append(target)
    return dead


@each_document
def test_every_link_leads_somewhere(path: Path) -> None:
    assert dead_links(path) == []


@each_document
def test_every_file_and_test_that_is_named_is_there(path: Path) -> None:
    missing = []
    for file, test in _NAMED.findall(path.read_text(encoding="utf-8")):
        there = ROOT / file
        if re.search(r"(?:^|[/_])[A-Z]+\.py$", file):
            # `kinds/KIND.py`: whoever adds one puts its name there.
            continue
        if not there.is_file() or (test and f"def {test}(" not in there.read_text(encoding="utf-8")):
            missing.append(f"{file}::{test}")
    assert missing == [], "renamed or gone: mend the document"


def test_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# Was gilt?\n\n## Was gilt?\n", encoding="utf-8")
    (tmp_path / "a.md").write_text(
        "[1](b.md) [2](b.md#was-gilt) [3](b.md#was-gilt-1) [4](b.md#was-galt) [5](c.md) [6](https://x.test) `[7](d.md)`\n"
        "```\n[8](e.md)\n```\n",
        encoding="utf-8",
    )
    assert dead_links(tmp_path / "a.md") == ["b.md#was-galt", "c.md"]


@pytest.mark.parametrize("name", GUIDES_NOT_RUN)
def test_a_guide_for_a_platform_that_was_not_run_says_so(name: str) -> None:
    text = (ROOT / f"docs/{name}.md").read_text(encoding="utf-8")
    assert "**Stand: nicht ausprobiert.**" in text
    states = re.findall(r"^\| ([^|]+?) \| .*\|$", text.split("\n## ")[0], re.MULTILINE)
    assert {state for state in states if not state.startswith(("gelesen", "offen", "geprüft (ohne"))} <= {"---", " "}


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None, reason="only git knows which files are the project's"
)
def test_every_guide_can_be_found_from_another_document() -> None:
    listed = subprocess.run(["git", "ls-files", "docs"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    linked = {
        (path.parent / unquote(target).partition("#")[0]).resolve()
        for path in SOURCES
        for target in links_of(path.read_text(encoding="utf-8"))
    }
    folders = {path for path in linked if path.is_dir()}
    guides = [ROOT / name for name in listed if name.endswith(".md")]
    assert [path.name for path in guides if path.resolve() not in linked and path.parent.resolve() not in folders] == []


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    return told


def test_every_document_has_its_place_in_the_sites_navigation(settings: dict[str, Any]) -> None:
    listed = {page for entry in settings["nav"] for page in (next(iter(entry.values())) if isinstance(entry, dict) else [entry])}
    pages = {
        "index.md" if path == Path("README.md") else path.as_posix() for path in docs_site.documents() if path.suffix == ".md"
    }
    assert listed == {page for page in pages if not page.startswith(settings["not_in_nav"].strip())}


def test_the_site_asks_no_other_server(settings: dict[str, Any]) -> None:
    assert settings["theme"]["font"] is False
    assert not {"extra_css", "extra_javascript", "extra"} & settings.keys()
    assert [name for plugin in settings["plugins"] for name in plugin] == ["search"]
    # The theme would fetch the program that draws such diagrams.
    assert [path.name for path in SOURCES if "```mermaid" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](operations.md#keys)", "[a](operations.md#keys)"),
        ("[a](../README.md#licence)", "[a](../index.md#licence)"),
        ("[a](../tests/test_architecture.py)", "a"),
        ("[a](../../etc/passwd)", "a"),
        ("[a](https://x.test/)", "[a](https://x.test/)"),
        ("[a](#here)", "[a](#here)"),
        ("[a](datenschutz)", "[a](datenschutz/README.md)"),
        ("![a](images/modul.png)", "![a](images/modul.png)"),
    ],
)
def test_links_lead_to_pages_of_the_site_or_are_none(link: str, expected: str) -> None:
    assert docs_site.with_known_links(link, Path("docs/release.md"), set(docs_site.documents())) == expected


def test_a_page_says_its_language() -> None:
    assert docs_site.language_of("docs/moodle.md") == docs_site.language_of("docs/datenschutz/tom.md") == "de"
    assert docs_site.language_of("index.md") == docs_site.language_of("docs/release.md") == "en"


def test_the_site_is_laid_out_as_the_repository(tmp_path: Path) -> None:
    docs_site.lay_out(tmp_path / "src")
    assert (tmp_path / "src/index.md").is_file()
    assert (tmp_path / "src/docs/images/modul.png").read_bytes() == (ROOT / "docs/images/modul.png").read_bytes()
