"""The kept sums of an item and of a quiz: adding an attempt and taking it back leaves them as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final, Self

WHOLE: Final = 10_000
"""All of an item's points."""
BANDS: Final = 10
SECONDS_EDGES: Final = (0, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600)
"""Lower edges of the time histogram's classes; the last is open."""


def share_of(points: float, most: float) -> int:
    """Return points as ten-thousandths of what could be had, rounded half up."""
    return int(points * WHOLE / most + 0.5)


def rest_share(total: int, own: int, marked: int) -> int:
    """Return the share that an attempt got on the other items (R), rounded half up.

    Args:
        total: the sum of the shares of all marked items.
        own: the share of the item in question.
        marked: how many items of the attempt are marked; at least two.
    """
    others = marked - 1
    return (2 * (total - own) + others) // (2 * others)


def band_of(rest: int) -> int:
    return min(BANDS - 1, rest // 1000)


def _zeros(count: int) -> tuple[int, ...]:
    return (0,) * count


@dataclass(frozen=True)
class Answered:
    """One answer of a first attempt."""

    x: int
    rest: int
    is_empty: bool = False
    chosen: tuple[str, ...] = ()
    """The options that were ticked, by the letter of their authored place."""
    seconds: int | None = None


@dataclass(frozen=True)
class ItemSums:
    """What is kept of all answers to one revision of an item."""

    n: int = 0
    empty: int = 0
    sum_x: int = 0
    sum_xx: int = 0
    sum_r: int = 0
    sum_rr: int = 0
    sum_xr: int = 0
    band_n: tuple[int, ...] = _zeros(BANDS)
    band_x: tuple[int, ...] = _zeros(BANDS)
    options: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """How often each option was chosen, by band."""
    seconds: tuple[int, ...] = _zeros(len(SECONDS_EDGES))

    @classmethod
    def of(cls, answer: Answered) -> Self:
        """Return the sums of a single answer."""
        band, x, rest = band_of(answer.rest), answer.x, answer.rest
        timed = () if answer.seconds is None else (max(0, sum(edge <= answer.seconds for edge in SECONDS_EDGES) - 1),)
        return cls(
            n=1,
            empty=int(answer.is_empty),
            sum_x=x,
            sum_xx=x * x,
            sum_r=rest,
            sum_rr=rest * rest,
            sum_xr=x * rest,
            band_n=_one_at(band, 1, BANDS),
            band_x=_one_at(band, x, BANDS),
            options={letter: _one_at(band, 1, BANDS) for letter in answer.chosen},
            seconds=_one_at(timed[0], 1, len(SECONDS_EDGES)) if timed else _zeros(len(SECONDS_EDGES)),
        )

    def __add__(self, other: Self) -> Self:
        return self._combined(other, 1)

    def __sub__(self, other: Self) -> Self:
        return self._combined(other, -1)

    def _combined(self, other: Self, sign: int) -> Self:
        values: dict[str, object] = {}
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, int):
                values[each.name] = mine + sign * theirs
            elif isinstance(mine, tuple):
                values[each.name] = _combined(mine, theirs, sign)
            else:
                none = _zeros(BANDS)
                both = {letter: _combined(mine.get(letter, none), theirs.get(letter, none), sign) for letter in {*mine, *theirs}}
                values[each.name] = {letter: counts for letter, counts in sorted(both.items()) if any(counts)}
        return type(self)(**values)  # type: ignore[arg-type]


def _one_at(place: int, value: int, length: int) -> tuple[int, ...]:
    return tuple(value if each == place else 0 for each in range(length))


def _combined(mine: Sequence[int], theirs: Sequence[int], sign: int) -> tuple[int, ...]:
    return tuple(one + sign * other for one, other in zip(mine, theirs, strict=True))


@dataclass(frozen=True)
class QuizSums:
    """What is kept of all first attempts at one quiz; `t` is an attempt's sum of shares."""

    attempts: int = 0
    sum_t: int = 0
    sum_tt: int = 0
    sum_xx: int = 0

    @classmethod
    def of(cls, shares: Sequence[int]) -> Self:
        """Return the sums of a single attempt."""
        total = sum(shares)
        return cls(1, total, total * total, sum(x * x for x in shares))

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.attempts + other.attempts,
            self.sum_t + other.sum_t,
            self.sum_tt + other.sum_tt,
            self.sum_xx + other.sum_xx,
        )

    def __sub__(self, other: Self) -> Self:
        return type(self)(
            self.attempts - other.attempts,
            self.sum_t - other.sum_t,
            self.sum_tt - other.sum_tt,
            self.sum_xx - other.sum_xx,
        )
