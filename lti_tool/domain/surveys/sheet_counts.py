"""Turns opened sheets into counts, which is all that is kept of most surveys, and counts back into figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lti_tool.domain.surveys.instrument import EMPTY, SurveyInstrument, SurveyKind, SurveyQuestion
from lti_tool.domain.surveys.round_figures import PairFigures, ValueFigures, pair_figures, value_figures
from lti_tool.domain.surveys.sheet_checking import SheetValue

ALL: Final = ""
"""The part that holds everybody."""
ANSWERED: Final = "any"
"""Beside the codes of several choices: who chose at least one."""
OpenedSheet = Mapping[str, SheetValue]
PartCounts = Mapping[str, Mapping[str, int]]
"""By field, then by value."""


def part_of(question: SurveyQuestion, code: int) -> str:
    """Name the part of those who chose a class of a question."""
    return f"{question.key}={code}"


def counted_sheets(instrument: SurveyInstrument, sheets: Sequence[OpenedSheet]) -> dict[tuple[str, str, str], int]:
    """Count every value, of all and of each part that figures may be split by; by part, field and value."""
    counts: Counter[tuple[str, str, str]] = Counter()
    splits = [question for question in instrument.questions if question.is_split]
    for sheet in sheets:
        parts = [ALL, *(part_of(question, code) for question in splits if (code := _code(sheet, question)) != EMPTY)]
        for question in instrument.questions:
            for field, value in _values(question, sheet):
                for part in parts:
                    counts[part, field, value] += 1
    return dict(counts)


def kept_values(instrument: SurveyInstrument, sheet: OpenedSheet) -> dict[str, object]:
    """Give what may stand in a row for research: everything but texts, which could name whoever wrote them."""
    fields = [name for question in instrument.questions if question.kind is not SurveyKind.TEXT for name in question.fields]
    return {
        name: list(value) if isinstance(value, tuple) else value for name in fields if (value := sheet.get(name, EMPTY)) != ""
    }


def written_texts(instrument: SurveyInstrument, sheets: Iterable[OpenedSheet]) -> list[tuple[str, str]]:
    """List question and text of all that was written."""
    questions = [question.key for question in instrument.questions if question.kind is SurveyKind.TEXT]
    return [(key, text) for sheet in sheets for key in questions if isinstance(text := sheet.get(key), str) and text]


def figures_of_counts(counts: Mapping[str, int]) -> ValueFigures:
    """Give the figures of a field with one value, or of several choices, where n are those who chose at least one."""
    figures = value_figures(value for value, n in counts.items() if value != ANSWERED for _ in range(n))
    if ANSWERED not in counts:
        return figures
    return ValueFigures(counts[ANSWERED], figures.cannot_say, figures.empty, None, None, figures.counts)


def pair_of_counts(counts: Mapping[str, int]) -> PairFigures:
    pairs = []
    for value, n in counts.items():
        before, _, now = value.partition(">")
        pairs += [(int(before), int(now))] * n
    return pair_figures(pairs)


def _code(sheet: OpenedSheet, question: SurveyQuestion) -> int:
    value = sheet.get(question.key, EMPTY)
    return value if isinstance(value, int) else EMPTY


def _values(question: SurveyQuestion, sheet: OpenedSheet) -> Iterable[tuple[str, str]]:
    if question.kind is SurveyKind.TEXT:
        return
    if question.kind is SurveyKind.PAIR:
        before, now = (sheet.get(name, EMPTY) for name in question.fields)
        yield question.key, f"{before}>{now}"
    elif question.kind is SurveyKind.SEVERAL:
        codes = sheet.get(question.key, ())
        chosen = codes if isinstance(codes, tuple) else ()
        yield from ((question.key, str(code)) for code in chosen)
        yield question.key, ANSWERED if chosen else str(EMPTY)
    else:
        yield from ((name, str(sheet.get(name, EMPTY))) for name in question.fields)
