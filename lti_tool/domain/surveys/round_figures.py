"""Counts the sheets of one round, exactly: means are fractions, and who said nothing stands apart."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from lti_tool.domain.surveys.instrument import CANNOT_SAY, EMPTY, SCALE_POINTS


@dataclass(frozen=True)
class ValueFigures:
    """Of one field with codes or numbers."""

    n: int
    """Who gave a value: the base of every figure here."""
    cannot_say: int
    empty: int
    mean: Fraction | None
    median: Fraction | None
    counts: Mapping[Fraction, int]

    @property
    def three_classes(self) -> tuple[int, int, int]:
        """Give how many chose 1 or 2, 3, and 4 or 5."""
        return tuple(sum(self.counts.get(Fraction(point), 0) for point in points) for points in ((1, 2), (3,), (4, 5)))  # type: ignore[return-value]


@dataclass(frozen=True)
class PairFigures:
    """Before and now, of people who gave both."""

    n: int
    mean_before: Fraction | None
    mean_now: Fraction | None
    better: int
    same: int
    lower: int

    @property
    def gain_pct(self) -> Fraction | None:
        """Tell which share of what was missing was gained, in percent; undefined where nothing was missing."""
        if self.mean_before is None or self.mean_now is None or self.mean_before == SCALE_POINTS:
            return None
        return 100 * (self.mean_now - self.mean_before) / (SCALE_POINTS - self.mean_before)


def value_figures(values: Iterable[int | str | Fraction]) -> ValueFigures:
    """Count codes and numbers; CANNOT_SAY and EMPTY are no values."""
    read = [Fraction(value) for value in values]
    given = [value for value in read if value not in (CANNOT_SAY, EMPTY)]
    return ValueFigures(
        n=len(given),
        cannot_say=read.count(Fraction(CANNOT_SAY)),
        empty=read.count(Fraction(EMPTY)),
        mean=_mean(given),
        median=median(given) if given else None,
        counts=Counter(given),
    )


def pair_figures(pairs: Iterable[tuple[int, int]]) -> PairFigures:
    both = [pair for pair in pairs if min(pair) > 0]
    return PairFigures(
        n=len(both),
        mean_before=_mean([Fraction(before) for before, _ in both]),
        mean_now=_mean([Fraction(now) for _, now in both]),
        better=sum(now > before for before, now in both),
        same=sum(now == before for before, now in both),
        lower=sum(now < before for before, now in both),
    )


def _mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None
