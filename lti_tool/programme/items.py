"""Reads questions: the exam pool and the self-checks of a module (docs/authoring.md)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from lti_tool.domain.items import (
    Case,
    Cloze,
    Gap,
    Item,
    Matching,
    Mistake,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Pair,
    SelfCheck,
    SingleChoice,
)
from lti_tool.programme.markdown import block, flowing, inline
from lti_tool.programme.toml_source import Table

LEVELS = ("erinnern", "verstehen", "anwenden", "analysieren", "bewerten", "erschaffen")
STRATA = ("A", "B", "C")
_GAP = re.compile(r"\{\{(\d+)\}\}")
_OBJECTIVE = re.compile(r"\d+\.\d+[a-z]")


class _Common(TypedDict):
    id: str
    objectives: tuple[str, ...]
    level: str
    stratum: str
    stem_html: str
    explanation_html: str
    document_title: str
    document_html: str


@dataclass(frozen=True)
class ReadItem:
    """An item of the pool and where it stands."""

    item: Item
    table: Table


@dataclass(frozen=True)
class ReadSelfCheck:
    """A self-check, the lesson it belongs to and where it stands."""

    check: SelfCheck
    lesson_code: str
    table: Table


def read_pool(root: Table) -> list[ReadItem]:
    """Read a pool; an item with mistakes is reported and left out."""
    found = [ReadItem(item, table) for table in root.tables("item") for item in [_read_item(table)] if item is not None]
    root.finish()
    return found


def read_self_checks(root: Table) -> list[ReadSelfCheck]:
    """Read the self-checks of a module's lessons."""
    found = []
    for table in root.tables("item"):
        kind = table.one_of("type", ("single-choice", "multiple-choice"))
        check = SelfCheck(
            id=table.text("id"),
            stem_html=flowing(table.text("stem")),
            has_several_answers=kind == "multiple-choice",
            options=_options(table, kind == "multiple-choice", least=3),
        )
        found.append(ReadSelfCheck(check, table.text("lesson"), table))
        table.finish()
    root.finish()
    return found


def _read_item(table: Table) -> Item | None:
    kind = table.one_of("type", tuple(_readers))
    common = _Common(
        id=table.text("id"),
        objectives=_objectives(table),
        level=table.one_of("level", LEVELS),
        stratum=table.one_of("stratum", STRATA),
        stem_html=flowing(table.text("stem")),
        explanation_html=flowing(table.text("explanation")),
        document_title=table.text("document_title", ""),
        document_html=block(table.text("document", "")),
    )
    if bool(common["document_title"]) != bool(common["document_html"]):
        table.error("document", "Ein Dokument hat Titel und Text: document_title und document.")
    if kind not in _readers or not common["objectives"]:
        return None
    item = _readers[kind](table, common)
    table.finish()
    return item


def _objectives(table: Table) -> tuple[str, ...]:
    objectives = table.texts("objectives")
    if table.has("objectives") and not objectives:
        table.error("objectives", "Die Frage prüft kein Lernziel; nennen Sie mindestens eines.")
    for objective in objectives:
        if not _OBJECTIVE.fullmatch(objective):
            table.error("objectives", f"„{objective}“ ist keine Kennung eines Lernziels wie „1.3b“.")
    return objectives


def _options(table: Table, several: bool, *, least: int = 0) -> tuple[Option, ...]:
    options = []
    for option in table.tables("option"):
        options.append(Option(inline(option.text("text")), option.flag("correct"), inline(option.text("feedback"))))
        option.finish()
    right = sum(option.is_right for option in options)
    least = least or (4 if several else 3)
    most = 7 if several else 5
    if not least <= len(options) <= most:
        table.error("option", f"Die Frage hat {len(options)} Antworten; es müssen {least} bis {most} sein.")
    if not several and right != 1:
        table.error("option", f"Genau eine Antwort muss richtig sein (correct = true); hier sind es {right}.")
    if several and not 0 < right < len(options):
        table.error("option", "Mindestens eine Antwort muss richtig und mindestens eine falsch sein.")
    return tuple(options)


def _single_choice(table: Table, common: _Common) -> Item:
    return SingleChoice(**common, options=_options(table, False))


def _multiple_choice(table: Table, common: _Common) -> Item:
    return MultipleChoice(**common, options=_options(table, True))


def _case(table: Table, common: _Common) -> Item:
    several = table.one_of("answer", ("single", "multiple")) == "multiple"
    return Case(
        **common,
        vignette_html=block(table.text("vignette")),
        has_several_answers=several,
        options=_options(table, several),
    )


def _matching(table: Table, common: _Common) -> Item:
    pairs = []
    for pair in table.tables("pair"):
        pairs.append(Pair(inline(pair.text("left")), pair.text("right"), inline(pair.text("feedback"))))
        pair.finish()
    if not 3 <= len(pairs) <= 5:
        table.error("pair", f"Eine Zuordnung hat 3 bis 5 Paare; hier sind es {len(pairs)}.")
    item = Matching(**common, pairs=tuple(pairs), extra_right=table.texts("extra_right", ()))
    if len(item.choices) < 2:
        table.error("pair", "Rechts stehen weniger als zwei verschiedene Begriffe; so gibt es nichts zuzuordnen.")
    return item


def _ordering(table: Table, common: _Common) -> Item:
    steps = []
    for step in table.tables("step"):
        steps.append(inline(step.text("text")))
        step.finish()
    if not 4 <= len(steps) <= 8:
        table.error("step", f"Eine Reihenfolge hat 4 bis 8 Schritte; hier sind es {len(steps)}.")
    if len(set(steps)) != len(steps):
        table.error("step", "Zwei Schritte haben denselben Text; ihre Reihenfolge wäre nicht zu erkennen.")
    return Ordering(**common, steps=tuple(steps), feedback_wrong_html=inline(table.text("feedback_wrong")))


def _cloze(table: Table, common: _Common) -> Item:
    gaps = []
    for number, gap in enumerate(table.tables("gap", at_least=1), 1):
        gaps.append(Gap(number, gap.text("answer"), inline(gap.text("feedback"))))
        gap.finish()
    text = table.text("text")
    numbers = [int(number) for number in _GAP.findall(text)]
    if sorted(numbers) != list(range(1, len(gaps) + 1)):
        table.error("text", f"Der Text braucht jede der Lücken {{{{1}}}} bis {{{{{len(gaps)}}}}} genau einmal.")
    # The marks keep their braces through Markdown: nothing in `{{1}}` is markup.
    return Cloze(**common, text_html=flowing(text), gaps=tuple(gaps), extra_words=table.texts("extra_words", ()))


def _numeric(table: Table, common: _Common) -> Item:
    mistakes = []
    for mistake in table.tables("mistake"):
        mistakes.append(Mistake(mistake.number("value"), inline(mistake.text("feedback"))))
        mistake.finish()
    tolerance = table.number("tolerance")
    value = table.number("value")
    if tolerance < 0:
        table.error("tolerance", "„tolerance“ ist 0 oder größer.")
    for known, place in zip(mistakes, table.tables("mistake"), strict=True):
        if abs(known.value - value) <= tolerance:
            place.error("value", "Dieser Rechenfehler liegt im Bereich der richtigen Antworten.")
    return Numeric(
        **common,
        value=value,
        tolerance=tolerance,
        unit=table.text("unit", ""),
        decimals=table.integer("decimals"),
        feedback_right_html=inline(table.text("feedback_right")),
        feedback_wrong_html=inline(table.text("feedback_wrong")),
        mistakes=tuple(mistakes),
    )


_readers: Mapping[str, Callable[[Table, _Common], Item]] = {
    "single-choice": _single_choice,
    "multiple-choice": _multiple_choice,
    "case": _case,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "numeric": _numeric,
}


def report_repeated_ids(tables: Sequence[tuple[str, Table]]) -> None:
    """Report ids that were given twice."""
    first: dict[str, Table] = {}
    for name, table in tables:
        if name in first:
            table.error("id", f"Die id „{name}“ gibt es schon in {first[name].file}:{first[name].line_of('id')}.")
        first.setdefault(name, table)
