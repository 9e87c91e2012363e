"""What interactive figures work out, with the numbers that lessons print and with odd ones."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.figures.breach_clock import BreachClock, ClockMark, read_clock
from lti_tool.domain.figures.decision import Branch, DecisionQuestion, DecisionResult, DecisionTree, follow
from lti_tool.domain.figures.lifecycle_cost import CostedOption, LifecycleCost, work_out
from lti_tool.domain.figures.nutzwert import Nutzwert, RatedOption, WeighedCriterion, rank, turning_points
from lti_tool.domain.figures.participation import LadderStep, ParticipationLadder, Situation, place
from lti_tool.domain.figures.small_numbers import CountedRow, SmallNumbers, publish

# The example of lesson 1.5.
NUTZWERT = Nutzwert(
    (
        WeighedCriterion("nutzen", "Nutzen", 50),
        WeighedCriterion("ziel", "Beitrag", 30),
        WeighedCriterion("machbar", "Machbarkeit", 20),
    ),
    (
        RatedOption("Sprechstunde", {"nutzen": 8, "ziel": 7, "machbar": 9}),
        RatedOption("Sensorik", {"nutzen": 4, "ziel": 5, "machbar": 6}),
        RatedOption("Bauantrag", {"nutzen": 9, "ziel": 8, "machbar": 3}),
    ),
)


def values(weights: dict[str, float]) -> list[tuple[str, float]]:
    return [(option.label, round(option.value, 2)) for option in rank(NUTZWERT, weights).options]


def test_the_nutzwert_is_that_of_the_lesson() -> None:
    ranking = rank(NUTZWERT, NUTZWERT.authored_weights)
    assert [(option.label, round(option.value, 1)) for option in ranking.options] == [
        ("Sprechstunde", 7.9),
        ("Bauantrag", 7.5),
        ("Sensorik", 4.7),
    ]
    assert [round(part, 2) for part in ranking.options[0].parts] == [4.0, 2.1, 1.8]
    assert (ranking.winners, ranking.is_other_winner) == (("Sprechstunde",), False)


def test_other_weights_make_another_winner() -> None:
    ranking = rank(NUTZWERT, {"nutzen": 60, "ziel": 30, "machbar": 10})
    assert (ranking.winners, ranking.is_other_winner) == (("Bauantrag",), True)
    assert values({"nutzen": 60, "ziel": 30, "machbar": 10})[:2] == [("Bauantrag", 8.1), ("Sprechstunde", 7.8)]


def test_weights_count_by_their_proportions() -> None:
    assert values({"nutzen": 5, "ziel": 3, "machbar": 2}) == values({"nutzen": 50, "ziel": 30, "machbar": 20})
    # Nothing at all is the same for all; what is missing or negative counts for nothing.
    assert rank(NUTZWERT, {}).shares == pytest.approx((100 / 3,) * 3)
    assert rank(NUTZWERT, {"nutzen": 40, "ziel": -5, "other": 9}).shares == (100, 0, 0)


def test_equal_options_win_together() -> None:
    twins = replace(NUTZWERT, options=(NUTZWERT.options[0], replace(NUTZWERT.options[0], label="Zwilling")))
    assert rank(twins, twins.authored_weights).winners == ("Sprechstunde", "Zwilling")


def test_turning_points_are_where_the_winner_changes() -> None:
    assert [(point.criterion, point.weight, point.winners) for point in turning_points(NUTZWERT)] == [
        ("Nutzen", 65, ("Bauantrag",)),
        ("Beitrag", 50, ("Sprechstunde", "Bauantrag")),
        ("Machbarkeit", 14, ("Bauantrag",)),
    ]


@given(st.lists(st.floats(0, 1000), min_size=3, max_size=3))
def test_shares_are_always_a_hundred_and_no_value_leaves_the_scale(weights: list[float]) -> None:
    ranking = rank(NUTZWERT, dict(zip(("nutzen", "ziel", "machbar"), weights, strict=True)))
    assert sum(ranking.shares) == pytest.approx(100)
    assert all(0 <= option.value <= 10.0000001 for option in ranking.options)


COSTS = LifecycleCost(
    years=7,
    hourly_rate=50,
    options=(
        CostedOption("Kaufen", once=60_000, yearly=4_000, hours_yearly=40, replace_every=5, replacement=10_000, funded_pct=90),
        CostedOption("Mieten", once=5_000, yearly=11_000),
    ),
)


def test_costs_over_the_life_of_a_solution() -> None:
    buy, rent = work_out(COSTS).lines
    # 60,000 once, 6,000 a year (4,000 and 40 hours), a replacement in the fifth year; 54,000 of it funded.
    assert (buy.total, buy.funded, buy.own) == (60_000 + 42_000 + 10_000, 54_000, 58_000)
    assert list(buy.after_year) == [6_000, 12_000, 18_000, 24_000, 30_000, 46_000, 52_000, 58_000]
    assert (rent.total, rent.own, rent.running_overtakes) == (82_000, 82_000, 1)
    assert buy.running_overtakes == 0
    result = work_out(COSTS)
    assert (result.cheapest, result.changes) == (("Kaufen",), ((0, "Mieten"), (1, "Kaufen")))


def test_a_reader_looks_at_another_time_and_rate() -> None:
    buy = work_out(COSTS, years=5, hourly_rate=0).lines[0]
    # In the last year nobody buys anew.
    assert buy.own == 6_000 + 5 * 4_000
    assert len(work_out(COSTS, years=0).lines[0].after_year) == 2
    assert len(work_out(COSTS, years=999).lines[0].after_year) == 31
    assert work_out(COSTS, hourly_rate=-5).lines[0].own == work_out(COSTS, hourly_rate=0).lines[0].own


def question(name: str, *leads_to: str) -> DecisionQuestion:
    return DecisionQuestion(name, f"{name}?", "", tuple(Branch(f"zu {target}", target) for target in leads_to))


DECISION = DecisionTree(
    (question("art", "kern", "groesse"), question("groesse", "nein", "sektor"), question("sektor", "nein", "ja")),
    tuple(DecisionResult(name, name, "") for name in ("kern", "nein", "ja")),
)


def test_answers_lead_to_a_result() -> None:
    assert DECISION.longest_way == 3
    start = follow(DECISION, {})
    assert (start.steps, start.following, start.result) == ((), DECISION.questions[0], None)
    middle = follow(DECISION, {"art": 1})
    assert (len(middle.steps), middle.following) == (1, DECISION.questions[1])
    end = follow(DECISION, {"art": 1, "groesse": 1, "sektor": 1})
    assert end.result == DecisionResult("ja", "ja", "")
    assert [step.given for step in end.steps] == [1, 1, 1]


@pytest.mark.parametrize("answers", [{"art": 7}, {"art": -1}, {"sektor": 1}, {"unknown": 0}])
def test_answers_that_nobody_can_give_count_for_nothing(answers: dict[str, int]) -> None:
    assert follow(DECISION, answers).following == DECISION.questions[0]


def test_a_circle_ends() -> None:
    circle = DecisionTree((question("a", "b"), question("b", "a")), ())
    assert circle.longest_way == 2
    way = follow(circle, {"a": 0, "b": 0})
    assert (way.result, len(way.steps)) == (None, 2)


CLOCK = BreachClock(72, "Europe/Berlin", (ClockMark(0, "trennen"), ClockMark(24, "Vorlage"), ClockMark(72, "melden")))


def test_the_clock_runs_over_the_weekend() -> None:
    # The lesson's example: Tuesday 8:00 to Friday 8:00.
    known = datetime(2026, 12, 1, 8, 0)  # noqa: DTZ001 - typed in local time
    state = read_clock(CLOCK, known, now=datetime(2026, 12, 2, 7, 0, tzinfo=UTC))
    assert (state.ends_at.strftime("%a %H:%M"), state.hours_left, state.is_over) == ("Fri 08:00", 48, False)
    assert state.weekend_hours == 0
    assert [mark.is_due for mark in state.marks] == [True, True, False]
    friday = read_clock(CLOCK, datetime(2026, 12, 4, 15, 0), now=datetime(2026, 12, 8, tzinfo=UTC))  # noqa: DTZ001
    assert (friday.ends_at.strftime("%a %H:%M"), friday.weekend_hours, friday.is_over) == ("Mon 15:00", 48, True)
    assert friday.hours_left < 0


def test_hours_are_real_ones_when_summer_time_begins() -> None:
    state = read_clock(CLOCK, datetime(2027, 3, 27, 12, 0), now=datetime(2027, 3, 27, 11, 0, tzinfo=UTC))  # noqa: DTZ001
    assert state.ends_at.strftime("%a %H:%M") == "Tue 13:00"
    assert state.hours_left == 72


def test_a_moment_with_its_zone_is_taken_as_it_is() -> None:
    state = read_clock(CLOCK, datetime(2026, 12, 1, 7, 0, tzinfo=UTC), now=datetime(2026, 12, 1, 7, 0, tzinfo=UTC))
    assert (state.known_at.hour, state.hours_left) == (8, 72)


LADDER = ParticipationLadder(
    (
        LadderStep("info", "Information", "die Kommune"),
        LadderStep("mit", "Mitwirkung", "die Kommune"),
        LadderStep("ent", "Entscheidung", "alle"),
    ),
    (Situation("flyer", "Flyer", "info", "Einbahn"), Situation("budget", "bindendes Budget", "ent", "zählt")),
)


def test_situations_are_put_on_the_ladder() -> None:
    result = place(LADDER, {"flyer": "mit", "budget": "ent"})
    assert [(each.is_right, each.off_by) for each in result.placed] == [(False, 1), (True, 0)]
    assert (result.right, result.is_complete) == (1, True)
    assert result.placed[1].right.who_decides == "alle"
    half = place(LADDER, {"flyer": "nirgends"})
    assert (half.right, half.is_complete, half.placed[0].given) == (0, False, None)


NUMBERS = SmallNumbers(
    ("Wohngeld", "Pflege"), (CountedRow("Nord", (40, 2)), CountedRow("Süd", (35, 17)), CountedRow("West", (0, 12))), least=5
)


def test_small_numbers_are_hidden_and_zero_is_none() -> None:
    shown = publish(NUMBERS, with_totals=False)
    assert [[cell.is_hidden for cell in row.cells] for row in shown.rows] == [[False, True], [False, False], [False, False]]
    assert (shown.hidden, shown.recoverable, shown.column_totals, shown.rows[0].total) == (1, 0, None, None)


def test_totals_give_a_single_hidden_number_away() -> None:
    shown = publish(NUMBERS, with_totals=True)
    assert (shown.hidden, shown.recoverable) == (1, 1)
    assert shown.rows[0].cells[1].is_recoverable
    assert (shown.rows[0].total, shown.column_totals) == (42, (75, 31))


def test_one_number_that_is_known_gives_the_next_away() -> None:
    rows = (CountedRow("A", (1, 2, 50)), CountedRow("B", (3, 60, 70)), CountedRow("C", (80, 90, 95)))
    chain = publish(SmallNumbers(("x", "y", "z"), rows, 5), with_totals=True)
    # Column y has one hidden number; with it row A has one left, and then column x.
    assert (chain.hidden, chain.recoverable) == (3, 3)
    block = (CountedRow("A", (1, 2)), CountedRow("B", (3, 4)))
    assert publish(SmallNumbers(("x", "y"), block, 5), with_totals=True).recoverable == 0


@pytest.mark.parametrize(("least", "hidden"), [(0, 0), (3, 1), (20, 3), (999, 3), (-4, 0)])
def test_a_reader_chooses_the_least_number(least: int, hidden: int) -> None:
    assert publish(NUMBERS, least=least, with_totals=False).hidden == hidden
