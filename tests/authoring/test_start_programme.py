"""`programme new`: a folder that checks clean, whatever it is called."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from lti_tool.authoring.start_programme import slug_of, start_programme
from lti_tool.cli import main
from lti_tool.content_versions.heads import head_of
from lti_tool.content_versions.open_catalogue import clashes
from lti_tool.errors import ConfigurationError
from lti_tool.programme.check import check
from lti_tool.programme.reader import read_programme

TODAY = date(2026, 12, 31)


@pytest.mark.parametrize("name", ["klima-im-rathaus", "Bürger & Straße", "2027", "x" * 120, "a_b.c"])
def test_a_new_programme_checks_clean(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name

    start_programme(folder, None, today=TODAY)

    assert [str(finding) for finding in check(folder, today=TODAY)] == []
    assert clashes(head_of(read_programme(folder)), []) == []


@pytest.mark.parametrize("title", ['Klima "im" Rathaus', "Ein\\n Weg", "@SLUG@ @TODAY@", "Klima\tim\nRathaus", "日本"])
def test_its_title_is_what_was_asked_for(title: str, tmp_path: Path) -> None:
    start_programme(tmp_path / "probe", title, today=TODAY)

    assert read_programme(tmp_path / "probe").title == " ".join(title.split())


@pytest.mark.parametrize("name", ["日本", "---", "programme"])
def test_a_name_that_cannot_be_in_addresses_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No name can be made"):
        start_programme(tmp_path / name, "Titel", today=TODAY)
    assert not (tmp_path / name).exists()


def test_umlauts_are_written_out() -> None:
    assert slug_of("Bürger & Straße é") == "buerger-strasse-e"


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("mine")

    found = CliRunner().invoke(main, ["programme", "new", str(tmp_path)])

    assert found.exit_code == 1
    assert "holds something already" in found.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.md"]


def test_the_command_writes_and_says_what_comes_next(tmp_path: Path) -> None:
    folder = tmp_path / "neu"

    found = CliRunner().invoke(main, ["programme", "new", str(folder), "--title", "Neu"])

    assert found.exit_code == 0
    assert f"lti-tool programme preview {folder}" in found.output
    assert (
        CliRunner().invoke(main, ["programme", "check", str(folder)]).output.splitlines()[-1].startswith("0 errors, 0 warnings")
    )
