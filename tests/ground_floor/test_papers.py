"""The papers: their lists are those of the program, their proofs exist, their gaps are marked in one way."""

import re
from pathlib import Path

import pytest

from lti_tool.personal_data.data_kinds import stored_tables
from tools import papers

ROOT = papers.ROOT
PAPERS = papers.papers()
each_paper = pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.name)


@each_paper
def test_a_papers_lists_are_what_the_program_stores(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert papers.with_lists(text) == text, "run `python -m tools.papers`"


def test_the_papers_name_every_table() -> None:
    told = (ROOT / "docs/datenschutz/loeschkonzept.md").read_text(encoding="utf-8")
    assert {table for table in stored_tables() if f"| `{table}` |" not in told} == set()


def test_every_list_is_used() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in PAPERS)
    assert [name for name in papers.LISTS if f"<!-- Liste: {name} -->" not in told] == []


@each_paper
def test_what_an_operator_fills_in_is_marked_in_one_way(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    rest = papers.OPEN.sub("", text).replace("**[BETREIBER: …]**", "")
    assert not re.search(r"BETREIBER|\[Betreiber|TODO|XXX|\[…\]", rest)


@each_paper
def test_every_test_and_file_that_a_paper_names_is_there(path: Path) -> None:
    named = re.findall(r"`((?:tests|docker|lti_tool|tools)/[^`\s]+)`", path.read_text(encoding="utf-8"))
    assert [name for name in named if not _exists(name)] == []


def test_a_test_that_is_not_there_is_found() -> None:
    assert not _exists("tests/ground_floor/test_papers.py::test_nothing")
    assert _exists("tests/ground_floor/test_papers.py::test_every_list_is_used")


def _exists(name: str) -> bool:
    file, _, test = name.partition("::")
    path = ROOT / file
    return path.exists() and (
        not test or re.search(rf"^\s*def {re.escape(test)}\(", path.read_text(encoding="utf-8"), re.M) is not None
    )
