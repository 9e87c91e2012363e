"""The documents: every link leads somewhere, every file that is named is there, and no guide claims what was not run."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

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
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
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


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only a checkout knows which files are the project's")
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
