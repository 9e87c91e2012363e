"""Reads interactive figures: `figures/<name>.toml` with a built-in kind and its data, beside the text version `<name>.md`."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from lti_tool.domain.content.illustrations import FigureData
from lti_tool.domain.figures.breach_clock import BreachClock, ClockMark
from lti_tool.domain.figures.decision import Branch, DecisionQuestion, DecisionResult, DecisionTree
from lti_tool.domain.figures.lifecycle_cost import MOST_YEARS, CostedOption, LifecycleCost
from lti_tool.domain.figures.nutzwert import MOST_POINTS, Nutzwert, RatedOption, WeighedCriterion
from lti_tool.domain.figures.participation import LadderStep, ParticipationLadder, Situation
from lti_tool.domain.figures.small_numbers import MOST_LEAST, CountedRow, SmallNumbers
from lti_tool.programme.formats.markdown import block
from lti_tool.programme.formats.toml_source import Table
from lti_tool.programme.parts.items import report_repeated_ids

NAME = re.compile(r"figures/([a-z0-9-]+)\.toml")
_MOST_QUESTIONS = 5
_MOST_HOURS = 24 * 31
_T = TypeVar("_T")


def read_interactive(table: Table) -> FigureData | None:
    """Read the data of an interactive figure; None where its kind is unknown or its data cannot be used."""
    kind = table.one_of("kind", tuple(_readers))
    if kind not in _readers:
        return None
    data = _readers[kind](table)
    table.finish()
    return data


def _nutzwert(table: Table) -> FigureData | None:
    places = table.tables("criterion", at_least=2)
    criteria = tuple(
        _done(place, WeighedCriterion(place.slug("id"), place.text("label"), place.integer("weight"))) for place in places
    )
    _report_repeated(places)
    total = sum(criterion.weight for criterion in criteria)
    if total != 100 or any(criterion.weight < 0 for criterion in criteria):
        table.error("criterion", f"Die Gewichte ergeben {total}; zusammen sind es 100, keines unter 0.")
    options = []
    for place in table.tables("option", at_least=2):
        points = {str(name): value for name, value in place.mapping("points").items() if isinstance(value, int)}
        is_in_range = all(0 <= value <= MOST_POINTS for value in points.values())
        if set(points) != {criterion.id for criterion in criteria} or not is_in_range:
            place.error("points", f"„points“ nennt zu jedem Kriterium eine ganze Zahl von 0 bis {MOST_POINTS}.")
            return None
        options.append(_done(place, RatedOption(place.text("label"), points)))
    return Nutzwert(criteria, tuple(options)) if criteria and options else None


def _lifecycle_cost(table: Table) -> FigureData | None:
    options = []
    for place in table.tables("option", at_least=1):
        option = CostedOption(
            label=place.text("label"),
            once=place.integer("once"),
            yearly=place.integer("yearly"),
            hours_yearly=place.integer("hours_yearly", 0),
            replace_every=place.integer("replace_every", 0),
            replacement=place.integer("replacement", 0),
            funded_pct=place.integer("funded_pct", 0),
        )
        amounts = (option.once, option.yearly, option.hours_yearly, option.replace_every, option.replacement)
        if min(amounts) < 0 or not 0 <= option.funded_pct <= 100:
            place.error("label", "Beträge sind nicht negativ, der geförderte Anteil liegt zwischen 0 und 100.")
        options.append(_done(place, option))
    data = LifecycleCost(table.integer("years"), table.integer("hourly_rate", 0), tuple(options))
    if not 1 <= data.years <= MOST_YEARS or data.hourly_rate < 0:
        table.error("years", f"Betrachtet werden 1 bis {MOST_YEARS} Jahre; der Stundensatz ist nicht negativ.")
    return data if options else None


def _decision(table: Table) -> FigureData | None:
    places = table.tables("question", at_least=1)
    questions = tuple(_question(place) for place in places)
    results = tuple(
        _done(place, DecisionResult(place.slug("id"), place.text("title"), block(place.text("text"))))
        for place in table.tables("result", at_least=2)
    )
    _report_repeated([*places, *table.tables("result")])
    if not questions:
        return None
    data = DecisionTree(questions, results)
    names = [*(question.id for question in questions), *(result.id for result in results)]
    used = {branch.leads_to for question in questions for branch in question.branches}
    for question, place in zip(questions, places, strict=True):
        for branch, at in zip(question.branches, place.tables("answer"), strict=True):
            if branch.leads_to not in names:
                at.error("leads_to", f"„{branch.leads_to}“ ist weder eine Frage noch ein Ergebnis.")
    for name in names[1:]:
        if name not in used:
            table.error("question", f"Zu „{name}“ führt kein Weg.")
    if len(questions) > _MOST_QUESTIONS:
        table.error("question", f"Es sind höchstens {_MOST_QUESTIONS} Fragen; hier sind es {len(questions)}.")
    if _has_circle(data):
        table.error("question", "Die Fragen führen im Kreis.")
    return data


def _question(table: Table) -> DecisionQuestion:
    question = DecisionQuestion(
        table.slug("id"),
        table.text("text"),
        block(table.text("help", "")),
        tuple(_done(place, Branch(place.text("text"), place.text("leads_to"))) for place in table.tables("answer", at_least=2)),
    )
    return _done(table, question)


def _has_circle(data: DecisionTree) -> bool:
    def is_on_way(name: str, way: frozenset[str]) -> bool:
        question = data.find_question(name)
        if question is None:
            return False
        return name in way or any(is_on_way(branch.leads_to, way | {name}) for branch in question.branches)

    return any(is_on_way(question.id, frozenset()) for question in data.questions)


def _breach_clock(table: Table) -> FigureData | None:
    hours, zone = table.integer("hours", 72), table.text("zone", "Europe/Berlin")
    places = table.tables("mark", at_least=1)
    marks = tuple(_done(place, ClockMark(place.integer("hour"), place.text("text"))) for place in places)
    if not 1 <= hours <= _MOST_HOURS:
        table.error("hours", f"Die Frist hat 1 bis {_MOST_HOURS} Stunden.")
        return None
    if zone not in available_timezones() or not ZoneInfo(zone):
        table.error("zone", f"Die Zeitzone „{zone}“ gibt es nicht.")
        return None
    for mark, place in zip(marks, places, strict=True):
        if not 0 <= mark.hour <= hours:
            place.error("hour", f"Die Stunde {mark.hour} liegt außerhalb der Frist von {hours} Stunden.")
    if [mark.hour for mark in marks] != sorted(mark.hour for mark in marks):
        table.error("mark", "Die Stunden stehen in ihrer Reihenfolge.")
    return BreachClock(hours, zone, marks)


def _participation(table: Table) -> FigureData | None:
    step_places, places = table.tables("step", at_least=2), table.tables("situation", at_least=2)
    steps = tuple(
        _done(place, LadderStep(place.slug("id"), place.text("label"), place.text("who_decides"))) for place in step_places
    )
    names = {step.id for step in steps}
    situations = tuple(
        _done(place, Situation(place.slug("id"), place.text("text"), place.text("step"), place.text("because")))
        for place in places
    )
    for table_of in (step_places, places):
        _report_repeated(table_of)
    unknown = [(situation, place) for situation, place in zip(situations, places, strict=True) if situation.step not in names]
    for situation, place in unknown:
        place.error("step", f"Die Stufe „{situation.step}“ gibt es nicht.")
    return None if unknown or not steps else ParticipationLadder(steps, situations)


def _small_numbers(table: Table) -> FigureData | None:
    columns = table.texts("columns")
    rows = []
    for place in table.tables("row", at_least=2):
        row = CountedRow(place.text("label"), place.integers("counts"))
        if len(row.counts) != len(columns) or any(count < 0 for count in row.counts):
            place.error("counts", f"Jede Zeile hat {len(columns)} Zahlen ab 0, so viele wie „columns“.")
            return None
        rows.append(_done(place, row))
    data = SmallNumbers(columns, tuple(rows), table.integer("least"))
    if not 2 <= data.least <= MOST_LEAST:
        table.error("least", f"Die kleinste gezeigte Zahl liegt zwischen 2 und {MOST_LEAST}.")
    return data if columns and rows else None


def _done(table: Table, value: _T) -> _T:
    table.finish()
    return value


def _report_repeated(places: Iterable[Table]) -> None:
    report_repeated_ids([(place.text("id"), place) for place in places])


_readers: Mapping[str, Callable[[Table], FigureData | None]] = {
    "nutzwert": _nutzwert,
    "lifecycle-cost": _lifecycle_cost,
    "nis2": _decision,
    "breach-clock": _breach_clock,
    "participation": _participation,
    "small-numbers": _small_numbers,
}
