"""The case library: what becomes of a file, what proof-reading says to it, and how a case is found."""

from datetime import date

import pytest

from lti_tool.content_versions.archive import pack
from lti_tool.domain.content.case_studies import CaseLibrary, CaseOutcome, Size, Wanted, size_of
from lti_tool.domain.words.search import folded, is_found
from lti_tool.programme.check import check
from lti_tool.programme.formats.files import programme_files
from lti_tool.programme.formats.findings import ProgrammeError, Rule, Severity
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import WRONG_VALUES, Folder, put_everywhere

TOPICS_FILE = "cases/topics.toml"
CASE_FILE = "cases/mitfahrbank.md"
LESSON = "1-grundlagen/lessons/1-1-anfang.md"
TOPICS = """\
[[topic]]
id = "mobilitaet"
label = "Mobilität"
[[topic]]
id = "daten"
label = "Daten"
[[measure]]
id = "verkehrsangebot"
label = "Verkehrsangebot"
"""
CASE = """\
+++
id = "mitfahrbank"
title = "Eine Bank für Mitfahrende"
summary = "Eine Gemeinde stellt Bänke auf und zählt nicht."
place = "Gemeinde Überall"
laender = ["BB"]
population = 9000
size = "klein"
measure = "verkehrsangebot"
topics = ["mobilitaet"]
began = 2021
ended = 2024
outcome = "eingestellt"
takes_over_best_if = "vorher weiß, wie gezählt wird."
certainty = "B"
as_of = 2026-11-30
lessons = ["1.1"]

[[source]]
id = "zeitung"
publisher = "Bote"
title = "Leere Bank"
year = 2024
url = "https://bote.example.org/bank"
read_on = 2026-11-30
+++

## Problem

Der Bus fährt selten [hier](quelle:zeitung), und das INSEK verlangt mehr.

## Lösung

Bänke in allen Ortsteilen [hier](quelle:zeitung).

## Beteiligte

Die Gemeinde [hier](quelle:zeitung).

## Kosten

Nicht veröffentlicht.

## Lizenz und Nachnutzung

Dazu wurde nichts bekannt; nicht gefunden.

## Was schiefging oder offen ist

Niemand saß darauf [hier](quelle:zeitung). Mehr in [Lektion 1.1](lektion:1.1).

## Zuerst übernehmen

Zählen. FUELL
"""


@pytest.fixture
def library(folder: Folder) -> Folder:
    folder.write(TOPICS_FILE, TOPICS)
    folder.write(CASE_FILE, CASE.replace("FUELL", "\n\n".join(["Ein Satz mit sechs Wörtern mehr. " * 13] * 3)))
    return folder


def errors_of(folder: Folder) -> list[str]:
    return [str(finding) for finding in check(folder.path) if finding.severity is Severity.ERROR]


def test_a_file_becomes_a_case(library: Folder) -> None:
    assert [str(finding) for finding in check(library.path) if finding.file.startswith("cases/")] == []
    study = read_programme(library.path).library.studies[0]
    assert (study.id, study.size, study.outcome) == ("mitfahrbank", Size.SMALL, CaseOutcome.STOPPED)
    assert (study.began, study.ended, study.population) == (2021, 2024, 9000)
    assert [heading.text for heading in study.headings][3:5] == ["Kosten", "Lizenz und Nachnutzung"]
    assert study.term_ids == ("insek",)
    assert not study.is_invented
    # Citations show the number of their source and are not read as words.
    assert '<a href="#quelle-zeitung" class="source-link">[1]</a>' in study.body_html
    assert "Der Bus fährt selten , und das INSEK verlangt mehr." in study.text


def test_a_programme_without_a_library_has_an_empty_one(folder: Folder) -> None:
    assert read_programme(folder.path).library == CaseLibrary()
    assert not any(finding.rule is Rule.LESSON_CASE for finding in check(folder.path))


def test_cases_belong_to_the_kept_version(library: Folder) -> None:
    names = [name for name, _ in programme_files(library.path)]
    assert {TOPICS_FILE, CASE_FILE} <= set(names)
    before = pack(library.path).sha256
    library.spoil(CASE_FILE, "Niemand saß", "Keiner saß")
    assert pack(library.path).sha256 != before


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (CASE_FILE, "## Kosten", "## Preis", f"{CASE_FILE}:40: Fehler: Ein Fall hat diese Abschnitte (##)"),
        (CASE_FILE, "## Kosten\n\nNicht veröffentlicht.\n\n", "", f"{CASE_FILE}:40: Fehler: Ein Fall hat diese Abschnitte"),
        (CASE_FILE, "Nicht veröffentlicht.", "Genau 5 Euro.", f"{CASE_FILE}:42: Fehler: „Kosten“ nennt keine Quelle"),
        (CASE_FILE, "Nicht veröffentlicht.", "", f"{CASE_FILE}:27: Fehler: Der Abschnitt „Kosten“ ist leer."),
        (
            CASE_FILE,
            "quelle:zeitung), und",
            "quelle:funk), und",
            f"{CASE_FILE}:30: Fehler: Die Quelle „funk“ steht nicht im Kopf.",
        ),
        (CASE_FILE, 'id = "zeitung"\n', "", f"{CASE_FILE}:19: Fehler: Jede Quelle eines Falls hat eine eigene id"),
        (CASE_FILE, "read_on = 2026-11-30\n", "", f"{CASE_FILE}:19: Fehler: Quellen eines Falls nennen den Tag"),
        (CASE_FILE, 'id = "mitfahrbank"', 'id = "bank"', f"{CASE_FILE}:2: Fehler: Die Datei heißt „mitfahrbank.md“"),
        (CASE_FILE, 'id = "mitfahrbank"', 'id = "Mit Bank"', f"{CASE_FILE}:2: Fehler: „id“ besteht aus kleinen Buchstaben"),
        (CASE_FILE, "population = 9000", "population = 12000", f"{CASE_FILE}:8: Fehler: 12000 Einwohner:innen sind „mittel“"),
        (CASE_FILE, 'topics = ["mobilitaet"]', 'topics = ["bus"]', f"{CASE_FILE}:10: Fehler: „topics“ kennt „bus“ nicht"),
        (CASE_FILE, "verkehrsangebot", "bank", f"{CASE_FILE}:9: Fehler: „measure“ kennt „bank“ nicht"),
        (CASE_FILE, '["BB"]', '["XX"]', f"{CASE_FILE}:6: Fehler: „laender“ kennt „XX“ nicht"),
        (CASE_FILE, '["BB"]', "[]", f"{CASE_FILE}:6: Fehler: Nennen Sie mindestens ein Land"),
        (CASE_FILE, 'certainty = "B"', 'certainty = "C"', f"{CASE_FILE}:15: Fehler: „certainty“ kennt „C“ nicht"),
        (CASE_FILE, "eingestellt", "laeuft", f"{CASE_FILE}:13: Fehler: Der Fall endete 2024 und läuft trotzdem."),
        (CASE_FILE, 'ended = 2024\noutcome = "eingestellt"', 'outcome = "ueberstanden"', f"{CASE_FILE}:12: Fehler: Was „ueberst"),
        (CASE_FILE, "ended = 2024", "ended = 2020", f"{CASE_FILE}:11: Fehler: Die Jahre 2021 bis 2020"),
        (CASE_FILE, 'lessons = ["1.1"]', 'lessons = ["9.9"]', f"{CASE_FILE}:17: Fehler: „9.9“ gibt es nicht"),
        (CASE_FILE, 'lessons = ["1.1"]', 'modules = ["nichts"]', f"{CASE_FILE}:17: Fehler: „nichts“ gibt es nicht"),
        (CASE_FILE, "lektion:1.1", "lektion:7.7", f"{CASE_FILE}:50: Fehler: Die Lektion 7.7 gibt es nicht."),
        (CASE_FILE, "Gemeinde Überall", "Überall (fiktives Beispiel)", f"{CASE_FILE}:2: Fehler: Der Fall heißt „fiktives"),
        (CASE_FILE, 'certainty = "B"', 'certainty = "B"\ninvented = true', f"{CASE_FILE}:16: Fehler: Der Fall ist erfunden"),
        (CASE_FILE, "Die Gemeinde [", "Frau Muster und die Gemeinde [", f"{CASE_FILE}:38: Warnung: „Frau Muster“ sieht nach"),
        (
            CASE_FILE,
            "Zählen.",
            "![Bild](figures/x.svg)\n\nZählen.",
            f"{CASE_FILE}:54: Fehler: In einem Fall stehen keine Grafiken.",
        ),
        (TOPICS_FILE, 'id = "daten"', 'id = "mobilitaet"', f"{TOPICS_FILE}:5: Fehler: Die id „mobilitaet“ gibt es schon"),
        (LESSON, "Ende.", "[Bank](fall:bank).", f"{LESSON}:43: Fehler: Den Fall „bank“ gibt es nicht"),
    ],
)
def test_a_mistake_is_found_where_it_stands(library: Folder, file: str, old: str, new: str, expected: str) -> None:
    library.spoil(file, old, new)
    found = [str(finding) for finding in check(library.path)]
    assert any(finding.startswith(expected) for finding in found), found


def test_an_invented_case_needs_no_source_and_says_what_it_is(library: Folder) -> None:
    text = (library.path / CASE_FILE).read_text("utf-8")
    head, source = text.split("[[source]]")
    text = head + "invented = true\n+++" + source.split("+++", 1)[1].replace(" [hier](quelle:zeitung)", "")
    library.write(CASE_FILE, text.replace("Gemeinde Überall", "Gemeinde Überall (fiktives Beispiel)"))
    assert errors_of(library) == []


def test_a_lesson_that_leads_to_no_case_is_reported(library: Folder) -> None:
    library.spoil(CASE_FILE, 'lessons = ["1.1"]', 'modules = ["grundlagen"]')
    assert [f.file for f in check(library.path) if f.rule is Rule.LESSON_CASE] == [LESSON]
    library.spoil(LESSON, "Ende.", "Wie in der [Gemeinde Überall](fall:mitfahrbank).")
    assert not any(finding.rule is Rule.LESSON_CASE for finding in check(library.path))
    programme = read_programme(library.path)
    lesson = programme.modules[0].lessons[0]
    assert programme.library.of_lesson(lesson.code, lesson.case_ids) == programme.library.studies
    assert programme.library.of_module("grundlagen", frozenset()) == programme.library.studies


def test_a_case_is_looked_at_again_after_a_year_and_a_half(library: Folder) -> None:
    assert not any("neu geprüft" in finding.sentence for finding in check(library.path, today=date(2028, 5, 1)))
    assert any("neu geprüft" in finding.sentence for finding in check(library.path, today=date(2028, 7, 1)))


def test_a_library_without_its_lists_is_refused(library: Folder) -> None:
    (library.path / TOPICS_FILE).unlink()
    with pytest.raises(ProgrammeError, match=r"fehlt die topics\.toml"):
        read_programme(library.path)


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [
        (Wanted(), True),
        (Wanted(words="BANK ueberall"), True),
        (Wanted(words="überall mobilität brandenburg"), True),
        (Wanted(words="bank fahrrad"), False),
        (Wanted(topic="mobilitaet", size="klein", land="BB", outcome="eingestellt", measure="verkehrsangebot"), True),
        (Wanted(topic="daten"), False),
        (Wanted(size="gross"), False),
        (Wanted(land="SN", words="bank"), False),
    ],
)
def test_a_case_is_found_by_words_and_by_what_it_is(library: Folder, wanted: Wanted, is_found: bool) -> None:
    assert bool(read_programme(library.path).library.search(wanted)) is is_found


def test_umlauts_are_found_in_each_way_of_writing() -> None:
    text = folded("Müllabfuhr in Świecie, Straße")
    assert all(is_found(word, text) for word in ("muell", "MÜLL", "mull", "swiecie", "strasse", "straße"))
    assert not is_found("müll papier", text)


@pytest.mark.parametrize(
    ("population", "size"), [(9_999, Size.SMALL), (10_000, Size.MIDDLE), (99_999, Size.MIDDLE), (100_000, Size.LARGE)]
)
def test_the_size_of_a_place_follows_from_its_inhabitants(population: int, size: Size) -> None:
    assert size_of(population) is size


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_no_wrong_value_anywhere_gets_past_as_a_crash(library: Folder, value: str) -> None:
    put_everywhere(library, {name: (library.path / name).read_text("utf-8") for name in (CASE_FILE, TOPICS_FILE)}, value)
