"""Reports pools whose options give the answer away, and modules without a question about a document."""

from collections.abc import Sequence

from lti_tool.domain.content.programme import Module
from lti_tool.programme.checks.giveaways import (
    MOST_GUESSED,
    Measures,
    Question,
    best_way,
    chance_to_hit,
    is_absolute,
    measure,
    questions_of,
    repeats_alone,
)
from lti_tool.programme.checks.readability import words_of
from lti_tool.programme.formats.findings import Findings, Rule
from lti_tool.programme.parts.module_folder import ReadModule
from lti_tool.programme.reader import Reading

_ABSOLUTE_LEAD = 0.15
_SHORTEST_SHARE = 0.4
_SURE = 0.5
_DOCUMENT_WORDS = (20, 180)


def check_giveaways(reading: Reading) -> None:
    """Report what a guesser would use, by pool and over all."""
    for entry in reading.modules:
        file = entry.head.file.replace("module.toml", "pool.toml")
        _check_pool(entry.module, file, reading.findings)
        _check_documents(entry, file, reading.findings)
    everything = measure([question for entry in reading.modules for question in questions_of(entry.module.items)])
    if everything.guessed >= MOST_GUESSED:
        reading.findings.miss(
            Rule.GUESSER,
            "programme.toml",
            1,
            f"Wer nichts weiß und nur auf die Form der Antworten achtet, trifft {everything.guessed:.0%} aller Fragen mit einer "
            f"Lösung; unter {MOST_GUESSED:.0%} ist das Ziel.",
        )


def _check_pool(module: Module, file: str, findings: Findings) -> None:
    questions = questions_of(module.items)
    measures = measure(questions)
    if measures.guessed >= MOST_GUESSED:
        findings.miss(
            Rule.GUESSER,
            file,
            1,
            f"Ohne Wissen lassen sich {measures.guessed:.0%} der Fragen mit einer Lösung erraten "
            f"(Ziel: unter {MOST_GUESSED:.0%}): {', '.join(_hit(questions))}.",
        )
    for sentence in _patterns(measures):
        findings.miss(Rule.GIVEAWAY, file, 1, sentence)


def _hit(questions: Sequence[Question]) -> list[str]:
    way = best_way(questions)
    found = []
    for question in questions:
        if len(question.right) == 1 and chance_to_hit(question, way) >= _SURE:
            cues = []
            if any(is_absolute(text) for place, text in enumerate(question.options) if place not in question.right):
                cues.append("absolute Wörter")
            if way.heeds_words and repeats_alone(question) in question.right:
                cues.append("Wörter der Frage")
            found.append(f"{question.id} ({', '.join(cues) or 'Länge'})")
    return found


def _patterns(measures: Measures) -> list[str]:
    sentences = []
    keys, distractors = _share(measures.absolute_keys), _share(measures.absolute_distractors)
    if abs(distractors - keys) > _ABSOLUTE_LEAD:
        sentences.append(
            f"Absolute Wörter (immer, nur …) stehen in {distractors:.0%} der falschen und {keys:.0%} der richtigen Antworten."
        )
    if measures.questions and measures.shortest_keys / measures.questions > _SHORTEST_SHARE:
        sentences.append(
            f"In {measures.shortest_keys} von {measures.questions} Fragen mit einer Lösung ist die richtige Antwort die kürzeste."
        )
    return sentences


def _share(counted: tuple[int, int]) -> float:
    return counted[0] / counted[1] if counted[1] else 0.0


def _check_documents(entry: ReadModule, file: str, findings: Findings) -> None:
    with_document = [read for read in entry.items if read.item.document_html]
    if entry.items and not with_document:
        findings.miss(Rule.DOCUMENT_ITEM, file, 1, "Der Pool hat keine Frage zu einem Dokument (document, document_title).")
    for read in with_document:
        words, line = len(words_of(read.table.text("document", ""))), read.table.line_of("document")
        least, most = _DOCUMENT_WORDS
        if not least <= words <= most:
            sentence = f"{read.item.id}: Das Dokument hat {words} Wörter; gut sind {least} bis {most}."
            findings.warning(read.table.file, line, sentence)
        if "fiktives beispiel" not in f"{read.item.document_title} {read.item.document_html}".lower():
            read.table.error("document", f"{read.item.id}: Das Dokument ist nicht als „fiktives Beispiel“ bezeichnet.")
