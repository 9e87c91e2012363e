"""Weights that change the winner: a Nutzwert analysis with the reader's own weights."""

from collections.abc import Mapping
from dataclasses import dataclass

MOST_POINTS = 10
_NEARLY = 1e-9


@dataclass(frozen=True)
class WeighedCriterion:
    id: str
    label: str
    weight: int
    """Percent, as the authors weigh it; all together are 100."""


@dataclass(frozen=True)
class RatedOption:
    """What is compared: points from 0 to 10 by the criterion's id."""

    label: str
    points: Mapping[str, int]


@dataclass(frozen=True)
class Nutzwert:
    criteria: tuple[WeighedCriterion, ...]
    options: tuple[RatedOption, ...]

    @property
    def authored_weights(self) -> Mapping[str, int]:
        return {criterion.id: criterion.weight for criterion in self.criteria}


@dataclass(frozen=True)
class RankedOption:
    label: str
    value: float
    parts: tuple[float, ...]
    """What each criterion contributes, in their order."""


@dataclass(frozen=True)
class Ranking:
    shares: tuple[float, ...]
    """The weights as they count: percent, 100 together."""
    options: tuple[RankedOption, ...]
    """The best first; equal ones in the authors' order."""
    winners: tuple[str, ...]
    """More than one where the best are equal."""
    is_other_winner: bool
    """Whether somebody else wins than with the authors' weights."""


@dataclass(frozen=True)
class TurningPoint:
    """From this weight of one criterion on (the others keep their proportions) another option wins."""

    criterion: str
    weight: int
    winners: tuple[str, ...]


def rank(data: Nutzwert, weights: Mapping[str, float]) -> Ranking:
    """Rank the options; weights that are missing or below 0 count as 0, and all zero as all equal."""
    shares = _shares(data, weights)
    options = _ranked(data, shares)
    authored = _winners(_ranked(data, _shares(data, data.authored_weights)))
    winners = _winners(options)
    return Ranking(shares, options, winners, set(winners) != set(authored))


def turning_points(data: Nutzwert) -> tuple[TurningPoint, ...]:
    """Find, for each criterion, the first whole percent in either direction from which another option wins."""
    authored = data.authored_weights
    found = []
    for criterion in data.criteria:
        start = authored[criterion.id]
        for path in (range(start + 1, 101), range(start - 1, -1, -1)):
            for weight in path:
                ranking = rank(data, _with_one_changed(authored, criterion.id, weight))
                if ranking.is_other_winner:
                    found.append(TurningPoint(criterion.label, weight, ranking.winners))
                    break
    return tuple(found)


def _with_one_changed(weights: Mapping[str, int], changed: str, weight: int) -> dict[str, float]:
    others = sum(value for name, value in weights.items() if name != changed)
    room = 100 - weight
    return {
        name: weight if name == changed else (value * room / others if others else room / (len(weights) - 1))
        for name, value in weights.items()
    }


def _shares(data: Nutzwert, weights: Mapping[str, float]) -> tuple[float, ...]:
    given = [max(float(weights.get(criterion.id, 0)), 0.0) for criterion in data.criteria]
    total = sum(given)
    return tuple(100 * weight / total if total else 100 / len(given) for weight in given)


def _ranked(data: Nutzwert, shares: tuple[float, ...]) -> tuple[RankedOption, ...]:
    ranked = []
    for option in data.options:
        parts = tuple(option.points[criterion.id] * share / 100 for criterion, share in zip(data.criteria, shares, strict=True))
        ranked.append(RankedOption(option.label, sum(parts), parts))
    return tuple(sorted(ranked, key=lambda option: -round(option.value, 9)))


def _winners(options: tuple[RankedOption, ...]) -> tuple[str, ...]:
    return tuple(option.label for option in options if options[0].value - option.value < _NEARLY)
