"""Forms to download: read from the programme folder, proof-read, and written as ODT and XLSX that everyone can use."""

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from lti_tool.cli.programme import programme as command
from lti_tool.domain.content.formulas import FormulaError, columns_of, result_of
from lti_tool.domain.content.programme import Programme
from lti_tool.downloads.make_download import make_download
from lti_tool.programme.check import check
from tests.programme.conftest import WRONG_VALUES, Folder, folder, put_everywhere
from tests.shipped import read_programme

__all__ = ["folder"]
TEXT_FILE = "downloads/brief.toml"
SHEET_FILE = "downloads/kosten.toml"
LESSON = "1-grundlagen/lessons/1-1-anfang.md"
TEXT = """\
id = "brief"
title = "Ein Brief"
summary = "Wie man <schreibt> & fragt."
as_of = 2026-11-30
lessons = ["1.1"]

[[part]]
kind = "note"
text = "Löschen."
[[part]]
kind = "heading"
text = "Anfang"
[[part]]
kind = "heading"
level = 2
text = "Anrede"
[[part]]
kind = "paragraph"
text = \"\"\"Erster Absatz.

Zweiter Absatz.\"\"\"
[[part]]
kind = "list"
entries = ["eins", "zwei"]
numbered = true
[[part]]
kind = "field"
label = "Betreff"
hint = "Worum geht es?"
lines = 2
[[part]]
kind = "choice"
label = "Gelesen von"
options = ["Kämmerei", "Datenschutz"]
[[part]]
kind = "table"
caption = "Termine"
columns = ["Was", "Wann"]
widths = [3, 1]
rows = [["=1+1", "morgen"]]
empty_rows = 2
"""
SHEET = """\
id = "kosten"
title = "Kosten"
summary = "Was es kostet."
as_of = 2026-11-30
lessons = ["1.1"]

[[sheet]]
title = "Rechnung"
introduction = "Tragen Sie ein."
rows = [["=Sensor", "Kauf", 3, 10.5]]
empty_rows = 2
[[sheet.column]]
id = "was"
label = "Was"
[[sheet.column]]
id = "art"
label = "Art"
kind = "choice"
choices = ["Kauf", "Betrieb"]
[[sheet.column]]
id = "menge"
label = "Menge"
kind = "number"
[[sheet.column]]
id = "preis"
label = "Preis"
kind = "money"
[[sheet.column]]
id = "summe"
label = "Summe"
kind = "formula"
formula = "{menge} * {preis}"
total = true
"""


@pytest.fixture
def forms(folder: Folder) -> Folder:
    folder.write(TEXT_FILE, TEXT)
    folder.write(SHEET_FILE, SHEET)
    return folder


def found(forms: Folder) -> list[str]:
    return [str(finding) for finding in check(forms.path) if finding.file.startswith("downloads/")]


def written(read: Programme, download_id: str) -> zipfile.ZipFile:
    download = read.find_download(download_id)
    assert download is not None
    return zipfile.ZipFile(io.BytesIO(make_download(read, download)))


def text_of(root: ElementTree.Element, tag: str) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}" + tag)]


def test_a_text_becomes_an_odt_with_headings_fields_and_head_rows(forms: Folder) -> None:
    assert found(forms) == []
    package = written(read_programme(forms.path), "brief")
    assert package.read("mimetype") == b"application/vnd.oasis.opendocument.text"
    root = ElementTree.fromstring(package.read("content.xml"))
    assert text_of(root, "h") == ["Anfang", "Anrede"]
    levels = [value for element in root.iter() for name, value in element.attrib.items() if name.endswith("}outline-level")]
    assert levels == ["1", "2"]
    lines = text_of(root, "p")
    for line in (
        "Ein Brief",
        "Wie man <schreibt> & fragt.",
        "Hinweis: Löschen.",
        "Erster Absatz.",
        "Zweiter Absatz.",
        "☐ Kämmerei",
    ):
        assert line in lines
    assert text_of(root, "placeholder") == ["<Worum geht es?>"]
    assert text_of(root, "table-header-rows") == ["WasWann"]
    # A text that begins with = is no formula.
    assert text_of(root, "table-row") == ["WasWann", "=1+1morgen", "", ""]
    assert not [name for element in root.iter() for name in element.attrib if name.endswith("}formula")]
    meta = package.read("meta.xml").decode()
    assert "<dc:title>Ein Brief</dc:title>" in meta
    assert "<dc:language>de-DE</dc:language>" in meta
    # Every style that is used is there: an office suite shows what it should.
    styles = package.read("styles.xml").decode() + package.read("content.xml").decode()
    used = {value for element in root.iter() for name, value in element.attrib.items() if name.endswith("style-name")}
    assert [name for name in used if f'style:name="{name}"' not in styles] == []


def test_a_calculation_becomes_an_xlsx_that_shows_its_results(forms: Folder) -> None:
    package = written(read_programme(forms.path), "kosten")
    sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<f>(.*?)</f><v>(.*?)</v>", sheet) == [
        ("C5 * D5", "31.5"),
        ("C6 * D6", "0.0"),
        ("C7 * D7", "0.0"),
        ("SUM(E5:E7)", "31.5"),
    ]
    assert '<dataValidation type="list"' in sheet
    assert "Kauf,Betrieb" in sheet
    assert 'state="frozen"' in sheet
    assert "=Sensor" in package.read("xl/sharedStrings.xml").decode()
    assert not [name for name in package.namelist() if "vba" in name.lower()]
    assert "<dc:title>Kosten</dc:title>" in package.read("docProps/core.xml").decode()


def test_the_same_form_is_made_again_with_the_same_content(forms: Folder) -> None:
    read = read_programme(forms.path)
    first, second = written(read, "brief"), written(read, "brief")
    assert first.read("content.xml") == second.read("content.xml")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (TEXT_FILE, 'id = "brief"', 'id = "post"', "Fehler: Die Datei heißt „brief.toml“"),
        (TEXT_FILE, "level = 2", "level = 3", "Fehler: Die Überschriften überspringen eine Stufe"),
        (TEXT_FILE, "level = 2", "level = 4", "Fehler: Überschriften haben die Stufen 1 bis 3."),
        (TEXT_FILE, 'kind = "choice"', 'kind = "wahl"', "Fehler: „kind“ kennt „wahl“ nicht"),
        (TEXT_FILE, '["Kämmerei", "Datenschutz"]', '["Kämmerei"]', "Fehler: „options“ braucht mindestens 2 Einträge"),
        (TEXT_FILE, '["=1+1", "morgen"]', '["morgen"]', "Fehler: Jede Zeile hat 2 Zellen"),
        (TEXT_FILE, "widths = [3, 1]", "widths = [3]", "Fehler: „widths“ nennt zu jeder der 2 Spalten"),
        (TEXT_FILE, "widths = [3, 1]", "widths = [3, 0]", "Fehler: „widths“ nennt zu jeder der 2 Spalten"),
        (TEXT_FILE, 'rows = [["=1+1", "morgen"]]\nempty_rows = 2', "", "Fehler: Es fehlen Zeilen"),
        (TEXT_FILE, "lines = 2", "lines = 50", "Fehler: Ein Feld hat 1 bis 20 Zeilen."),
        (TEXT_FILE, 'lessons = ["1.1"]', 'lessons = ["1.9"]', "Fehler: Die Lektion 1.9 gibt es nicht."),
        (TEXT_FILE, 'lessons = ["1.1"]', "", "Warnung: Die Vorlage nennt keine Lektion"),
        (SHEET_FILE, "{menge} * {preis}", "{menge} * {wert}", "Fehler: Die Formel nennt „wert“"),
        (SHEET_FILE, "{menge} * {preis}", "{menge} * {art}", "Fehler: Die Formel nennt „art“"),
        (SHEET_FILE, "{menge} * {preis}", "WEBSERVICE({menge})", "Fehler: Eine Formel besteht aus"),
        (SHEET_FILE, "{menge} * {preis}", "{menge} * {summe}", "Fehler: Die Formel nennt „summe“"),
        (SHEET_FILE, '"Kauf", 3, 10.5', '"Kauf", "drei", 10.5', "Fehler: „drei“ passt nicht in die Spalte „Menge“"),
        (SHEET_FILE, '"Kauf", 3, 10.5', '"Kauf", 3', "Fehler: Jede Zeile hat 4 Zellen"),
        (SHEET_FILE, 'title = "Rechnung"', 'title = "Ein/Aus"', "Fehler: Der Name eines Blatts"),
        (SHEET_FILE, 'label = "Was"', 'label = "Was"\ntotal = true', "Fehler: Eine Summe gibt es nur bei Zahlen."),
        (SHEET_FILE, 'id = "preis"', 'id = "menge"', "Fehler: Die id „menge“ gibt es schon"),
    ],
)
def test_a_mistake_is_found(forms: Folder, file: str, old: str, new: str, expected: str) -> None:
    forms.spoil(file, old, new)
    assert any(finding.startswith(file) and expected in finding for finding in found(forms)), found(forms)


def test_a_form_is_text_or_calculation_and_not_nothing(forms: Folder) -> None:
    forms.write(TEXT_FILE, TEXT.split("[[part]]", maxsplit=1)[0])
    assert any("entweder [[part]]" in finding for finding in found(forms))


def test_a_link_to_a_form_that_is_not_there_is_reported(forms: Folder) -> None:
    forms.spoil(LESSON, "Ende.", "[Brief](vorlage:brief) und [Fax](vorlage:fax).")
    sentences = [finding.sentence for finding in check(forms.path) if "Vorlage" in finding.sentence]
    assert sentences == ["Die Vorlage „fax“ gibt es nicht (downloads/fax.toml)."]


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("{a} + {b} * 2", 8.0),
        ("({a} + {b}) / 4", 1.25),
        ("{a} / {c}", 0.0),
        ("-{a} - {leer}", -2.0),
        ("ROUND({b} / {a}, 1)", 1.5),
        ("MAX({a}, {b}, 1) - MIN({a}, {b})", 1.0),
    ],
)
def test_a_formula_is_worked_out_as_a_spreadsheet_does(formula: str, result: float) -> None:
    assert result_of(formula, {"a": 2.0, "b": 3.0, "c": 0.0}) == result


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "1 +",
        "x",
        "open('x')",
        "{a}.real",
        "{a} ** 9",
        "1 if 1 else 2",
        "[1]",
        "__import__('os')",
        "MAX(*[1])",
        "ROUND()",
        "'a'",
    ],
)
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        result_of(formula, {"a": 2.0})


def test_a_formula_names_its_columns() -> None:
    assert columns_of("{a} + {b-1} * {a}") == ("a", "b-1")


def test_the_command_writes_all_forms(forms: Folder, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["downloads", str(tmp_path / "out"), str(forms.path)])
    assert done.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["brief.odt", "kosten.xlsx"]


def test_all_forms_of_the_shipped_programme_can_be_made() -> None:
    read = read_programme()
    assert len(read.downloads) >= 2
    for download in read.downloads:
        assert zipfile.ZipFile(io.BytesIO(make_download(read, download))).testzip() is None


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_no_wrong_value_anywhere_gets_past_as_a_crash(forms: Folder, value: str) -> None:
    put_everywhere(forms, {TEXT_FILE: TEXT, SHEET_FILE: SHEET}, value)
