"""Who decides at which step of participation: situations to be put on the ladder."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LadderStep:
    id: str
    label: str
    who_decides: str


@dataclass(frozen=True)
class Situation:
    id: str
    text: str
    step: str
    """Id of the step on which it stands."""
    because: str


@dataclass(frozen=True)
class ParticipationLadder:
    steps: tuple[LadderStep, ...]
    """From least to most influence."""
    situations: tuple[Situation, ...]


@dataclass(frozen=True)
class PlacedSituation:
    situation: Situation
    given: LadderStep | None
    """None: not placed yet."""
    right: LadderStep
    is_right: bool
    off_by: int
    """Steps too high (more influence than there is) or, below 0, too low."""


@dataclass(frozen=True)
class LadderResult:
    placed: tuple[PlacedSituation, ...]
    right: int
    is_complete: bool


def place(data: ParticipationLadder, given: Mapping[str, str]) -> LadderResult:
    """Look at what was put where; unknown steps count as not placed."""
    names = [step.id for step in data.steps]
    placed = []
    for situation in data.situations:
        at = given.get(situation.id, "")
        right = names.index(situation.step)
        chosen = names.index(at) if at in names else None
        placed.append(
            PlacedSituation(
                situation,
                None if chosen is None else data.steps[chosen],
                data.steps[right],
                chosen == right,
                0 if chosen is None else chosen - right,
            )
        )
    return LadderResult(tuple(placed), sum(each.is_right for each in placed), all(each.given for each in placed))
