"""Proof-reads one lesson: its form, lengths, links, figures and dates."""

import re
from datetime import date, timedelta

from lti_tool.domain.content.programme import HoursRules, Module, Programme
from lti_tool.domain.rules.hours import lesson_minutes
from lti_tool.programme.checks.readability import longer_than, sentences_of, wiener_sachtextformel, words_of
from lti_tool.programme.checks.targets import Targets, check_references
from lti_tool.programme.formats.findings import Findings, Rule
from lti_tool.programme.formats.markdown import Block
from lti_tool.programme.parts.lessons import ReadLesson
from lti_tool.programme.parts.sources import check_sources

_FEWEST_PARTS = 3
_MINUTES = (5, 30)
_MINUTES_OFF = 2.5
# A lesson in which every fact has its source needs more than a reading list does.
_SOURCES = (3, 12)
_LONG_FROM_MINUTES = 15
_SENTENCES_IN_SHORT = 3
_MOST_WORDS_IN_SHORT = 15
_EASY_TO_READ = 9.0
_MOST_WORDS_OPENING = 120
_MOST_WORDS_PARAGRAPH = 90
_MOST_WORDS_SENTENCE = 25
_MOST_ALT_CHARACTERS = 150
_HARD_TO_READ = 10.0
_MONTHS_12, _MONTHS_6 = timedelta(days=366), timedelta(days=184)
# Security, procurement and AI go out of date sooner (style guide, rule 15).
_MODULES_REVIEWED_EVERY_HALF_YEAR = {3}
_HTML = re.compile(r"</?[a-zA-Z][^>]*>")


def check_lesson(
    entry: ReadLesson, module: Module, programme: Programme, targets: Targets, findings: Findings, *, today: date | None
) -> None:
    """Report what a lesson lacks."""
    _check_headings(entry, findings)
    _check_lengths(entry, programme.hours, findings)
    _check_in_short(entry, findings)
    _check_links(entry, targets, findings)
    _check_figures(entry, findings)
    _check_head(entry, module, findings, today)
    place = module.case_name.rpartition(" ")[2]
    text = " ".join(block.text for block in entry.markup.blocks)
    if place and place in text and "fiktives Beispiel" not in text:
        findings.warning(
            entry.file, entry.body_line, f"„{place}“ ist in dieser Lektion nicht als „fiktives Beispiel“ bezeichnet."
        )


def _check_headings(entry: ReadLesson, findings: Findings) -> None:
    headings = [block for block in entry.markup.blocks if block.kind == "heading"]
    parts = [heading for heading in headings if heading.level == 2]
    before = 1
    for heading in headings:
        if heading.level == 1 or heading.level > 3:
            findings.error(
                entry.file, heading.line, "Im Text stehen nur Überschriften mit ## und ###; der Titel kommt aus dem Kopf."
            )
        elif heading.level - before > 1:
            findings.error(entry.file, heading.line, "Vor der ersten Überschrift mit ### steht eine mit ##.")
        before = heading.level
    last = [heading for heading in parts if re.match(r"Transferfrage\b", heading.text)]
    if len(last) != 1 or last[0] is not headings[-1]:
        line = last[0].line if last else entry.body_line
        findings.error(entry.file, line, "Die Lektion endet mit genau einem Abschnitt „## Transferfrage“, ohne ### darunter.")
    if len(parts) < _FEWEST_PARTS:
        findings.warning(entry.file, entry.body_line, f"Die Lektion hat nur {len(parts)} Abschnitte (##).")


def _check_lengths(entry: ReadLesson, rules: HoursRules, findings: Findings) -> None:
    lesson, parts = entry.lesson, _by_block(entry.markup.blocks)
    needed = lesson_minutes(lesson, rules)
    if abs(needed - lesson.minutes) > _MINUTES_OFF:
        why = f"{lesson.words} Wörter und {len(lesson.self_checks)} Selbstchecks brauchen etwa {round(needed)}"
        sentence = f"Angegeben sind {lesson.minutes} Minuten; {why}."
        findings.miss(Rule.LESSON_MINUTES, entry.file, entry.head.line_of("minutes"), sentence)
    if lesson.minutes <= _LONG_FROM_MINUTES:
        opening = sum(len(words_of(block.text)) for block in next(iter(parts.values()), ()))
        if opening > _MOST_WORDS_OPENING:
            findings.warning(entry.file, entry.body_line, f"Der Einstieg hat {opening} Wörter; höchstens {_MOST_WORDS_OPENING}.")
    key_points = [block for block in parts.get("Merksätze", ()) if block.kind == "entry"]
    if "Merksätze" in parts and not 3 <= len(key_points) <= 5:
        findings.warning(entry.file, entry.body_line, f"Es gibt drei bis fünf Merksätze; hier sind es {len(key_points)}.")
    for block in entry.markup.blocks:
        if block.kind != "heading":
            check_block(block, entry.file, findings)
    grade = wiener_sachtextformel(lesson.text)
    if grade > _HARD_TO_READ:
        findings.warning(
            entry.file, entry.body_line, f"Die Lektion ist schwer zu lesen (Wiener Sachtextformel {grade}; Ziel: höchstens 10)."
        )


def _check_in_short(entry: ReadLesson, findings: Findings) -> None:
    def miss(sentence: str) -> None:
        findings.miss(Rule.IN_SHORT, entry.file, entry.head.line_of("in_short"), sentence)

    sentences = entry.lesson.in_short
    if not sentences:
        return miss("Es fehlt „Kurz gesagt“: in_short mit drei einfachen Sätzen.")
    if len(sentences) != _SENTENCES_IN_SHORT:
        miss(f"„Kurz gesagt“ hat drei Sätze; hier sind es {len(sentences)}.")
    for sentence in sentences:
        if len(words_of(sentence)) > _MOST_WORDS_IN_SHORT or len(sentences_of(sentence)) != 1:
            miss(f"„{sentence[:40]}…“: „Kurz gesagt“ hat je Eintrag einen Satz mit höchstens {_MOST_WORDS_IN_SHORT} Wörtern.")
    grade = wiener_sachtextformel("\n".join(sentences))
    if grade > _EASY_TO_READ:
        miss(f"„Kurz gesagt“ ist schwer zu lesen (Wiener Sachtextformel {grade}; Ziel: höchstens {_EASY_TO_READ:g}).")
    return None


def check_block(block: Block, file: str, findings: Findings) -> None:
    """Report a paragraph or sentence that is too long, and raw HTML."""
    count = len(words_of(block.text))
    if block.kind == "paragraph" and count > _MOST_WORDS_PARAGRAPH:
        findings.warning(file, block.line, f"Der Absatz hat {count} Wörter; höchstens {_MOST_WORDS_PARAGRAPH}.")
    for sentence in longer_than(sentences_of(block.text), _MOST_WORDS_SENTENCE):
        words = len(words_of(sentence))
        findings.warning(
            file, block.line, f"Der Satz „{sentence[:40]}…“ hat {words} Wörter; in der Regel höchstens {_MOST_WORDS_SENTENCE}."
        )
    if found := _HTML.search(block.text):
        findings.error(file, block.line, f"Rohes HTML wird nicht übernommen: {found[0]}")


def _by_block(blocks: list[Block]) -> dict[str, list[Block]]:
    parts: dict[str, list[Block]] = {}
    name = ""
    for block in blocks:
        if block.kind == "heading" and block.level == 2:
            name = block.text.split(":")[0]
        elif block.kind != "heading":
            parts.setdefault(name, []).append(block)
    return parts


def _check_links(entry: ReadLesson, targets: Targets, findings: Findings) -> None:
    check_references(entry.markup, targets, entry.file, findings)
    seen: set[str] = set()
    for reference in entry.markup.terms:
        if reference.target in seen:
            findings.warning(entry.file, reference.line, f"„{reference.target}“ ist schon weiter oben verlinkt; einmal genügt.")
        seen.add(reference.target)
    for reference in entry.markup.late_terms:
        findings.warning(
            entry.file, reference.line, f"„{reference.target}“ kommt hier schon vor, verlinkt ist es erst weiter unten."
        )
    known = {source.id for source in entry.lesson.sources}
    for reference in entry.markup.sources:
        if reference.target not in known:
            findings.error(entry.file, reference.line, f"Die Quelle „{reference.target}“ steht nicht im Kopf.")


def _check_figures(entry: ReadLesson, findings: Findings) -> None:
    for use in entry.markup.figures:
        if not use.stands_alone:
            findings.error(entry.file, use.line, f"Die Grafik „{use.path}“ steht nicht allein in ihrem Absatz.")
        if not use.alt.strip():
            findings.error(entry.file, use.line, f"Der Grafik „{use.path}“ fehlt der Alternativtext.")
        if len(use.alt) > _MOST_ALT_CHARACTERS:
            findings.warning(
                entry.file, use.line, f"Der Alternativtext hat {len(use.alt)} Zeichen; höchstens {_MOST_ALT_CHARACTERS}."
            )
        if not use.caption.strip():
            findings.warning(entry.file, use.line, f"Der Grafik „{use.path}“ fehlt die Bildunterschrift.")


def _check_head(entry: ReadLesson, module: Module, findings: Findings, today: date | None) -> None:
    lesson, head = entry.lesson, entry.head

    def warn(key: str, sentence: str) -> None:
        findings.warning(entry.file, head.line_of(key), sentence)

    if not lesson.code.startswith(f"{module.number}."):
        head.error("code", f"Die Lektion {lesson.code} liegt im Ordner von Modul {module.number}.")
    if not _MINUTES[0] <= lesson.minutes <= _MINUTES[1]:
        warn("minutes", f"Lesezeit {lesson.minutes} Minuten; eine Lektion hat {_MINUTES[0]} bis {_MINUTES[1]}.")
    if not _SOURCES[0] <= len(lesson.sources) <= _SOURCES[1]:
        warn("source", f"Es gibt drei bis zwölf Quellen; hier sind es {len(lesson.sources)}.")
    # A module without exam teaches by writing; where it asks, it asks as often as others do.
    if not 2 <= len(lesson.self_checks) <= 3 and (module.has_exam or lesson.self_checks):
        warn("code", f"Zur Lektion gehören zwei oder drei Selbstchecks; hier sind es {len(lesson.self_checks)}.")
    check_sources(head, findings)
    half_year = module.number in _MODULES_REVIEWED_EVERY_HALF_YEAR
    if lesson.review_by - lesson.as_of > (_MONTHS_6 if half_year else _MONTHS_12):
        warn("review_by", f"Die Lektion wird spätestens nach {6 if half_year else 12} Monaten geprüft.")
    if today is not None and lesson.review_by < today:
        warn("review_by", f"Die Prüfung der Lektion war am {lesson.review_by:%d.%m.%Y} fällig.")
