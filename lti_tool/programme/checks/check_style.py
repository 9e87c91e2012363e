"""Proof-reads style: the rhythm of sentences in a lesson, and turns of phrase that come too often in a module."""

import re
from dataclasses import dataclass

from lti_tool.programme.checks.readability import sentences_of, words_of
from lti_tool.programme.formats.findings import Findings, Rule
from lti_tool.programme.parts.lessons import ReadLesson
from lti_tool.programme.parts.module_folder import ReadModule

_MEAN = (11.0, 13.0)
_SHORT_WORDS = 7
_MOST_SHORT = 0.2
_LONG_WORDS = 18
_MOST_COUNTED = 2
_COUNTED = re.compile(
    r"\b(?:zwei|drei|vier|fünf|sechs|sieben|acht)\s+(?:[a-zäöüß]+e[nr]?\s+)?(?:Fragen?|Schritten?|Punkten?)\b", re.I
)


@dataclass(frozen=True)
class Rhythm:
    """How the sentences of a text go."""

    sentences: int
    mean: float
    longest: int
    short_share: float
    """Of those with fewer than seven words."""
    long_share: float
    """Of those with 18 words and more."""


def rhythm_of(text: str) -> Rhythm:
    """Measure running text."""
    lengths = [len(words_of(sentence)) for sentence in sentences_of(text)] or [0]
    count = len(lengths)
    return Rhythm(
        count,
        sum(lengths) / count,
        max(lengths),
        sum(length < _SHORT_WORDS for length in lengths) / count,
        sum(length >= _LONG_WORDS for length in lengths) / count,
    )


def check_style(entry: ReadModule) -> None:
    """Report what makes a module read like a primer."""
    for lesson in entry.lessons:
        _check_rhythm(lesson, entry.findings)
    _check_counted(entry)


def _check_rhythm(lesson: ReadLesson, findings: Findings) -> None:
    def miss(line: int, sentence: str) -> None:
        findings.miss(Rule.RHYTHM, lesson.file, line, sentence)

    rhythm = rhythm_of(lesson.lesson.text)
    if not _MEAN[0] <= rhythm.mean <= _MEAN[1]:
        miss(lesson.body_line, f"Ein Satz hat im Mittel {rhythm.mean:.1f} Wörter; gut sind {_MEAN[0]:g} bis {_MEAN[1]:g}.")
    if rhythm.short_share > _MOST_SHORT:
        miss(
            lesson.body_line,
            f"{rhythm.short_share:.0%} der Sätze haben weniger als {_SHORT_WORDS} Wörter; gut sind höchstens {_MOST_SHORT:.0%}.",
        )
    for block in lesson.markup.blocks:
        long = [sentence for sentence in sentences_of(block.text) if len(words_of(sentence)) >= _LONG_WORDS]
        if block.kind == "paragraph" and len(long) > 1:
            miss(block.line, f"Der Absatz hat {len(long)} Sätze mit {_LONG_WORDS} und mehr Wörtern; einer trägt.")


def _check_counted(entry: ReadModule) -> None:
    found = [
        (lesson, block.line, match[0])
        for lesson in entry.lessons
        for block in lesson.markup.blocks
        for match in _COUNTED.finditer(block.text)
    ]
    for lesson, line, words in found[_MOST_COUNTED:]:
        sentence = f"„{words}“: So zählt dieses Modul schon mehr als zweimal auf ({len(found)}-mal in allen Lektionen)."
        entry.findings.miss(Rule.COUNTED, lesson.file, line, sentence)
