"""What of a closed round may be published: every page, report and file asks here, and shows nothing else.

`least` is the smallest number of people behind any figure. A setting may raise it; below five it never goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from lti_tool.domain.surveys.instrument import SurveyKind, SurveyOption, SurveyQuestion
from lti_tool.domain.surveys.round_figures import PairFigures, ValueFigures

LEAST_PEOPLE = 5
PERCENT_FROM = 20


class ShownDetail(IntEnum):
    """How much of a set of sheets is shown; each level shows what the one below shows, and more."""

    NOTHING = 0
    """The round is open: not even the number."""
    FEWER_THAN_LEAST = 1
    """Only the words „weniger als fünf Antworten“, without the number."""
    COARSE = 2
    """Means and three classes; free text only as themes that a reader wrote."""
    FULL = 3
    """Five classes, median, free text word by word once somebody has read it."""


@dataclass(frozen=True)
class PublishedFigures:
    """What may be shown of one question; None is what must not be."""

    detail: ShownDetail
    n: int | None = None
    cannot_say: int | None = None
    mean: Fraction | None = None
    median: Fraction | None = None
    three_classes: tuple[int, int, int] | None = None
    counts: Mapping[Fraction, int] | None = None
    pair: PairFigures | None = None


def least_people(setting: int = LEAST_PEOPLE) -> int:
    return max(setting, LEAST_PEOPLE)


def detail_of(sheets: int, *, is_open: bool, least: int = LEAST_PEOPLE) -> ShownDetail:
    """Tell how much of a round's sheets may be shown."""
    if is_open:
        return ShownDetail.NOTHING
    if sheets < least_people(least):
        return ShownDetail.FEWER_THAN_LEAST
    return ShownDetail.COARSE if sheets < 2 * least_people(least) else ShownDetail.FULL


def shows_percentages(base: int) -> bool:
    """Tell whether percentages say more than „6 von 8“."""
    return base >= PERCENT_FROM


def published_figures(
    question: SurveyQuestion, figures: ValueFigures, detail: ShownDetail, *, least: int = LEAST_PEOPLE
) -> PublishedFigures:
    """Give what may be shown of a question with one value, in a set of sheets that is shown in `detail`."""
    if detail <= ShownDetail.FEWER_THAN_LEAST:
        return PublishedFigures(detail)
    # Its own base decides as well: many may have left it out.
    detail = min(detail, detail_of(figures.n, is_open=False, least=least))
    if detail is ShownDetail.FEWER_THAN_LEAST:
        return PublishedFigures(detail, cannot_say=figures.cannot_say)
    if question.is_personal and tells_of_everybody(figures):
        return PublishedFigures(ShownDetail.NOTHING)
    is_scale = question.kind is SurveyKind.SCALE
    has_mean = question.kind is SurveyKind.NUMBER or (question.scale is not None and question.scale.has_mean)
    is_full = detail is ShownDetail.FULL
    return PublishedFigures(
        detail,
        n=figures.n,
        cannot_say=figures.cannot_say,
        mean=figures.mean if has_mean else None,
        median=figures.median if has_mean and is_full else None,
        three_classes=figures.three_classes if is_scale else None,
        # A number that one person alone wrote would stand for itself.
        counts=figures.counts if is_full and question.kind is not SurveyKind.NUMBER else None,
    )


def published_pair(figures: PairFigures, detail: ShownDetail, *, least: int = LEAST_PEOPLE) -> PublishedFigures:
    """Give what may be shown of a pair: of people who gave both, and never of each half by itself.

    The two halves have bases of their own; the difference of two bases would be one person.
    """
    detail = min(detail, detail_of(figures.n, is_open=False, least=least)) if detail > ShownDetail.FEWER_THAN_LEAST else detail
    if detail <= ShownDetail.FEWER_THAN_LEAST:
        return PublishedFigures(detail)
    return PublishedFigures(detail, n=figures.n, pair=figures)


def tells_of_everybody(figures: ValueFigures) -> bool:
    """Tell whether the largest class holds all, or all but one, who then knows the others."""
    return max(figures.counts.values(), default=0) >= figures.n - 1


def published_parts(groups: Mapping[str, int], sheets: int, *, least: int = LEAST_PEOPLE) -> tuple[tuple[str, ...], ...]:
    """Give the parts in which `sheets` may be told apart, each as the names it holds; none where one part is left.

    Sheets that named no group are a part as well, "": what is left over could be worked out otherwise. The two smallest are
    merged until each part is large enough. Hiding one part would be useless: it is the total without the others.
    """
    counts = {name: count for name, count in groups.items() if count}
    counts[""] = counts.get("", 0) + sheets - sum(groups.values())
    parts: list[tuple[tuple[str, ...], int]] = [((name,), count) for name, count in counts.items() if count]
    # By size, then by place, so that the same numbers always give the same parts.
    while len(parts) > 1 and min(count for _, count in parts) < least_people(least):
        first, second = sorted(range(len(parts)), key=lambda place: parts[place][1])[:2]
        place, other = sorted((first, second))
        merged = (parts[place][0] + parts[other][0], parts[place][1] + parts[other][1])
        parts = [merged if each == place else part for each, part in enumerate(parts) if each != other]
    return tuple(names for names, _ in parts) if len(parts) > 1 else ()


def detail_of_parts(sizes: Sequence[int], *, least: int = LEAST_PEOPLE) -> ShownDetail:
    """Tell how much all parts of a split show: as the smallest. The total without a finer part would tell the others' detail."""
    return min((detail_of(size, is_open=False, least=least) for size in sizes), default=ShownDetail.NOTHING)


def real_classes(options: Sequence[SurveyOption], *, least: int = LEAST_PEOPLE) -> tuple[tuple[int, ...], ...]:
    """Merge classes in which fewer people or towns exist than may be told apart, each with its neighbour; give their codes.

    „Über 100.000 Einwohner“ is the name of a town where there are two of them, however many answered.
    """
    merged: list[tuple[tuple[int, ...], int | None]] = []
    for option in options:
        before = merged[-1] if merged else None
        if before is not None and (_is_rare(before[1], least) or _is_rare(option.existing, least)):
            merged[-1] = ((*before[0], option.code), _together(before[1], option.existing))
        else:
            merged.append(((option.code,), option.existing))
    if len(merged) == 1 and _is_rare(merged[0][1], least):
        return ()
    return tuple(codes for codes, _ in merged)


def _is_rare(existing: int | None, least: int) -> bool:
    return existing is not None and existing < least_people(least)


def _together(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
