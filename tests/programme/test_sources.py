"""Sources: an address anyone can open, the year of the source, and nothing in a link that is no web address."""

from datetime import date

import pytest

from lti_tool.programme.check import check
from lti_tool.programme.formats import findings as findings_module
from lti_tool.programme.formats.findings import Finding, ProgrammeError, Rule, Severity
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import Folder

LESSON = "1-grundlagen/lessons/1-1-anfang.md"
URL = 'url = "https://www.bund.example.org/heft"\n'


def found(folder: Folder) -> list[Finding]:
    return [finding for finding in check(folder.path) if finding.rule is Rule.SOURCE_ADDRESS]


def test_a_source_tells_place_address_and_when_it_was_read(folder: Folder) -> None:
    folder.spoil(LESSON, URL, URL + 'section = "Kapitel 2"\nkind = "law"\nread_on = 2026-11-30\n')
    source = read_programme(folder.path).modules[0].lessons[0].sources[0]
    assert (source.section, source.url, source.kind) == ("Kapitel 2", "https://www.bund.example.org/heft", "law")
    assert (source.year, source.read_on) == (2025, date(2026, 11, 30))


@pytest.mark.parametrize(("kind", "is_reported"), [("online", True), ("law", True), ("print", False)])
def test_a_source_that_stands_online_without_its_address_is_reported(folder: Folder, kind: str, is_reported: bool) -> None:
    folder.spoil(LESSON, URL, f'kind = "{kind}"\n')
    assert bool(found(folder)) is is_reported
    assert {finding.severity for finding in found(folder)} <= {Severity.WARNING}


def test_what_says_nothing_about_its_kind_stands_online(folder: Folder) -> None:
    folder.spoil(LESSON, URL, "")
    assert str(found(folder)[0]).startswith(f"{LESSON}:16: Warnung: Die Quelle „Heft“ hat keine Adresse (url)")
    assert str(found(folder)[0]).endswith("[source-address]")


def test_an_enforced_rule_makes_errors(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_module, "ENFORCED", frozenset({Rule.SOURCE_ADDRESS}))
    folder.spoil(LESSON, URL, "")
    assert [finding.severity for finding in found(folder)] == [Severity.ERROR]


def test_a_source_without_year_says_when_it_was_read(folder: Folder) -> None:
    folder.spoil(LESSON, "year = 2025\n", "")
    assert "weder ein Jahr" in found(folder)[0].sentence
    folder.spoil(LESSON, URL, URL + "read_on = 2026-11-30\n")
    assert found(folder) == []


def test_the_day_of_writing_is_no_longer_the_state_of_a_source(folder: Folder) -> None:
    folder.spoil(LESSON, URL, URL + 'as_of = "November 2026"\n')
    assert "Der Stand ist das Jahr der Quelle" in found(folder)[0].sentence
    assert read_programme(folder.path).modules[0].lessons[0].sources[0].year == 2025


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//www.bund.example.org",
        "www.bund.example.org",
        "https://",
        "https://localhost/x",
        "https://name:word@www.bund.example.org",
        "https://www.bund.example.org/a b",
        "https://www.bund.example.org/\\u202e",
        "https://[::1",
        "https://www.bund.example.org/" + "a" * 500,
    ],
)
def test_what_is_no_address_of_the_web_is_refused(folder: Folder, address: str) -> None:
    folder.spoil(LESSON, "https://www.bund.example.org/heft", address)
    with pytest.raises(ProgrammeError, match="Die Adresse"):
        read_programme(folder.path)


@pytest.mark.parametrize("value", ["1", "[]", '"gestern"', "true", "{}"])
def test_a_day_in_a_wrong_form_is_reported(folder: Folder, value: str) -> None:
    folder.spoil(LESSON, URL, URL + f"read_on = {value}\n")
    with pytest.raises(ProgrammeError, match="read_on"):
        read_programme(folder.path)


@pytest.mark.parametrize(("count", "is_reported"), [(2, True), (3, False), (12, False), (13, True)])
def test_a_lesson_has_three_to_twelve_sources(folder: Folder, count: int, is_reported: bool) -> None:
    more = count - len(read_programme(folder.path).modules[0].lessons[0].sources)
    source = f'[[source]]\npublisher = "Bund"\ntitle = "Heft"\nyear = 2025\n{URL}\n'
    folder.spoil(LESSON, "[[source]]", source * more + "[[source]]")
    sentences = [finding.sentence for finding in check(folder.path) if "zwölf Quellen" in finding.sentence]
    assert sentences == ([f"Es gibt drei bis zwölf Quellen; hier sind es {count}."] if is_reported else [])
