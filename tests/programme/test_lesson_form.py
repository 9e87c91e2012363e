"""Lessons of any form: short and long ones, „Kurz gesagt“, the Transferfrage, and hours that are honest."""

from dataclasses import replace

import pytest

from lti_tool.domain.rules.completion import Condition
from lti_tool.domain.rules.hours import lesson_minutes, module_minutes
from lti_tool.programme.check import check
from lti_tool.programme.formats.findings import Rule
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import Folder

LESSON = "1-grundlagen/lessons/1-1-anfang.md"
HEAD = "review_by = 2027-11-01\n"
IN_SHORT = 'in_short = ["Ein Weg hat einen Anfang.", "Der Anfang ist klein.", "Danach geht es weiter."]\n'


def sentences(folder: Folder, rule: Rule) -> list[str]:
    return [finding.sentence for finding in check(folder.path) if finding.rule is rule]


def test_three_plain_sentences_stand_at_the_top(folder: Folder) -> None:
    assert sentences(folder, Rule.IN_SHORT) == ["Es fehlt „Kurz gesagt“: in_short mit drei einfachen Sätzen."]
    folder.spoil(LESSON, HEAD, HEAD + IN_SHORT)
    assert sentences(folder, Rule.IN_SHORT) == []
    lesson = read_programme(folder.path).modules[0].lessons[0]
    assert lesson.in_short == ("Ein Weg hat einen Anfang.", "Der Anfang ist klein.", "Danach geht es weiter.")
    # They are no part of the running text.
    assert "Danach geht es weiter" not in lesson.text


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (', "Danach geht es weiter."', "", "hat drei Sätze; hier sind es 2"),
        ("Der Anfang ist klein.", "Der Anfang ist klein. Und er ist neu.", "je Eintrag einen Satz"),
        ("Der Anfang ist klein.", "Der Anfang " + "ist sehr " * 8 + "klein.", "höchstens 15 Wörtern"),
        (
            "Der Anfang ist klein.",
            "Verwaltungsdigitalisierung " * 4 + "erfordert Koordinierungsstrukturen.",
            "ist schwer zu lesen",
        ),
    ],
)
def test_they_are_short_and_easy(folder: Folder, old: str, new: str, expected: str) -> None:
    folder.spoil(LESSON, HEAD, HEAD + IN_SHORT.replace(old, new))
    assert any(expected in sentence for sentence in sentences(folder, Rule.IN_SHORT))


def test_a_lesson_needs_no_fixed_headings_but_ends_with_its_question(folder: Folder) -> None:
    text = (folder.path / LESSON).read_text("utf-8")
    head = text.split("## Einstieg")[0]
    body = "## Ein Streit\n\nWer?\n\n## Zwei Briefe\n\n### Der erste\n\nSo.\n\n## Transferfrage: offen\n\nUnd Sie?\n"
    folder.write(LESSON, head + body)
    assert not [finding for finding in check(folder.path) if "Abschnitt" in finding.sentence or "Überschrift" in finding.sentence]
    lesson = read_programme(folder.path).modules[0].lessons[0]
    assert lesson.transfer_html == "<p>Und Sie?</p>"
    assert lesson.body_html.endswith("<p>Und Sie?</p>\n")


def test_a_lesson_without_a_question_at_its_end_has_none(folder: Folder) -> None:
    folder.spoil(LESSON, "## Transferfrage", "## Zum Schluss")
    assert read_programme(folder.path).modules[0].lessons[0].transfer_html == ""


HOURS = "transfer_minutes_per_lesson = 12\n"
BY_WORDS = "words_per_minute = 180\nself_check_minutes = 1.5\ntransfer_minutes_per_lesson = 10\ntransfer_only_if_written = true\n"


def test_declared_minutes_are_those_of_words_and_self_checks(folder: Folder) -> None:
    assert sentences(folder, Rule.LESSON_MINUTES) == []
    folder.spoil("programme.toml", HOURS, BY_WORDS)
    assert "Wörter und 1 Selbstchecks brauchen etwa 2." in sentences(folder, Rule.LESSON_MINUTES)[0]
    folder.spoil(LESSON, "Ende.", "\n\n".join(["Ein kurzer Satz mit sechs Wörtern. " * 10] * 30))
    assert sentences(folder, Rule.LESSON_MINUTES) == []


def test_hours_are_reading_self_checks_quiz_and_what_was_written(folder: Folder) -> None:
    folder.spoil("programme.toml", HOURS, BY_WORDS)
    programme = read_programme(folder.path)
    module, rules = programme.modules[0], programme.hours
    lesson = replace(module.lessons[0], words=1800)
    assert lesson_minutes(lesson, rules) == 11.5
    module = replace(module, lessons=(lesson, replace(lesson, code="1.2", transfer_html="")))
    lessons = frozenset({Condition.LESSONS})
    assert module_minutes(module, rules, lessons) == 33
    assert module_minutes(module, rules, lessons, written={"1.1", "1.2"}) == 33
    assert module_minutes(module, rules, lessons, written=()) == 23
    assert module_minutes(module, rules, frozenset({Condition.LESSONS, Condition.QUIZ}), written=()) == 53


def test_a_live_session_counts_with_its_preparation(folder: Folder) -> None:
    live = '\n[[live]]\ncode = "1A"\ntitle = "T"\nminutes = 90\npreparation_minutes = 45\npreparation = "P"\nfollow_up = "F"\n'
    folder.write("1-grundlagen/module.toml", (folder.path / "1-grundlagen/module.toml").read_text("utf-8") + live)
    programme = read_programme(folder.path)
    assert module_minutes(programme.modules[0], programme.hours, frozenset({Condition.LIVE})) == 135
    assert sentences(folder, Rule.LIVE_PREPARATION) == []
    folder.spoil("1-grundlagen/module.toml", "preparation_minutes = 45\n", "")
    assert len(sentences(folder, Rule.LIVE_PREPARATION)) == 1


@pytest.mark.parametrize("speed", [99, 301])
def test_nobody_reads_that_fast_or_slowly(folder: Folder, speed: int) -> None:
    folder.spoil("programme.toml", HOURS, f"{HOURS}words_per_minute = {speed}\n")
    assert any("Wörter in der Minute" in finding.sentence for finding in check(folder.path))
