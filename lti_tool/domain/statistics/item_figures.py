"""The figures of an item from its sums: how many solve it, whether it separates, what people choose.

Definitions of classical test theory, with the correlation against the rest of the attempt: against the whole, a random item of
ten would seem to separate, because the whole contains it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import Final

from lti_tool.domain.statistics.item_sums import BANDS, WHOLE, ItemSums

_Z: Final = 1.959963984540054
"""The normal distribution's 0.975 quantile."""


@dataclass(frozen=True)
class Interval:
    """From and to, with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True)
class OptionChoice:
    """How often an option was chosen: shares of all, and of the thirds that know least and most otherwise."""

    letter: str
    share: float
    lower_third: float
    upper_third: float


@dataclass(frozen=True)
class ItemFigures:
    """What the sums say of an item; shares from 0 to 1."""

    n: int
    empty: int
    facility: float
    facility_within: Interval
    deviation: float
    discrimination: float | None
    """None: nobody differs, in this or in the rest."""
    discrimination_within: Interval | None
    lower_third: float
    upper_third: float
    options: tuple[OptionChoice, ...]

    @property
    def difference_of_thirds(self) -> float:
        return self.upper_third - self.lower_third


def figures_of(sums: ItemSums, *, is_all_or_nothing: bool, letters: Iterable[str] = ()) -> ItemFigures | None:
    """Return an item's figures; None before the first two answers.

    Args:
        is_all_or_nothing: whether the item gives all points or none, so that its share is a proportion.
        letters: all options, also those that nobody has chosen.
    """
    if sums.n < 2:
        return None
    n, facility = sums.n, sums.sum_x / sums.n / WHOLE
    deviation = sqrt((n * sums.sum_xx - sums.sum_x**2) / (n * (n - 1))) / WHOLE
    within = wilson(facility, n) if is_all_or_nothing else _around(facility, student(n - 1) * deviation / sqrt(n))
    discrimination = _correlation(sums)
    lower, upper = _weights(sums.band_n), _weights(sums.band_n[::-1])[::-1]
    return ItemFigures(
        n=n,
        empty=sums.empty,
        facility=facility,
        facility_within=within,
        deviation=deviation,
        discrimination=discrimination,
        discrimination_within=_around_correlation(discrimination, n),
        lower_third=_weighted(sums.band_x, lower) * 3 / n / WHOLE,
        upper_third=_weighted(sums.band_x, upper) * 3 / n / WHOLE,
        options=tuple(
            OptionChoice(letter, sum(counts) / n, _weighted(counts, lower) * 3 / n, _weighted(counts, upper) * 3 / n)
            for letter, counts in sorted((dict.fromkeys(letters, (0,) * BANDS) | dict(sums.options)).items())
        ),
    )


def wilson(share: float, n: int) -> Interval:
    """Return where a proportion lies (Wilson 1927), which stays within 0 and 1 for few answers and for shares near the ends."""
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return Interval(middle - half, middle + half)


def student(freedom: int) -> float:
    """Return the 0.975 quantile of Student's t (Abramowitz and Stegun 26.7.5), right to 1e-5 from 10 degrees of freedom on."""
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    quantile: float = z + sum(term / freedom**power for power, term in enumerate(terms, start=1))
    return quantile


def _around(middle: float, half: float) -> Interval:
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def _correlation(sums: ItemSums) -> float | None:
    n = sums.n
    spread = (n * sums.sum_xx - sums.sum_x**2) * (n * sums.sum_rr - sums.sum_r**2)
    return (n * sums.sum_xr - sums.sum_x * sums.sum_r) / sqrt(spread) if spread else None


def _around_correlation(correlation: float | None, n: int) -> Interval | None:
    if correlation is None or n < 4:
        return None
    # Fisher's z; a correlation of one has none.
    middle, half = atanh(max(-1 + 1e-12, min(1 - 1e-12, correlation))), _Z / sqrt(n - 3)
    return Interval(tanh(middle - half), tanh(middle + half))


def _weights(band_n: Sequence[int]) -> list[float]:
    """Return which fraction of each band belongs to the third at the beginning: the band across the cut counts in part."""
    missing, weights = sum(band_n) / 3, []
    for count in band_n:
        taken = min(float(count), missing)
        weights.append(taken / count if count else 0.0)
        missing -= taken
    return weights


def _weighted(values: Sequence[int], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))
