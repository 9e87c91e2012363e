"""Worked examples and what else a practice task needs: levels of its criteria, honest hours, tables that grow."""

import pytest

from lti_tool.domain.content.programme import Field
from lti_tool.domain.content.worked_examples import MarginNote, Passage, Sample
from lti_tool.programme.check import check
from lti_tool.programme.formats.findings import Rule
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import WRONG_VALUES, Folder, put_everywhere

PRACTICE_FILE = "1-grundlagen/practice.toml"
EXAMPLES_FILE = "1-grundlagen/examples/kapitel-1.toml"
PRACTICE = """\
title = "Ausgangslage"
hours = 5
introduction = "Tun Sie etwas."

[[chapter]]
number = 1
title = "Ausgangslage"
[[chapter.field]]
id = "bild"
label = "Bild"
kind = "text"
required = true
words = [3, 12]
[[chapter.field]]
id = "liste"
label = "Liste"
kind = "table"
required = true
min_rows = 5
[[chapter.field.column]]
id = "name"
label = "Name"
[[chapter.field.column]]
id = "stand"
label = "Stand"
choices = ["neu", "alt"]

[[criterion]]
id = "konkret"
text = "Ist es konkret?"
chapters = [1]
not_yet = "Nein."
sound = "Etwas."
convincing = "Ja."
"""
EXAMPLES = """\
chapter = 1

[[field]]
id = "bild"
[field.good]
text = "Ein Dorf mit Bank und Bus."
[[field.good.comment]]
at = "Bank"
text = "Man sieht **etwas**."
[[field.good.comment]]
at = "Ein Dorf"
text = "Ein Ort."
[field.weak]
text = "Wir sind smart."
[[field.weak.comment]]
text = "Kein Bild."

[[field]]
id = "liste"
[field.good]
rows = [
  { name = "A", stand = "neu" },
  { name = "B", stand = "alt" },
  { name = "C" },
]
[[field.good.comment]]
row = 2
column = "stand"
text = "Ehrlich."
[field.weak]
rows = [{ name = "Digitales" }]
[[field.weak.comment]]
row = 1
text = "Sagt nichts."
"""


@pytest.fixture
def practice(folder: Folder) -> Folder:
    folder.write(PRACTICE_FILE, PRACTICE)
    folder.write(EXAMPLES_FILE, EXAMPLES)
    return folder


def found(folder: Folder) -> list[str]:
    return [str(finding) for finding in check(folder.path) if "examples/" in finding.file or "practice" in finding.file]


def test_a_file_becomes_good_and_weak_examples(practice: Folder) -> None:
    assert found(practice) == []
    module = read_programme(practice.path).modules[0]
    example = module.find_example("liste")
    assert example is not None
    assert example.good.rows == ({"name": "A", "stand": "neu"}, {"name": "B", "stand": "alt"}, {"name": "C"})
    assert example.good.notes_of_row(2) == ((1, MarginNote("Ehrlich.", row=2, column="stand")),)
    assert example.weak.notes[0].html == "Sagt nichts."
    assert module.find_example("nichts") is None


def test_a_text_is_cut_where_its_notes_belong() -> None:
    notes = (MarginNote("b", at="Bank"), MarginNote("a", at="Ein Dorf"), MarginNote("zum Ganzen"))
    assert Sample("Ein Dorf mit Bank.", (), notes).passages == (
        Passage("Ein Dorf", 2),
        Passage(" mit "),
        Passage("Bank", 1),
        Passage("."),
    )
    assert Sample("Nur Text.", (), ()).passages == (Passage("Nur Text."),)
    assert Sample("", (), notes).passages == ()


@pytest.mark.parametrize(("min_rows", "start_rows", "rows"), [(10, 0, 3), (5, 0, 3), (3, 0, 2), (0, 0, 1), (8, 2, 2), (8, 6, 3)])
def test_an_empty_table_begins_with_half_the_rows_and_at_most_three(min_rows: int, start_rows: int, rows: int) -> None:
    assert Field("x", "X", "table", True, (), min_rows, None, (), start_rows).rows_at_start == rows


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            EXAMPLES_FILE,
            'id = "bild"',
            'id = "bilder"',
            "Fehler: Das Feld „bilder“ gibt es in Kapitel 1 nicht.",
        ),
        (
            EXAMPLES_FILE,
            'id = "bild"',
            'id = "liste"',
            "Fehler: Zum Feld „liste“ gibt es schon ein Beispiel.",
        ),
        (EXAMPLES_FILE, "chapter = 1", "chapter = 2", "Fehler: Das Feld „bild“ gibt es in Kapitel 2 nicht."),
        (EXAMPLES_FILE, 'at = "Bank"', 'at = "Bänke"', "Fehler: Die Worte „Bänke“ stehen 0-mal"),
        (EXAMPLES_FILE, 'at = "Bank"', 'at = "B"', "Fehler: Die Worte „B“ stehen 2-mal"),
        (EXAMPLES_FILE, 'at = "Bank"', 'at = "Dorf mit"', "Fehler: Zwei Kommentare gehören zu denselben"),
        (EXAMPLES_FILE, '[[field.weak.comment]]\ntext = "Kein Bild."', "", "Fehler: Dem Beispiel zu „bild“"),
        (EXAMPLES_FILE, "row = 2", "row = 4", "Fehler: Die Zeile 4 gibt es im Beispiel nicht."),
        (EXAMPLES_FILE, 'column = "stand"', 'column = "x"', "Fehler: Die Spalte „x“ gibt es nicht"),
        (EXAMPLES_FILE, 'stand = "alt"', 'stand = "uralt"', "Fehler: „uralt“ steht in der Spalte „stand“"),
        (EXAMPLES_FILE, '{ name = "C" },', "", "Fehler: Das gute Beispiel hat 2 Zeilen; das Formular"),
        (EXAMPLES_FILE, '{ name = "C" }', '{ nam = "C" }', "Fehler: Die Spalte „nam“ gibt es im Feld"),
        (EXAMPLES_FILE, 'text = "Ein Dorf mit Bank und Bus."', "rows = []", "Fehler: Das Feld „bild“ nimmt"),
        (EXAMPLES_FILE, "und Bus", "und Bus " * 9, "Warnung: Das gute Beispiel hat"),
        (PRACTICE_FILE, "hours = 5", "hours = 1.5", "Warnung: Für die Praxisaufgabe sind 1.5 Stunden"),
        (PRACTICE_FILE, 'sound = "Etwas."\n', "", "Warnung: Dem Kriterium „konkret“ fehlt"),
        (PRACTICE_FILE, 'sound = "Etwas."', 'sound = "Ja."', "Fehler: Zwei Stufen des Kriteriums"),
        (PRACTICE_FILE, "chapters = [1]", "chapters = [2]", "Fehler: Das Kapitel 2 gehört nicht"),
        (
            PRACTICE_FILE,
            "min_rows = 5",
            "min_rows = 5\nstart_rows = 9",
            "Fehler: „start_rows“ liegt zwischen",
        ),
    ],
)
def test_a_mistake_is_found_where_it_stands(practice: Folder, file: str, old: str, new: str, expected: str) -> None:
    practice.spoil(file, old, new)
    assert any(finding.startswith(file) and expected in finding for finding in found(practice)), found(practice)


def test_a_finding_names_its_line(practice: Folder) -> None:
    practice.spoil(EXAMPLES_FILE, 'at = "Bank"', 'at = "Bänke"')
    assert found(practice)[0].startswith(f"{EXAMPLES_FILE}:8: Fehler: ")


def test_a_required_field_without_an_example_is_reported(practice: Folder) -> None:
    practice.spoil(EXAMPLES_FILE, 'id = "bild"', 'id = "bilder"')
    assert [f.sentence[:16] for f in check(practice.path) if f.rule is Rule.WORKED_EXAMPLE] == ["Zum Feld „bild“ "]
    practice.spoil(PRACTICE_FILE, "required = true", "required = false")
    assert not any(finding.rule is Rule.WORKED_EXAMPLE for finding in check(practice.path))


def test_a_criterion_is_about_the_chapters_it_names(practice: Folder) -> None:
    task = read_programme(practice.path).modules[0].practice
    assert task is not None
    criterion = task.criteria[0]
    assert (criterion.is_about(1), criterion.is_about(2)) == (True, False)
    assert (criterion.not_yet, criterion.sound, criterion.convincing) == ("Nein.", "Etwas.", "Ja.")


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_no_wrong_value_anywhere_gets_past_as_a_crash(practice: Folder, value: str) -> None:
    put_everywhere(practice, {PRACTICE_FILE: PRACTICE, EXAMPLES_FILE: EXAMPLES}, value)
