"""Proof-reads words: abbreviations that a module neither explains nor has in a glossary, terms that no lesson uses."""

import re
from collections.abc import Iterable, Sequence

from lti_tool.domain.content.programme import Term
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.term_links import TermFinder
from lti_tool.programme.formats.toml_source import Table
from lti_tool.programme.parts.lessons import ReadLesson
from lti_tool.programme.reader import Reading

# Two capitals in one word make an abbreviation: DSGVO, IoT, BauGB. Names like GovData and the second part of a word do not count.
_ABBREVIATION = re.compile(r"(?<![\w-])[A-ZÄÖÜ][A-Za-zäöüß]*[A-ZÄÖÜ][A-Za-zäöüß]*(?![\w])")
_TWO_TOGETHER = re.compile(r"[A-ZÄÖÜ]{2}")
_LONGEST_MIXED = 4
_ENDING = re.compile(r"(?<=[A-ZÄÖÜ])(?:e[nrs]?|s)$")
# How lessons explain one. {0} is the abbreviation.
_EXPLANATIONS = (
    r"\w[\w“\" -]*\({0}[^)]*\)",
    r"{0}\s*\(",
    r"{0}:\s",
    r"(?:[Kk]urz|Kürzel|heißen|heißt|nennt man(?: sie| es)?|namens)\s(?:ein[e]?\s|das\s|die\s|der\s)?{0}\b",
    r"{0}(?:-\w+)?\s(?:heißt|steht|stehen|meint|bedeutet|beschreibt|genannt|ist|sind)\b",
    r"{0},\s(?:das|die|der|in de[mr]|also|kurz|ausgeschrieben)\b",
)


def check_words(reading: Reading, known: Sequence[str]) -> None:
    """Report abbreviations without explanation and terms without use.

    Args:
        known: what needs no explanation (`known_words` in programme.toml).
    """
    shared = [term for entry in reading.modules if entry.module.is_required for term, _ in entry.terms]
    for entry in reading.modules:
        # A course without an elective does not have the elective's glossary.
        terms = shared if entry.module.is_required else [*shared, *(term for term, _ in entry.terms)]
        finder = TermFinder(terms)
        explained = {*known, *_abbreviations(terms)}
        for lesson in entry.lessons:
            _check_lesson(lesson, finder, explained, reading.findings)
    used = {term_id for entry in reading.modules for lesson in entry.lessons for term_id in lesson.lesson.term_ids}
    for term, table in _terms(reading):
        if term.id not in used:
            reading.findings.warning(table.file, table.line_of("term"), f"Den Begriff „{term.term}“ benutzt keine Lektion.")


def _abbreviations(terms: Iterable[Term]) -> set[str]:
    """Return those that the glossary's own words contain."""
    names = " ".join(name for term in terms for name in (term.term, *term.forms))
    return {_ENDING.sub("", word) for word in _ABBREVIATION.findall(names)}


def _check_lesson(lesson: ReadLesson, finder: TermFinder, explained: set[str], findings: Findings) -> None:
    blocks = [block for block in lesson.markup.blocks if block.kind != "heading"]
    text = "\n".join(block.text for block in lesson.markup.blocks)
    for block in blocks:
        terms = [(start, end) for start, end, _ in finder.find(block.text)]
        for found in _ABBREVIATION.finditer(block.text):
            word = _ENDING.sub("", found[0])
            if block.kind == "cell" and found.start() == 0:
                continue  # The row or column says what it is.
            if not _TWO_TOGETHER.search(word) and len(word) > _LONGEST_MIXED:
                continue
            if word in explained or any(start <= found.start() < end for start, end in terms):
                continue
            explained.add(word)
            if not _is_explained(word, text):
                findings.warning(
                    lesson.file, block.line, f"„{word}“ wird in diesem Modul weder hier erklärt noch in einem Glossar."
                )


def _is_explained(word: str, text: str) -> bool:
    return any(re.search(pattern.replace("{0}", re.escape(word)), text) for pattern in _EXPLANATIONS)


def _terms(reading: Reading) -> Iterable[tuple[Term, Table]]:
    for entry in reading.modules:
        yield from entry.terms
