"""Proof-reads exam pools and self-checks: objectives, levels, giveaways, and whether a quiz can be drawn."""

import re

from lti_tool.domain.content.programme import AssessmentRules
from lti_tool.domain.items import Case, Item
from lti_tool.domain.items.base import FULL
from lti_tool.domain.items.choice import SelfCheck
from lti_tool.domain.rules.drawing import QuizNotReady, Shortage, draw, shortages
from lti_tool.programme.checks.readability import words_of
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.parts.items import ReadItem
from lti_tool.programme.parts.module_folder import ReadModule

_STRATUM_OF_LEVEL = {"erinnern": "A", "verstehen": "A", "anwenden": "B", "analysieren": "C", "bewerten": "C"}
_VIGNETTE_WORDS = (80, 120)
_VIGNETTE_WORDS_BY_DOCUMENT = 20
_TAG = re.compile(r"<[^>]+>")
_ALL_OR_NONE = re.compile(r"\b(?:alle|keine)s? (?:der )?(?:oben )?(?:genannten|Antworten)", re.I)
# With four options of like length the key is the longest in one item of four; from 40 percent on, length begins to help.
_LONGEST_SHARE = 0.4
_MUCH_LONGER = 1.3
_SEEDS_TRIED = range(3)


def check_pool(entry: ReadModule, rules: AssessmentRules, findings: Findings) -> None:
    """Report what a module's questions lack."""
    file = entry.head.file.replace("module.toml", "pool.toml")
    objectives = {objective.id: objective.bloom for lesson in entry.module.lessons for objective in lesson.objectives}
    for item in entry.items:
        _check_item(item, objectives, findings)
    if entry.module.has_exam:
        _check_objectives(entry, findings)
        _check_giveaway(entry, file, findings)
        _check_draw(entry, rules, file, findings)
    for check in entry.checks:
        _check_self_check(check.check, check.lesson_code, entry, findings)


def _check_item(entry: ReadItem, objectives: dict[str, str], findings: Findings) -> None:
    item, table = entry.item, entry.table

    def warn(key: str, sentence: str) -> None:
        findings.warning(table.file, table.line_of(key), f"{item.id}: {sentence}")

    for objective in item.objectives:
        if objective not in objectives:
            table.error("objectives", f"{item.id}: Das Lernziel {objective} gibt es in keiner Lektion dieses Moduls.")
    if item.level == "erschaffen":
        table.error("level", f"{item.id}: „erschaffen“ prüft nur die Praxisaufgabe, keine Frage.")
    elif _STRATUM_OF_LEVEL.get(item.level) != item.stratum:
        warn("stratum", f"Zur Stufe „{item.level}“ gehört das Stratum {_STRATUM_OF_LEVEL.get(item.level)}, nicht {item.stratum}.")
    if isinstance(item, Case):
        words = len(words_of(_plain(item.vignette_html)))
        # Beside a document two or three sentences are enough.
        least = _VIGNETTE_WORDS_BY_DOCUMENT if item.document_html else _VIGNETTE_WORDS[0]
        if not least <= words <= _VIGNETTE_WORDS[1]:
            warn("vignette", f"Die Fallvignette hat {words} Wörter; gut sind {least} bis {_VIGNETTE_WORDS[1]}.")
        if "fiktives beispiel" not in item.vignette_html.lower():
            warn("vignette", "Die Fallvignette ist nicht als „fiktives Beispiel“ bezeichnet.")
    if item.points_for(item.right_answer) != FULL:
        table.error("type", f"{item.id}: Die Lösung, wie sie gezeigt wird, bringt nicht den vollen Punkt (tolerance, decimals).")
    _check_judged(entry, findings)


def _check_judged(entry: ReadItem, findings: Findings) -> None:
    table, name, options = entry.table, entry.item.id, entry.item.judged
    places = table.tables(entry.item.judged_key) if options else ()
    texts = [_plain(option.html) for option in options]
    for text, place in zip(texts, places, strict=True):
        if texts.count(text) > 1:
            place.error("text", f"{name}: Diese Antwort steht zweimal da.")
        if _ALL_OR_NONE.search(text):
            findings.warning(place.file, place.line, f"{name}: „{text}“ gibt es in der Prüfung nicht (Schreibregel 12).")
    right = [len(text) for text, option in zip(texts, options, strict=True) if option.is_right]
    wrong = [len(text) for text, option in zip(texts, options, strict=True) if not option.is_right]
    # The mean for several right ones: one long option among them gives nothing away.
    if right and wrong and sum(right) / len(right) > _MUCH_LONGER * (max(wrong) if len(right) == 1 else sum(wrong) / len(wrong)):
        findings.warning(table.file, table.line, f"{name}: Die richtige Antwort verrät sich durch ihre Länge.")


def _check_objectives(entry: ReadModule, findings: Findings) -> None:
    tested = {objective for item in entry.items for objective in item.item.objectives}
    for lesson in entry.lessons:
        for objective, table in zip(lesson.lesson.objectives, lesson.head.tables("objective"), strict=True):
            if objective.id not in tested and objective.bloom != "erschaffen":
                findings.warning(table.file, table.line_of("id"), f"Das Lernziel {objective.id} wird von keiner Frage geprüft.")


def _check_giveaway(entry: ReadModule, file: str, findings: Findings) -> None:
    single = [item.item for item in entry.items if item.item.has_one_key]
    longest = [item for item in single if _is_key_longest(item)]
    if single and len(longest) / len(single) > _LONGEST_SHARE:
        findings.warning(
            file, 1, f"In {len(longest)} von {len(single)} Fragen mit einer Lösung ist die richtige Antwort die längste "
            f"({', '.join(item.id for item in longest)})."
        )  # fmt: skip


def _is_key_longest(item: Item) -> bool:
    longest = max(item.judged, key=lambda option: len(_plain(option.html)))
    return longest.is_right


def _check_draw(entry: ReadModule, rules: AssessmentRules, file: str, findings: Findings) -> None:
    module = entry.module
    lacking = shortages(module.items, module.lesson_codes, rules)
    for shortage in lacking:
        findings.error(file, 1, _sentence(shortage))
    if lacking:
        return
    for seed in _SEEDS_TRIED:
        try:
            draw(module.items, module.lesson_codes, rules, seed=seed)
        except QuizNotReady:
            findings.error(file, 1, "Aus diesem Pool lässt sich keine Prüfung ziehen, die alle Regeln zugleich erfüllt.")
            return


def _sentence(shortage: Shortage) -> str:
    what = {
        "pool": "Der Pool hat zu wenige Fragen",
        "stratum": f"Im Stratum {shortage.name} sind zu wenige Fragen",
        "lesson": f"Zur Lektion {shortage.name} gibt es keine Frage",
        "types": "Der Pool hat zu wenige Fragetypen",
        "cases": "Im Pool fehlt eine Fallvignette",
        "other_types": "Außer Single Choice gibt es zu wenige Fragen",
    }[shortage.what]
    return f"{what}: {shortage.has}, nötig sind {shortage.needs}. So lässt sich keine Prüfung ziehen."


def _check_self_check(check: SelfCheck, lesson_code: str, entry: ReadModule, findings: Findings) -> None:
    table = next(read.table for read in entry.checks if read.check is check)
    if lesson_code not in entry.module.lesson_codes:
        table.error("lesson", f"{check.id}: Die Lektion {lesson_code} gibt es in diesem Modul nicht.")
    if not re.fullmatch(re.escape(lesson_code) + r"-S\d+", check.id):
        findings.warning(table.file, table.line_of("id"), f"{check.id}: Die id eines Selbstchecks heißt wie „{lesson_code}-S1“.")


def _plain(html: str) -> str:
    return _TAG.sub(" ", html)
