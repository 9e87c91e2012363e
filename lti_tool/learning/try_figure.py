"""Works an interactive figure out with what a reader typed. Nothing is stored."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.domain.content.illustrations import InteractiveFigure
from lti_tool.domain.figures.breach_clock import BreachClock, ClockState, read_clock
from lti_tool.domain.figures.decision import DecisionTree, DecisionWay, follow
from lti_tool.domain.figures.lifecycle_cost import MOST_YEARS, CostResult, LifecycleCost, work_out
from lti_tool.domain.figures.nutzwert import Nutzwert, Ranking, rank
from lti_tool.domain.figures.participation import LadderResult, ParticipationLadder, place
from lti_tool.domain.figures.small_numbers import MOST_LEAST, Publication, SmallNumbers, publish

WEIGHTS = range(101)
YEARS = range(1, MOST_YEARS + 1)
RATES = range(501)
LEAST = range(2, MOST_LEAST + 1)
# What calendars and date fields can hold without wondering.
KNOWN_IN = range(2000, 2100)
FigureResult = Ranking | CostResult | DecisionWay | ClockState | LadderResult | Publication


@dataclass(frozen=True)
class TriedFigure:
    """A figure with what stands in its form and what comes of it."""

    figure: InteractiveFigure
    kind: str
    values: Mapping[str, str]
    faults: frozenset[str]
    """Names of the fields with something that cannot be used."""
    result: FigureResult | None
    """None: nothing was asked yet, or a field is wrong."""


def try_figure(figure: InteractiveFigure, typed: Mapping[str, str] | None, *, now: datetime) -> TriedFigure:
    """Work a figure out; `typed` is None as long as nobody asked."""
    kind, defaults, reckon = _ways[type(figure.data)]
    values = {name: (typed or {}).get(name, "").strip()[:40] if typed else value for name, value in defaults(figure.data).items()}
    if typed is None:
        return TriedFigure(figure, kind, values, frozenset(), None)
    result, faults = reckon(figure.data, values, now)
    return TriedFigure(figure, kind, values, frozenset(faults), None if faults else result)


def _whole(values: Mapping[str, str], bounds: Mapping[str, range]) -> tuple[dict[str, int], list[str]]:
    """Read whole numbers, and name the fields that hold none within their bounds."""
    read, faults = {}, []
    for name, bound in bounds.items():
        text = values[name].removesuffix("%").strip()
        # ASCII only: other digits are numbers to Python and to nobody's eyes here.
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else -1
        if number in bound:
            read[name] = number
        else:
            faults.append(name)
    return read, faults


def _nutzwert_defaults(data: Nutzwert) -> dict[str, str]:
    return {criterion.id: str(criterion.weight) for criterion in data.criteria}


def _nutzwert(data: Nutzwert, values: Mapping[str, str], _now: datetime) -> tuple[Ranking | None, list[str]]:
    weights, faults = _whole(values, {criterion.id: WEIGHTS for criterion in data.criteria})
    return (None if faults else rank(data, weights)), faults


def _cost_defaults(data: LifecycleCost) -> dict[str, str]:
    return {"years": str(data.years), "rate": str(data.hourly_rate)}


def _cost(data: LifecycleCost, values: Mapping[str, str], _now: datetime) -> tuple[CostResult | None, list[str]]:
    read, faults = _whole(values, {"years": YEARS, "rate": RATES})
    return (None if faults else work_out(data, years=read["years"], hourly_rate=read["rate"])), faults


def _decision_defaults(data: DecisionTree) -> dict[str, str]:
    return {question.id: "" for question in data.questions}


def _decision(data: DecisionTree, values: Mapping[str, str], _now: datetime) -> tuple[DecisionWay, Iterable[str]]:
    answers = {name: int(value) for name, value in values.items() if value.isascii() and value.isdecimal() and len(value) < 3}
    return follow(data, answers), ()


def _clock_defaults(_data: BreachClock) -> dict[str, str]:
    return {"known": ""}


def _clock(data: BreachClock, values: Mapping[str, str], now: datetime) -> tuple[ClockState | None, list[str]]:
    try:
        known_at = datetime.fromisoformat(values["known"])
    except ValueError:
        return None, ["known"]
    if known_at.tzinfo is not None or known_at.year not in KNOWN_IN:
        return None, ["known"]
    return read_clock(data, known_at, now=now), []


def _ladder_defaults(data: ParticipationLadder) -> dict[str, str]:
    return {situation.id: "" for situation in data.situations}


def _ladder(data: ParticipationLadder, values: Mapping[str, str], _now: datetime) -> tuple[LadderResult, Iterable[str]]:
    return place(data, values), ()


def _numbers_defaults(data: SmallNumbers) -> dict[str, str]:
    return {"least": str(data.least), "totals": "yes"}


def _numbers(data: SmallNumbers, values: Mapping[str, str], _now: datetime) -> tuple[Publication | None, list[str]]:
    read, faults = _whole(values, {"least": LEAST})
    return (None if faults else publish(data, least=read["least"], with_totals=values["totals"] == "yes")), faults


_Way = tuple[str, Callable[[Any], dict[str, str]], Callable[[Any, Mapping[str, str], datetime], tuple[Any, Iterable[str]]]]
_ways: Mapping[type, _Way] = {
    Nutzwert: ("nutzwert", _nutzwert_defaults, _nutzwert),
    LifecycleCost: ("lifecycle_cost", _cost_defaults, _cost),
    DecisionTree: ("decision", _decision_defaults, _decision),
    BreachClock: ("breach_clock", _clock_defaults, _clock),
    ParticipationLadder: ("participation", _ladder_defaults, _ladder),
    SmallNumbers: ("small_numbers", _numbers_defaults, _numbers),
}
