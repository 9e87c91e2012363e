"""Published figures as CSV: what may be told, one number a line, and nothing that is not on the page."""

import csv
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction

from lti_tool.domain.surveys.published_results import QuestionResult
from lti_tool.surveys.results.read_results import SurveyResults

COLUMNS = ("survey", "question", "value", "n")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def figures_csv(told: Sequence[SurveyResults]) -> str:
    """Write counts, or classes where only these may be told, with the base of each question under `base`."""
    return written_csv(COLUMNS, (line for found in told for line in _lines(found)))


def written_csv(columns: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    """Write UTF-8 text with comma and LF; text that a spreadsheet would run begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return out.getvalue()


def _safe(value: object) -> object:
    # Numbers stay numbers, -8 and -9 too.
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _lines(found: SurveyResults) -> Iterator[tuple[str, str, str, object]]:
    for result in found.results.questions:
        for value, n in _values(result):
            yield found.name, result.field, value, n


def _values(result: QuestionResult) -> Iterator[tuple[str, object]]:
    told = result.figures
    if told.n is None:
        return
    yield "base", told.n
    if told.cannot_say is not None:
        yield "cannot_say", told.cannot_say
    if told.pair is not None:
        yield from (("better", told.pair.better), ("same", told.pair.same), ("lower", told.pair.lower))
        if told.pair.mean_before is not None and told.pair.mean_now is not None:
            yield "mean_before", round(float(told.pair.mean_before), 4)
            yield "mean_now", round(float(told.pair.mean_now), 4)
    if told.mean is not None:
        yield "mean", round(float(told.mean), 4)
    if told.counts is not None and result.question.scale is not None:
        points = range(1, len(result.question.scale.points) + 1)
        yield from ((str(point), told.counts.get(Fraction(point), 0)) for point in points)
    elif told.counts is not None:
        classes = result.classes or tuple((option.code,) for option in result.question.options)
        yield from ((" ".join(map(str, codes)), told.counts.get(Fraction(codes[0]), 0)) for codes in classes)
    elif told.three_classes is not None:
        yield from zip(("1-2", "3", "4-5"), told.three_classes, strict=True)
