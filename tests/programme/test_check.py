"""Proof-reading: each rule finds its mistake, with file and line; the shipped programme has no error."""

import re
from datetime import date

import pytest
from click.testing import CliRunner

from lti_tool.cli.programme import programme
from lti_tool.programme.check import check
from lti_tool.programme.checks.readability import sentences_of, syllables_in, wiener_sachtextformel
from lti_tool.programme.formats.findings import Severity
from tests.programme.conftest import FILES, Folder
from tests.shipped import SHIPPED_FOLDER

POOL = "1-grundlagen/pool.toml"
LESSON = "1-grundlagen/lessons/1-1-anfang.md"
MODULE = "1-grundlagen/module.toml"
GLOSSARY = "1-grundlagen/glossary.toml"
SELF_CHECKS = "1-grundlagen/self-checks.toml"
FIGURE_TEXT = "1-grundlagen/figures/1-1-felder.md"
HARD = "Verwaltungsdigitalisierung erfordert ressortübergreifende Koordinierungsstrukturen."


def test_the_shipped_programme_has_no_error() -> None:
    assert [str(finding) for finding in check(SHIPPED_FOLDER) if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (LESSON, "## Transferfrage", "## Frage", f"{LESSON}:22: Fehler: Die Lektion endet mit genau einem Abschnitt"),
        (LESSON, "## Merksätze", "## Transferfrage", f"{LESSON}:49: Fehler: Die Lektion endet mit genau einem Abschnitt"),
        (LESSON, "### Zweiter Teil", "#### Zweiter Teil", f"{LESSON}:37: Fehler: Im Text stehen nur Überschriften"),
        (LESSON, "Und bei Ihnen?", "### Frage\n\nUnd?", f"{LESSON}:55: Fehler: Die Lektion endet mit genau"),
        (LESSON, "## Einstieg: Eine Frage", "### Einstieg", f"{LESSON}:23: Fehler: Vor der ersten Überschrift mit ### steht"),
        (LESSON, "minutes = 10", "minutes = 4", f"{LESSON}:5: Warnung: Lesezeit 4 Minuten"),
        (LESSON, "minutes = 10", "minutes = 31", f"{LESSON}:5: Warnung: Lesezeit 31 Minuten"),
        (LESSON, "glossar:insek", "glossar:inseck", f"{LESSON}:25: Fehler: Den Glossarbegriff „inseck“"),
        (LESSON, "lektion:1.1", "lektion:9.9", f"{LESSON}:39: Fehler: Die Lektion 9.9 gibt es nicht."),
        (LESSON, "lektion:1.1", "seite.html", f"{LESSON}:39: Fehler: Der Verweis „seite.html“ führt nirgendwohin"),
        (LESSON, "![Zwei Felder]", "![]", f"{LESSON}:35: Fehler: Der Grafik „figures/1-1-felder.svg“ fehlt der Alternativtext."),
        (LESSON, "Ende.", "Ein <b>Wort</b>.", f"{LESSON}:43: Fehler: Rohes HTML wird nicht übernommen: <b>"),
        (LESSON, "Ende.", "wort " * 30 + ".", f"{LESSON}:43: Warnung: Der Satz „wort wort"),
        (LESSON, "Ende.", "Ein Satz ist da. " * 30, f"{LESSON}:43: Warnung: Der Absatz hat 120 Wörter"),
        (LESSON, "Ende.", "[INSEK](glossar:insek)", f"{LESSON}:43: Warnung: „insek“ ist schon weiter oben verlinkt"),
        (LESSON, " (fiktives Beispiel)", "", f"{LESSON}:22: Warnung: „Havelbruch“ ist in dieser Lektion nicht"),
        (LESSON, "2027-11-01", "2028-11-01", f"{LESSON}:9: Warnung: Die Lektion wird spätestens nach 12 Monaten geprüft."),
        (LESSON, "- Drei.\n", "", f"{LESSON}:22: Warnung: Es gibt drei bis fünf Merksätze; hier sind es 2."),
        (POOL, 'objectives = ["1.1a"]', 'objectives = ["1.1b"]', f"{POOL}:4: Fehler: M1-01: Das Lernziel 1.1b gibt es in keiner"),
        (POOL, 'level = "verstehen"', 'level = "bewerten"', f"{POOL}:6: Warnung: M1-01: Zur Stufe „bewerten“ gehört"),
        (POOL, 'text = "Drei"', 'text = "Zwei"', f"{POOL}:18: Fehler: M1-01: Diese Antwort steht zweimal da."),
        (POOL, 'text = "Drei"', 'text = "Alle genannten"', f"{POOL}:17: Warnung: M1-01: „Alle genannten“ gibt es"),
        (
            POOL,
            'text = "Zwei"',
            'text = "Zwei ist hier bei Weitem die längste"',
            f"{POOL}:1: Warnung: M1-01: Die richtige Antwort",
        ),
        (POOL, 'text = "Zwei"', 'text = "Zwei, etwas länger als das"', f"{POOL}:1: Warnung: In 1 von 1 Fragen"),
        (POOL, 'stratum = "B"', 'stratum = "A"', f"{POOL}:1: Fehler: Im Stratum B sind zu wenige Fragen: 0, nötig sind 1."),
        ("programme.toml", "min_types = 1", "min_types = 3", f"{POOL}:1: Fehler: Der Pool hat zu wenige Fragetypen: 2"),
        (MODULE, '"a", "b", "c", "d"', '"a"', f"{MODULE}:7: Warnung: Die Bescheinigung braucht 4 bis 6 Stichworte"),
        (MODULE, "number = 1", "number = 1\nrequired = false", "programme.toml:1: Fehler: Es gibt nur Wahlmodule"),
        (MODULE, "number = 1", "number = 2", f"{MODULE}:1: Fehler: Die Nummer 2 passt nicht zum Namen des Ordners."),
        (
            "programme.toml",
            'version = "1"',
            'version = "2"',
            "programme.toml:4: Fehler: Zur Version 2 fehlt eine Änderungsnotiz",
        ),
        (
            "programme.toml",
            'version = "1"\n\n',
            'version = "1 (neu)"\n\n',
            "programme.toml:4: Fehler: Die Version „1 (neu)“ besteht",
        ),
        (
            "programme.toml",
            "[[change]]",
            '[[change]]\nversion = "2"\ndate = 2027-01-01\nnote = "x"\n\n[[change]]',
            "programme.toml:4: Fehler: Die Version 1 ist nicht die jüngste",
        ),
        ("1-grundlagen/self-checks.toml", 'lesson = "1.1"', 'lesson = "1.7"', "1-grundlagen/self-checks.toml:3: Fehler: 1.1-S1"),
        (LESSON, "| Wort | Sinn |", "| | Sinn |", f"{LESSON}:22: Fehler: In einer Tabelle"),
        (FIGURE_TEXT, "Zwei Felder.", "| | b |\n|---|---|\n| a | b |", f"{LESSON}:22: Fehler: In einer Tabelle"),
        (LESSON, "Ende.", "Die DSGVO gilt.", f"{LESSON}:43: Warnung: „DSGVO“ wird in diesem Modul weder hier erklärt"),
        (
            GLOSSARY,
            "[[term]]",
            '[[term]]\nid = "x"\nterm = "Unbenutzt"\ndefinition = "D."\n[[term]]',
            f"{GLOSSARY}:3: Warnung: Den Begriff",
        ),
        (POOL, "Das Zweite.", "Siehe [hier](seite.html).", f"{POOL}:1: Fehler: Der Verweis „seite.html“ führt nirgendwohin"),
        (SELF_CHECKS, '"Was noch?"', '"Was in [1.9](lektion:1.9)?"', f"{SELF_CHECKS}:1: Fehler: Der Verweis „lektion:1.9“"),
        (MODULE, "Ein **fikt", "Zu [A](#anker), **fikt", f"{MODULE}:1: Fehler: Der Verweis „#anker“ führt nirgendwohin"),
        (LESSON, "Ende.", f"{HARD} " * 20, f"{LESSON}:22: Warnung: Die Lektion ist schwer zu lesen (Wiener Sachtextformel"),
    ],
)
def test_a_mistake_is_found_where_it_stands(folder: Folder, file: str, old: str, new: str, expected: str) -> None:
    folder.spoil(file, old, new)
    found = [str(finding) for finding in check(folder.path)]
    assert any(finding.startswith(expected) for finding in found), found


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Datenschutz-Grundverordnung (DSGVO) gilt.",
        "Kurz DSGVO.",
        "DSGVO heißt Datenschutz-Grundverordnung.",
        "DSGVO: die Grundverordnung.",
        "Das INSEK und die INSEKs.",
        "Das Portal GovData und die EU.",
        "Der INSEK-Prozess.",
    ],
)
def test_an_explained_or_everyday_abbreviation_is_no_finding(folder: Folder, sentence: str) -> None:
    folder.spoil("programme.toml", 'version = "1"', 'version = "1"\nknown_words = ["EU"]')
    folder.spoil(LESSON, "Ende.", sentence)
    assert [str(finding) for finding in check(folder.path) if "weder hier erklärt" in finding.sentence] == []


def test_an_abbreviation_explained_in_an_earlier_lesson_of_the_module_is_known(folder: Folder) -> None:
    later = (folder.path / LESSON).read_text(encoding="utf-8").replace('"1.1', '"1.2').replace('"anfang"', '"weiter"')
    folder.write("1-grundlagen/lessons/1-2-weiter.md", later.replace("Ende.", "Die DSGVO gilt."))
    folder.spoil(LESSON, "Ende.", "Die Datenschutz-Grundverordnung (DSGVO) gilt.")
    assert [str(finding) for finding in check(folder.path) if "DSGVO" in finding.sentence] == []


def test_an_electives_glossary_is_known_in_its_own_lessons_only(folder: Folder) -> None:
    for name, text in FILES.items():
        if name.startswith("1-grundlagen/"):
            own = text.replace('"1.1', '"2.1').replace('"M1-', '"M2-').replace("1-1-", "2-1-").replace('"anfang"', '"wahl"')
            folder.write(name.replace("1-grundlagen", "2-wahl").replace("1-1-", "2-1-"), own)
    folder.spoil("2-wahl/module.toml", 'number = 1\nslug = "grundlagen"', 'number = 2\nslug = "wahl"\nrequired = false')
    folder.write("2-wahl/glossary.toml", '[[term]]\nid = "dsgvo"\nterm = "DSGVO"\ndefinition = "Eine Verordnung."\n')
    for lesson in (LESSON, "2-wahl/lessons/2-1-anfang.md"):
        folder.spoil(lesson, "Ende.", "Die DSGVO gilt.")
    found = [finding.file for finding in check(folder.path) if "DSGVO" in finding.sentence]
    assert found == [LESSON]


def test_the_command_prints_readability_hours_and_giveaways(folder: Folder) -> None:
    done = CliRunner().invoke(programme, ["check", str(folder.path)])
    assert done.exit_code == 0
    assert re.search(r"^1\.1 +\d+ +\d+ +[\d.]+ +\d+% +\d+% +[\d.]+$", done.output, re.MULTILINE)
    # Ten declared minutes, a Transferfrage of twelve, half an hour of quiz.
    assert re.search(r"^1 +0\.2 +0\.2 +0\.5 +0\.0 +0\.0 +0\.9$", done.output, re.MULTILINE)
    assert re.search(r"^All +1 +50% +0 of 1 +0 of 2 +0 +0 +0, 0 +0 of 0$", done.output, re.MULTILINE)
    folder.spoil(LESSON, "![Zwei Felder]", "![]")
    done = CliRunner().invoke(programme, ["check", str(folder.path)])
    assert (done.exit_code, "1 errors" in done.output) == (1, True)


def test_an_objective_that_no_question_tests_is_reported(folder: Folder) -> None:
    folder.spoil(LESSON, "[[source]]", '[[objective]]\nid = "1.1b"\ntext = "Sie ordnen."\nbloom = "anwenden"\n\n[[source]]')
    assert any(f.sentence == "Das Lernziel 1.1b wird von keiner Frage geprüft." for f in check(folder.path))


def test_a_lesson_due_for_review_is_reported_on_that_day(folder: Folder) -> None:
    assert not any("fällig" in finding.sentence for finding in check(folder.path, today=date(2027, 11, 1)))
    assert any("war am 01.11.2027 fällig" in finding.sentence for finding in check(folder.path, today=date(2027, 11, 2)))


def test_what_cannot_be_read_is_reported_too(folder: Folder) -> None:
    (folder.path / "programme.toml").unlink()
    assert [finding.severity for finding in check(folder.path)] == [Severity.ERROR]


def test_sentences_end_at_their_end_only() -> None:
    text = "Am 6. Juli kam z. B. die Stadt. „Geht das?“ Ja! Das ergibt 4,0. Der Rest folgt nach Art. 32 DSGVO."
    assert sentences_of(text) == [
        "Am 6. Juli kam z. B. die Stadt.",
        "„Geht das?“",
        "Ja!",
        "Das ergibt 4,0.",
        "Der Rest folgt nach Art. 32 DSGVO.",
    ]


@pytest.mark.parametrize(("word", "syllables"), [("Haus", 1), ("Digitalisierung", 6), ("Bäume", 2), ("See", 1), ("Gemeinde", 3)])
def test_syllables_are_counted_by_vowels(word: str, syllables: int) -> None:
    assert syllables_in(word) == syllables


def test_harder_text_gets_a_higher_school_year() -> None:
    easy = "Das ist ein Haus. Es ist rot. Wir gehen hin."
    hard = "Die Verwaltungsdigitalisierung erfordert ressortübergreifende Koordinierungsstrukturen in kommunalen Organisationen."
    assert wiener_sachtextformel(easy) < 4
    assert wiener_sachtextformel(hard) > 15
    assert wiener_sachtextformel("") == 0.0
