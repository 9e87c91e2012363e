"""Everything that may be told of a set of opened rounds; pages, files and reports get this and nothing else.

A unit is what was opened together: one round, or several small ones. A unit with fewer than the least people, or with fewer who
answered a question, is left out of every total of it. So whatever totals are subtracted from each other, units remain.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lti_tool.domain.surveys.instrument import EMPTY, SurveyInstrument, SurveyKind, SurveyQuestion
from lti_tool.domain.surveys.publication import (
    PublishedFigures,
    ShownDetail,
    detail_of,
    detail_of_parts,
    least_people,
    published_figures,
    published_pair,
    published_parts,
    real_classes,
)
from lti_tool.domain.surveys.sheet_counts import ALL, PartCounts, figures_of_counts, pair_of_counts, part_of

_NONE = PublishedFigures(ShownDetail.FEWER_THAN_LEAST)


@dataclass(frozen=True)
class SurveyUnit:
    """What was opened together, as counts."""

    id: int
    sheets: int
    parts: Mapping[str, PartCounts]
    """By part; `ALL` is everybody."""

    def counts(self, field: str, part: str = ALL) -> Mapping[str, int]:
        return self.parts.get(part, {}).get(field, {})


@dataclass(frozen=True)
class ResultPart:
    """One part of a split: the classes that it holds, with `EMPTY` for those who named none, and its figures."""

    codes: tuple[int, ...]
    figures: PublishedFigures


@dataclass(frozen=True)
class QuestionResult:
    question: SurveyQuestion
    field: str
    figures: PublishedFigures
    split_by: SurveyQuestion | None = None
    parts: tuple[ResultPart, ...] = ()
    classes: tuple[tuple[int, ...], ...] = ()
    """Of a question about the person: its classes as they may be told apart; `figures.counts` go by the first of each."""


@dataclass(frozen=True)
class PublishedResults:
    detail: ShownDetail
    sheets: int | None
    """None: not even that may be told."""
    questions: tuple[QuestionResult, ...] = ()

    @property
    def shows_texts(self) -> bool:
        """Whether texts may be shown word by word, once somebody has read and released them."""
        return self.detail is ShownDetail.FULL


def published_results(
    instrument: SurveyInstrument, units: Sequence[SurveyUnit], *, least: int, is_open: bool = False
) -> PublishedResults:
    """Give what may be told of some units together, or of one alone."""
    told = [unit for unit in units if unit.sheets >= least_people(least)]
    if is_open or not told:
        return PublishedResults(ShownDetail.NOTHING if is_open else ShownDetail.FEWER_THAN_LEAST, None)
    # As the smallest: the total without the others would tell a small unit as finely as itself is told.
    detail = min(detail_of(unit.sheets, is_open=False, least=least) for unit in told)
    questions = tuple(
        _question(question, field, told, detail, least)
        for question in instrument.questions
        if question.kind is not SurveyKind.TEXT
        for field in ((question.key,) if question.kind is SurveyKind.PAIR else question.fields)
    )
    results = PublishedResults(detail, sum(unit.sheets for unit in told), questions)
    # Of several units the parts could be subtracted from each other's, and what is left be one person.
    return _with_split(instrument, results, told[0], least) if len(told) == 1 else results


def _question(
    question: SurveyQuestion, field: str, units: Sequence[SurveyUnit], detail: ShownDetail, least: int
) -> QuestionResult:
    used = [unit for unit in units if _base(question, unit.counts(field)) >= least_people(least)]
    if not used:
        return QuestionResult(question, field, _NONE)
    bases = (_base(question, unit.counts(field)) for unit in used)
    detail = min(detail, *(detail_of(base, is_open=False, least=least) for base in bases), ShownDetail.FULL)
    classes = real_classes(question.options, least=least) if question.is_personal and question.options else ()
    if question.is_personal and question.options and not classes:
        return QuestionResult(question, field, PublishedFigures(ShownDetail.NOTHING))
    if question.is_personal and len(units) > 1 and any(_is_hidden(question, field, unit, least) for unit in used):
        return QuestionResult(question, field, PublishedFigures(ShownDetail.NOTHING))
    counts: Counter[str] = Counter()
    for unit in used:
        counts.update(_merged(unit.counts(field), classes))
    return QuestionResult(question, field, _figures(question, counts, detail, least), classes=classes)


def _is_hidden(question: SurveyQuestion, field: str, unit: SurveyUnit, least: int) -> bool:
    """Whether a unit alone tells of everybody: then no total may hold it either."""
    shown = published_figures(question, figures_of_counts(unit.counts(field)), ShownDetail.FULL, least=least)
    return shown.detail is ShownDetail.NOTHING


def _figures(question: SurveyQuestion, counts: Mapping[str, int], detail: ShownDetail, least: int) -> PublishedFigures:
    if question.kind is SurveyKind.PAIR:
        return published_pair(pair_of_counts(counts), detail, least=least)
    return published_figures(question, figures_of_counts(counts), detail, least=least)


def _base(question: SurveyQuestion, counts: Mapping[str, int]) -> int:
    return pair_of_counts(counts).n if question.kind is SurveyKind.PAIR else figures_of_counts(counts).n


def _merged(counts: Mapping[str, int], classes: Sequence[tuple[int, ...]]) -> Counter[str]:
    """Count classes that must not be told apart as the first of them."""
    first = {str(code): str(codes[0]) for codes in classes for code in codes}
    merged: Counter[str] = Counter()
    for value, n in counts.items():
        merged[first.get(value, value)] += n
    return merged


def _with_split(instrument: SurveyInstrument, results: PublishedResults, unit: SurveyUnit, least: int) -> PublishedResults:
    """Split by the first question by which it can be; two splits beside each other would cut out single people."""
    for by in (question for question in instrument.questions if question.is_split):
        parts = _parts(by, unit, least)
        if parts:
            questions = tuple(_split(result, by, parts, unit, least) for result in results.questions)
            return PublishedResults(results.detail, results.sheets, questions)
    return results


def _parts(by: SurveyQuestion, unit: SurveyUnit, least: int) -> list[tuple[int, ...]]:
    own = unit.counts(by.key)
    classes = real_classes(by.options, least=least)
    if not classes or published_figures(by, figures_of_counts(own), ShownDetail.FULL, least=least).detail < ShownDetail.COARSE:
        return []
    groups = {" ".join(map(str, codes)): sum(own.get(str(code), 0) for code in codes) for codes in classes}
    parts = published_parts(groups, unit.sheets, least=least)
    # Who named no class has no name there.
    return [tuple(int(code) for name in names for code in (name or str(EMPTY)).split()) for names in parts]


def _split(
    result: QuestionResult, by: SurveyQuestion, parts: Sequence[tuple[int, ...]], unit: SurveyUnit, least: int
) -> QuestionResult:
    # A question about the person beside another one would describe somebody.
    if result.question.is_personal or result.figures.detail < ShownDetail.COARSE:
        return result
    counts = [_of_codes(unit, result.field, by, codes) for codes in parts]
    bases = [_base(result.question, part) for part in counts]
    if min(bases) < least_people(least):
        return result
    detail = min(result.figures.detail, detail_of_parts(bases, least=least))
    shown = tuple(
        ResultPart(codes, _figures(result.question, part, detail, least)) for codes, part in zip(parts, counts, strict=True)
    )
    return QuestionResult(result.question, result.field, result.figures, by, shown)


def _of_codes(unit: SurveyUnit, field: str, by: SurveyQuestion, codes: Sequence[int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for code in codes:
        counts.update(unit.counts(field, part_of(by, code)))
    if EMPTY in codes:
        named = (unit.counts(field, part_of(by, option.code)) for option in by.options)
        counts.update(Counter(unit.counts(field)) - sum(map(Counter, named), Counter[str]()))
    return counts
