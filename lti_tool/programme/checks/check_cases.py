"""Proof-reads the case library: the seven points, a source for every fact, and no fact that nobody could check."""

import re
from datetime import date, timedelta

from lti_tool.domain.content.case_studies import OVER, POINTS, CaseOutcome, Size, size_of
from lti_tool.programme.checks.check_lesson import check_block
from lti_tool.programme.checks.readability import words_of
from lti_tool.programme.checks.targets import Targets, check_references
from lti_tool.programme.formats.findings import Findings, Rule
from lti_tool.programme.formats.markdown import Block, ParsedMarkdown
from lti_tool.programme.parts.cases import ReadCase
from lti_tool.programme.parts.sources import check_sources
from lti_tool.programme.reader import Reading

_WORDS = (220, 700)
_MOST_SUMMARY_CHARACTERS = 200
_MOST_TOPICS = 5
_YEARS = range(1990, 2100)
_GOOD_FOR = timedelta(days=550)
# What a point says where no source tells: then it cites none.
_NOT_KNOWN = re.compile(r"nicht (?:veröffentlicht|gefunden|bekannt|genannt)|keine (?:Angabe|Quelle)", re.I)
_OUR_CONCLUSION = "Zuerst übernehmen"
_PERSON = re.compile(r"\b(?:Herrn?|Frau|Dr\.|Prof\.|Bürgermeister(?:in)?|Landrat|Landrätin)\s+(?:Dr\.\s+)?[A-ZÄÖÜ][a-zäöüß]+\b")


def check_cases(reading: Reading, targets: Targets, today: date | None) -> None:
    """Report what the cases lack, and lessons that lead to none."""
    slugs = {module.slug for module in reading.programme.modules}
    for case in reading.library.cases:
        _check_case(case, targets, slugs, reading.findings, today)
    if reading.library.is_there:
        for module in reading.modules:
            for lesson in module.lessons:
                if not reading.programme.library.of_lesson(lesson.lesson.code, lesson.lesson.case_ids):
                    reading.findings.miss(
                        Rule.LESSON_CASE,
                        lesson.file,
                        lesson.body_line,
                        "Die Lektion führt zu keinem Fall: Verlinken Sie einen mit [Name](fall:id), oder nennen Sie die Lektion "
                        "im Kopf eines Falls.",
                    )


def _check_case(case: ReadCase, targets: Targets, slugs: set[str], findings: Findings, today: date | None) -> None:
    _check_head(case, findings, today)
    _check_points(case, findings)
    _check_citations(case, findings)
    check_references(case.markup, targets, case.file, findings)
    check_sources(case.head, findings)
    for key, known, values in (
        ("lessons", targets.lessons, case.study.lesson_codes),
        ("modules", slugs, case.study.module_slugs),
    ):
        for value in values:
            if value not in known:
                case.head.error(key, f"„{value}“ gibt es nicht (Lektion oder Modul).")
    for block in case.markup.blocks:
        check_block(block, case.file, findings)
        if found := _PERSON.search(block.text):
            findings.warning(case.file, block.line, f"„{found[0]}“ sieht nach dem Namen einer Person aus; Fälle nennen keine.")


def _check_head(case: ReadCase, findings: Findings, today: date | None) -> None:
    study = case.study

    def warn(key: str, sentence: str) -> None:
        findings.warning(case.file, case.head.line_of(key), sentence)

    if len(study.summary) > _MOST_SUMMARY_CHARACTERS:
        warn("summary", f"Die Zusammenfassung hat {len(study.summary)} Zeichen; höchstens {_MOST_SUMMARY_CHARACTERS}.")
    if not 1 <= len(study.topics) <= _MOST_TOPICS:
        warn("topics", f"Ein Fall hat ein bis {_MOST_TOPICS} Themen; hier sind es {len(study.topics)}.")
    if not study.laender:
        case.head.error("laender", "Nennen Sie mindestens ein Land (oder DE).")
    if study.population and study.size in (Size.SMALL, Size.MIDDLE, Size.LARGE) and study.size is not size_of(study.population):
        case.head.error("size", f"{study.population} Einwohner:innen sind „{size_of(study.population)}“, nicht „{study.size}“.")
    if study.began not in _YEARS or (study.ended and not study.began <= study.ended < _YEARS.stop):
        case.head.error("began", f"Die Jahre {study.began} bis {study.ended or 'heute'} passen nicht zusammen.")
    if study.outcome in OVER and not study.ended:
        case.head.error("outcome", f"Was „{study.outcome}“ ist, hat ein Jahr, in dem es endete (ended).")
    if study.outcome is CaseOutcome.RUNNING and study.ended:
        case.head.error("outcome", f"Der Fall endete {study.ended} und läuft trotzdem.")
    if not study.lesson_codes and not study.module_slugs:
        warn("lessons", "Der Fall nennt weder eine Lektion noch ein Modul, zu dem er gehört.")
    says_invented = "fiktives Beispiel" in f"{study.place} {study.text}"
    if study.is_invented and not says_invented:
        case.head.error("invented", "Der Fall ist erfunden, aber nicht als „fiktives Beispiel“ bezeichnet.")
    if not study.is_invented and says_invented:
        case.head.error("id", "Der Fall heißt „fiktives Beispiel“, im Kopf fehlt invented = true.")
    if not study.is_invented and not study.sources:
        case.head.error("source", "Ein Fall, der wirklich war, hat mindestens eine Quelle.")
    if today is not None and today - study.as_of > _GOOD_FOR:
        warn("as_of", f"Der Fall steht auf dem Stand vom {study.as_of:%d.%m.%Y}; nach anderthalb Jahren wird er neu geprüft.")


def _check_points(case: ReadCase, findings: Findings) -> None:
    headings = [block for block in case.markup.blocks if block.kind == "heading"]
    names = [heading.text for heading in headings]
    if names != list(POINTS) or any(heading.level != 2 for heading in headings):
        pairs = zip(headings, POINTS, strict=False)
        wrong = next((heading.line for heading, name in pairs if heading.text != name or heading.level != 2), case.body_line)
        findings.error(case.file, wrong, f"Ein Fall hat diese Abschnitte (##), in dieser Folge: {', '.join(POINTS)}.")
    for name, blocks in by_heading(case.markup).items():
        if not blocks:
            findings.error(case.file, case.body_line, f"Der Abschnitt „{name}“ ist leer.")
    total = sum(len(words_of(block.text)) for block in case.markup.blocks if block.kind != "heading")
    if not _WORDS[0] <= total <= _WORDS[1]:
        least, most = _WORDS
        findings.warning(case.file, case.body_line, f"Der Fall hat {total} Wörter; auf eine Seite passen {least} bis {most}.")


def _check_citations(case: ReadCase, findings: Findings) -> None:
    known = [source.id for source in case.study.sources]
    cited = {reference.target for reference in case.markup.sources}
    for reference in case.markup.sources:
        if reference.target not in known:
            findings.error(case.file, reference.line, f"Die Quelle „{reference.target}“ steht nicht im Kopf.")
    for table, name in zip(case.head.tables("source"), known, strict=True):
        if not name or known.count(name) > 1:
            table.error("id", "Jede Quelle eines Falls hat eine eigene id, mit der der Text sie nennt: [Quelle](quelle:id).")
        elif name not in cited:
            findings.warning(table.file, table.line, f"Die Quelle „{name}“ nennt der Text nirgends: [Quelle](quelle:{name}).")
        if not case.study.is_invented and not table.has("read_on"):
            table.error("read_on", "Quellen eines Falls nennen den Tag, an dem sie gelesen wurden (read_on = 2026-11-30).")
    if case.study.is_invented:
        return
    lines = [reference.line for reference in case.markup.sources]
    for name, blocks in by_heading(case.markup).items():
        said = " ".join(block.text for block in blocks)
        begin, end = (blocks[0].line, blocks[-1].line + blocks[-1].text.count("\n") + 1) if blocks else (0, 0)
        is_cited = any(begin <= line <= end for line in lines)
        if blocks and name != _OUR_CONCLUSION and not is_cited and not _NOT_KNOWN.search(said):
            findings.error(
                case.file,
                begin,
                f"„{name}“ nennt keine Quelle: [Quelle](quelle:id). Sagt keine etwas dazu, schreiben Sie „nicht veröffentlicht“.",
            )


def by_heading(markup: ParsedMarkdown) -> dict[str, list[Block]]:
    """Give what stands below each heading of the second level."""
    parts: dict[str, list[Block]] = {}
    name: str | None = None
    for block in markup.blocks:
        if block.kind == "heading" and block.level == 2:
            name = block.text
            parts.setdefault(name, [])
        elif block.kind != "heading" and name is not None:
            parts[name].append(block)
    return parts
