import random
from typing import Any

import pytest

from lti_tool.domain.statistics.dependability import dependability_of
from lti_tool.domain.statistics.flags import SENTENCES, FlagKind, flags_of
from lti_tool.domain.statistics.item_figures import figures_of, student
from lti_tool.domain.statistics.item_sums import ItemSums, QuizSums, rest_share, share_of
from tests.domain.item_statistics.reading import attempts_in, expected, rows_of, sums_of

FILED = expected("expected.json")["as_filed"]
CORRECTED = expected("expected.json")["after_correction"]["items"]
POOL = {row["item"]: row for row in rows_of("pool.csv")}
ATTEMPTS = attempts_in(rows_of("answers.csv"))
ITEMS, QUIZ = sums_of(ATTEMPTS)
ONE_OF_SEVERAL = ("SC", "FV")
KEPT = ("sum_x", "sum_xx", "sum_r", "sum_rr", "sum_xr")
about = pytest.approx


def near(value: Any) -> Any:
    return pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("item", FILED["items"])
def test_the_kept_sums_are_exact(item: str) -> None:
    wanted, sums = FILED["items"][item], ITEMS[item]
    assert (sums.n, sums.empty) == (wanted["n"], wanted["empty"])
    assert {name: getattr(sums, name) for name in KEPT} == wanted["kept_sums"]
    assert {"n": list(sums.band_n), "sum_x": list(sums.band_x)} == wanted["by_band"]
    assert list(sums.seconds) == wanted["seconds_histogram"]
    counts = {letter: list(by_band) for letter, by_band in sums.options.items()}
    assert counts == {letter: option["by_band"] for letter, option in wanted["options"].items() if option["n"]}


@pytest.mark.parametrize("item", FILED["items"])
def test_the_figures_are_right_to_six_places(item: str) -> None:
    wanted = FILED["items"][item]
    figures = figures_of(ITEMS[item], is_all_or_nothing=wanted["facility_ci_kind"] == "wilson")
    assert figures is not None
    assert figures.facility == near(wanted["facility"])
    assert (figures.facility_within.low, figures.facility_within.high) == near(tuple(wanted["facility_ci95"]))
    assert figures.deviation == near(wanted["sd"])
    assert figures.discrimination == near(wanted["item_rest_r"])
    assert figures.discrimination != near(wanted["item_total_r_not_to_be_shown"])
    assert figures.discrimination_within is not None
    within = (figures.discrimination_within.low, figures.discrimination_within.high)
    assert within == near(tuple(wanted["item_rest_r_ci95"]))
    assert figures.lower_third == near(wanted["mean_lower_third"])
    assert figures.upper_third == near(wanted["mean_upper_third"])
    assert figures.difference_of_thirds == near(wanted["difference_of_thirds"])
    for option in figures.options:
        chosen = wanted["options"][option.letter]
        assert option.lower_third == near(chosen["share_lower_third"])
        assert option.upper_third == near(chosen["share_upper_third"])


@pytest.mark.parametrize("item", FILED["items"])
def test_what_authors_should_look_at_is_flagged(item: str) -> None:
    kind = POOL[item]["kind"]
    wanted_of_item = FILED["items"][item]
    is_one = wanted_of_item["facility_ci_kind"] == "wilson"
    figures = figures_of(ITEMS[item], is_all_or_nothing=is_one, letters=wanted_of_item["options"])
    assert figures is not None
    found = flags_of(figures, key=POOL[item]["filed_key"] if kind in ONE_OF_SEVERAL else "")
    wanted = {(flag["flag"], flag["level"], flag.get("option", "")) for flag in wanted_of_item["flags"]}
    assert {(flag.kind.value, "firm" if flag.is_firm else "hint", flag.option) for flag in found} == wanted


def test_the_quiz_as_a_whole_is_as_dependable_as_it_is() -> None:
    wanted = FILED["quiz"]
    assert (QUIZ.attempts, QUIZ.sum_t, QUIZ.sum_tt, QUIZ.sum_xx) == (
        wanted["first_attempts"],
        wanted["sum_t_e4"],
        wanted["sum_tt_e8"],
        wanted["sum_xx_e8"],
    )
    found = dependability_of(QUIZ, items=10)
    assert found is not None
    assert (found.phi, found.standard_error) == near((wanted["phi"], wanted["sem_share"]))
    assert (found.mean, found.deviation) == near((wanted["mean_share"], wanted["sd_share"]))


def test_six_attempts_counted_by_hand() -> None:
    wanted = expected("mini.json")
    items, quiz = sums_of(attempts_in(rows_of("mini.csv")))
    for name, item in wanted["items"].items():
        assert {kept: getattr(items[name], kept) for kept in KEPT} == item["kept_sums"]
        figures = figures_of(items[name], is_all_or_nothing=False)
        assert figures is not None
        assert (figures.facility, figures.discrimination) == near((item["facility"], item["item_rest_r"]))
    found = dependability_of(quiz, items=3)
    assert found is not None
    assert (found.phi, found.standard_error) == near((wanted["quiz"]["phi"], wanted["quiz"]["sem_share"]))


def test_sums_can_be_taken_back_in_any_order() -> None:
    shuffled = random.Random(4).sample(ATTEMPTS, len(ATTEMPTS))
    again, quiz = sums_of(shuffled)
    assert (again, quiz) == (ITEMS, QUIZ)
    early, early_quiz = sums_of(shuffled[:70])
    late, late_quiz = sums_of(shuffled[70:])
    assert {item: ITEMS[item] - late.get(item, ItemSums()) for item in early} == early
    assert QUIZ - late_quiz == early_quiz
    assert ITEMS["M1-01"] - ITEMS["M1-01"] == ItemSums()
    assert QuizSums() == QUIZ - QUIZ


def test_an_item_taken_out_and_a_key_put_right_change_the_sums_as_counted_anew() -> None:
    attempts = []
    for rows in ATTEMPTS:
        kept = [dict(row) for row in rows if row["item"] != "M1-14"]
        for row in kept:
            if row["item"] == "M1-11":
                row["points_e4"] = "10000" if row["chosen"] == "c" else "0"
        attempts.append(kept)
    items, _ = sums_of(attempts)
    assert "M1-14" not in items
    for name, wanted in CORRECTED.items():
        assert {kept: getattr(items[name], kept) for kept in KEPT} == wanted["kept_sums"]
        figures = figures_of(items[name], is_all_or_nothing=False)
        assert figures is not None
        assert figures.discrimination == near(wanted["item_rest_r"])
        assert figures.difference_of_thirds == near(wanted["difference_of_thirds"])


@pytest.mark.parametrize(("freedom", "quantile"), [(10, 2.2281389), (19, 2.0930241), (59, 2.0009954), (1000, 1.9623391)])
def test_students_quantile_is_the_tables(freedom: int, quantile: float) -> None:
    assert student(freedom) == about(quantile, abs=1e-5)


@pytest.mark.parametrize(("points", "most", "share"), [(0, 3, 0), (1, 3, 3333), (2, 3, 6667), (0.5, 1, 5000), (3, 3, 10_000)])
def test_points_become_whole_ten_thousandths(points: float, most: float, share: int) -> None:
    assert share_of(points, most) == share


def test_a_share_of_the_rest_is_rounded_half_up() -> None:
    assert rest_share(10_000 + 5_001, 10_000, 3) == 2_501
    assert rest_share(3_333, 0, 10) == 370


def test_where_all_are_the_same_nothing_separates_and_nothing_breaks() -> None:
    items, quiz = sums_of([[{"attempt": "1", "item": name, "points_e4": "10000"} for name in ("a", "b")]] * 60)
    figures = figures_of(items["a"], is_all_or_nothing=True)
    assert figures is not None
    assert (figures.discrimination, figures.discrimination_within) == (None, None)
    assert [flag.kind for flag in flags_of(figures)] == [FlagKind.TOO_EASY]
    found = dependability_of(quiz, items=2)
    assert found is not None
    assert (found.phi, found.standard_error) == (0.0, 0.0)


def test_few_answers_say_nothing() -> None:
    items, _ = sums_of(ATTEMPTS[:5])
    figures = [figures_of(sums, is_all_or_nothing=True) for sums in items.values()]
    assert not [flag for each in figures if each for flag in flags_of(each)]
    assert figures_of(ItemSums(), is_all_or_nothing=True) is None
    assert dependability_of(QuizSums(), items=10) is None


def test_every_flag_has_a_sentence() -> None:
    assert set(SENTENCES) == set(FlagKind)
