"""What gives answers away: absolute words, length, words of the question; and what a guesser makes of all of it."""

import pytest

from lti_tool.programme.check import check
from lti_tool.programme.checks.giveaways import (
    WAYS,
    GuessingWay,
    Question,
    best_way,
    chance_to_hit,
    is_absolute,
    measure,
    questions_of,
    repeats_alone,
)
from lti_tool.programme.formats.findings import Rule
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import Folder

POOL = "1-grundlagen/pool.toml"
SHORT = GuessingWay(takes_longest=False, heeds_words=False)
LONG = GuessingWay(takes_longest=True, heeds_words=False)
WORDS = GuessingWay(takes_longest=False, heeds_words=True)


def question(*options: str, right: int = 0, asked: str = "Was gilt?") -> Question:
    return Question("M1-01", asked, options, frozenset({right}))


@pytest.mark.parametrize(
    "text",
    [
        "Das geht immer.",
        "nur mit Zustimmung",
        "Alle zahlen.",
        "in jedem Fall",
        "Niemand prüft es.",
        "keinerlei Daten",
        "jedes Mal",
    ],
)
def test_absolute_words_are_known(text: str) -> None:
    assert is_absolute(text)


@pytest.mark.parametrize("text", ["Das Nurhaus", "allgemein", "Jedermannsrecht", "die Niederlage", "ein Ganzes"])
def test_parts_of_other_words_are_none(text: str) -> None:
    assert not is_absolute(text)


def test_the_guesser_strikes_absolute_options_first() -> None:
    item = question("Es kommt darauf an.", "Das gilt immer.", "Das gilt nie.", "Alle zahlen.")
    assert chance_to_hit(item, SHORT) == 1
    # Where all are absolute, nothing is struck.
    assert chance_to_hit(question("Immer so!", "Nie so hier.", "Alle zahlen."), SHORT) == 1


def test_the_guesser_goes_by_length_in_both_directions() -> None:
    item = question("kurz", "etwas länger", "noch viel länger")
    assert (chance_to_hit(item, SHORT), chance_to_hit(item, LONG)) == (1, 0)
    alike = question("vier", "fünf", "acht")
    assert chance_to_hit(alike, SHORT) == pytest.approx(1 / 3)


def test_the_guesser_takes_the_only_option_that_repeats_the_question() -> None:
    item = question("Er ist kurz.", "Er prüft den Paragrafen 9 und mehr.", asked="Was sagt „Paragraf 9“?", right=1)
    assert repeats_alone(item) == 1
    assert chance_to_hit(item, WORDS) == 1
    assert chance_to_hit(item, SHORT) == 0
    both = question("Er nennt die Plattform.", "Sie nennt die Plattform auch.", asked="Welche Plattform?")
    assert repeats_alone(both) is None


def test_the_best_of_its_ways_counts() -> None:
    questions = [question("lang und länger", "kurz", "mittel lang"), question("länger als das andere", "kurz", "mittel")]
    measures = measure(questions)
    assert measures.guessed == 1
    assert best_way(questions).takes_longest
    assert (measures.shortest_keys, measures.longest_keys, measures.questions) == (0, 2, 2)
    assert measure([]).guessed == 0
    assert len(WAYS) == 4


def test_several_right_options_are_guessed_by_striking() -> None:
    item = Question("M1-02", "Was?", ("so", "auch so", "immer so"), frozenset({0, 1}))
    measures = measure([item, Question("M1-03", "Was?", ("so", "auch", "dies"), frozenset({0, 1}))])
    assert (measures.several, measures.several_guessed) == (2, 1)
    assert (measures.absolute_keys, measures.absolute_distractors) == ((0, 4), (1, 2))


def test_a_pool_that_can_be_guessed_is_reported_with_its_items(folder: Folder) -> None:
    folder.spoil(POOL, 'text = "Drei"', 'text = "Immer drei"')
    found = [finding for finding in check(folder.path) if finding.rule is Rule.GUESSER]
    assert {finding.file for finding in found} == {POOL, "programme.toml"}
    assert "100% der Fragen" in next(finding.sentence for finding in found if finding.file == POOL)
    assert "M1-01 (absolute Wörter)" in next(finding.sentence for finding in found if finding.file == POOL)
    patterns = [finding.sentence for finding in check(folder.path) if finding.rule is Rule.GIVEAWAY]
    assert any("in 50% der falschen und 0% der richtigen" in sentence for sentence in patterns)
    assert any("die richtige Antwort die kürzeste" in sentence for sentence in patterns)


DOCUMENT = (
    'document_title = "Auszug (fiktives Beispiel)"\ndocument = """**Bescheid:** '
    + "Die Stadt zahlt den Betrag in vier Teilen und legt jedes Jahr einen Bericht vor, sonst fordert das Land ihn zurück."
    + '"""\n'
)


def test_a_question_may_be_about_a_document(folder: Folder) -> None:
    assert any(finding.rule is Rule.DOCUMENT_ITEM for finding in check(folder.path))
    folder.spoil(POOL, 'stem = "Was ist', DOCUMENT + 'stem = "Was ist')
    assert not [finding for finding in check(folder.path) if "okument" in finding.sentence]
    item = read_programme(folder.path).modules[0].items[0]
    assert item.document_title == "Auszug (fiktives Beispiel)"
    assert item.document_html.startswith("<p><strong>Bescheid:</strong> Die Stadt")
    # The guesser reads it, too.
    assert "vier Teilen" in questions_of([item])[0].asked


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (" (fiktives Beispiel)", "", "nicht als „fiktives Beispiel“ bezeichnet"),
        ('document_title = "Auszug (fiktives Beispiel)"\n', "", "Ein Dokument hat Titel und Text"),
        ("Die Stadt zahlt den Betrag in vier Teilen und legt jedes Jahr einen Bericht vor, ", "", "Das Dokument hat"),
    ],
)
def test_a_document_is_whole_and_says_that_it_is_invented(folder: Folder, old: str, new: str, expected: str) -> None:
    folder.spoil(POOL, 'stem = "Was ist', DOCUMENT.replace(old, new) + 'stem = "Was ist')
    assert any(expected in finding.sentence for finding in check(folder.path))
