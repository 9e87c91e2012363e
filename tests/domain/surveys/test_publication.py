"""The publication rules, against the cases written down and against who subtracts one published figure from another."""

import itertools
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.surveys.instrument import SurveyKind, SurveyOption, SurveyQuestion
from lti_tool.domain.surveys.pooling import PublishedSet, may_publish, published_sets, research_rows
from lti_tool.domain.surveys.publication import (
    ShownDetail,
    detail_of,
    detail_of_parts,
    published_figures,
    published_pair,
    published_parts,
    real_classes,
    shows_percentages,
)
from lti_tool.domain.surveys.round_figures import PairFigures, pair_figures
from tests.domain.surveys.examples import AGREE, EFFORT, RATING, WORDS, figures_of, options

DATA = Path(__file__).parent / "data"
CASES = {case["name"]: case for case in json.loads((DATA / "suppression-cases.json").read_text("utf-8"))["cases"]}
PERSONAL = SurveyQuestion("role", SurveyKind.ONE, WORDS, options=options(3), is_personal=True)
SPREAD = {1: 1, 2: 2, 3: 3, 4: 4}


def exactly(counts: dict[int, int]) -> dict[Fraction, int]:
    return {Fraction(code): times for code, times in counts.items()}


def survey_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = CASES[name]["survey"]
    return found


def detail_in(name: str) -> ShownDetail:
    survey = survey_of(name)
    return detail_of(survey["answers"], is_open=survey["state"] == "open")


def test_an_open_round_shows_nothing_not_even_the_number() -> None:
    detail = detail_in("open_survey_shows_nothing")
    assert detail is ShownDetail.NOTHING
    assert published_figures(RATING, figures_of({4: 12}), detail).__dict__ == {
        "detail": ShownDetail.NOTHING, "n": None, "cannot_say": None, "mean": None,
        "median": None, "three_classes": None, "counts": None, "pair": None,
    }  # fmt: skip


def test_four_answers_are_fewer_than_five_and_no_number() -> None:
    detail = detail_in("four_answers_at_close")
    shown = published_figures(RATING, figures_of({4: 4}), detail)
    assert (detail, shown.n, shown.mean, shown.cannot_say) == (ShownDetail.FEWER_THAN_LEAST, None, None, None)


@pytest.mark.parametrize("name", ["five_of_six_at_close", "nine_answers"])
def test_five_to_nine_answers_show_mean_and_three_classes_only(name: str) -> None:
    detail = detail_in(name)
    answers = survey_of(name)["answers"]
    shown = published_figures(RATING, figures_of({1: 1, 5: answers - 1}), detail)
    assert detail is ShownDetail.COARSE
    assert (shown.n, shown.three_classes) == (answers, (1, 0, answers - 1))
    assert (shown.counts, shown.median, shown.mean is not None) == (None, None, True)
    assert published_parts({"small": 3, "large": answers - 3}, answers) == ()


def test_ten_answers_show_five_classes_and_texts_but_no_rows() -> None:
    detail = detail_in("ten_answers")
    shown = published_figures(RATING, figures_of(SPREAD), detail)
    assert (detail, shown.counts, shown.median) == (ShownDetail.FULL, exactly(SPREAD), Fraction(3))
    assert research_rows([("x", "s")] * 10, {"A": 10}) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("split_5_5_shown", (("small",), ("large",))),
        ("split_8_4_hides_both", ()),
        ("three_groups_merge_smallest", (("a",), ("b", "c"))),
    ],
)
def test_parts_are_merged_until_each_is_large_enough(name: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert published_parts(CASES[name]["groups"], survey_of(name)["answers"]) == expected


def test_who_named_no_group_is_a_part_as_well() -> None:
    # 12 - 5 - 5 = 2 people would be left over.
    assert published_parts({"small": 5, "large": 5}, 12) == (("small", ""), ("large",))
    assert published_parts({"small": 6}, 9) == ()


def test_a_question_shows_its_own_base() -> None:
    answered = CASES["no_answer_shrinks_the_base"]["question"]
    shown = published_figures(RATING, figures_of({4: answered["answered"], -8: answered["cannot_say"]}), ShownDetail.FULL)
    assert (shown.n, shown.mean, shown.cannot_say, shown.counts) == (7, Fraction(4), 4, None)


def test_a_question_with_four_answers_shows_no_mean() -> None:
    answered = CASES["question_with_four_answers"]["question"]
    shown = published_figures(RATING, figures_of({4: answered["answered"], -8: answered["cannot_say"]}), ShownDetail.FULL)
    assert (shown.detail, shown.mean, shown.three_classes, shown.n) == (ShownDetail.FEWER_THAN_LEAST, None, None, None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("two_courses_one_small", {"A"}),
        ("two_small_courses_pool", {"A", "A+B+C"}),
        ("late_small_course_waits", {"A", "C", "A+C"}),
    ],
)
def test_small_courses_join_the_total_only_together(name: str, expected: set[str]) -> None:
    case = CASES[name]
    published = [frozenset(each.split("+")) for each in case.get("published", ())]
    found = published_sets({**case["courses"], **case.get("later", {})}, published)
    assert {"+".join(sorted(each.courses)) for each in found} == expected


@pytest.mark.parametrize("name", ["unanimous_personal_attribute", "unanimous_but_one"])
def test_an_attribute_that_all_or_all_but_one_share_is_hidden(name: str) -> None:
    counts = dict(enumerate(CASES[name]["question"]["categories"].values(), 1))
    shown = published_figures(PERSONAL, figures_of(counts), detail_in(name))
    assert (shown.detail, shown.n, shown.counts, shown.mean) == (ShownDetail.NOTHING, None, None, None)


def test_a_rating_may_be_unanimous() -> None:
    shown = published_figures(RATING, figures_of({5: 6}), detail_in("unanimous_rating"))
    assert (shown.mean, shown.three_classes) == (Fraction(5), (0, 0, 6))


def test_a_class_of_two_towns_is_merged_with_its_neighbour() -> None:
    rare = CASES["size_class_with_two_towns"]["groups"]["over 100000 inhabitants"]["towns_that_exist"]
    classes = [SurveyOption(code, WORDS, existing=count) for code, count in enumerate((300, 20, 9, rare), 1)]
    assert real_classes(classes) == ((1,), (2,), (3, 4))
    assert real_classes([SurveyOption(1, WORDS, existing=rare)]) == ()


def test_classes_of_things_that_nobody_can_look_up_stay_as_they_are() -> None:
    assert real_classes(options(3)) == ((1,), (2,), (3,))


def test_a_rare_combination_of_role_and_size_loses_the_size() -> None:
    pool = CASES["sheets_for_research"]["pool"]
    rows = [(row["role"], row["size"]) for row in pool["rows"] for _ in range(row["n"])]
    found = research_rows(rows, {"A": 25, "B": 20})
    assert found is not None
    assert {pair: found.count(pair) for pair in set(found)} == {
        ("x", "s"): 12, ("x", "m"): 6, ("y", "s"): 9, ("y", "m"): 11, ("z", ""): 7,
    }  # fmt: skip


def test_one_small_course_gives_no_rows() -> None:
    pool = CASES["sheets_of_one_small_course"]["pool"]
    assert research_rows([("x", "s")] * pool["answers"], {"A": pool["answers"]}) is None
    assert research_rows([("x", "s")] * 30, {"A": 30}) is None


def test_no_rows_of_a_pool_from_which_a_published_course_leaves_a_few() -> None:
    # 21 - 19 = 2 people, row by row.
    assert research_rows([("x", "s")] * 21, {"A": 19, "B": 2}, [frozenset("A")]) is None


def test_every_case_that_was_written_down_is_tested_here() -> None:
    source = Path(__file__).read_text("utf-8")
    assert len(CASES) == 19
    assert [name for name in CASES if f'"{name}"' not in source] == []


def test_differences_of_all_published_figures_are_nobody_or_five() -> None:
    chance = random.Random(14)
    for _ in range(300):
        sizes = {name: chance.randint(0, 12) for name in "ABCDEF"[: chance.randint(1, 6)]}
        shown = [each.courses for each in published_sets(sizes)]
        later = {**sizes, "L": chance.randint(0, 12)}
        shown = [each.courses for each in published_sets(later, shown)]
        for one, other in itertools.permutations(shown, 2):
            for people in (one - other, one & other, one):
                count = sum(later[course] for course in people)
                assert count == 0 or count >= 5, (later, shown)


def test_what_is_public_is_never_taken_back() -> None:
    before = [each.courses for each in published_sets({"A": 9, "B": 3, "C": 4})]
    after = [each.courses for each in published_sets({"A": 9, "B": 3, "C": 4, "D": 6}, before)]
    assert set(before) <= set(after)


def test_a_total_is_no_finer_than_what_is_left_beside_a_course() -> None:
    # Five classes of 17 without five classes of 10 would be five classes of 7.
    found = published_sets({"A": 10, "B": 3, "C": 4})
    assert found == (PublishedSet(frozenset("A"), ShownDetail.FULL), PublishedSet(frozenset("ABC"), ShownDetail.COARSE))


def test_all_parts_of_a_split_show_as_much_as_the_smallest() -> None:
    assert detail_of_parts([12, 5]) is ShownDetail.COARSE
    assert detail_of_parts([12, 10]) is ShownDetail.FULL


def test_a_pair_is_shown_of_people_who_gave_both_and_never_by_halves() -> None:
    shown = published_pair(pair_figures([(2, 4)] * 6 + [(3, -8)]), ShownDetail.COARSE)
    assert isinstance(shown.pair, PairFigures)
    assert (shown.n, shown.pair.n, shown.mean, shown.counts) == (6, 6, None, None)
    assert published_pair(pair_figures([(2, 4)] * 4 + [(3, -8)] * 6), ShownDetail.FULL).pair is None
    assert published_pair(pair_figures([(2, 4)] * 12), ShownDetail.NOTHING).pair is None


def test_a_number_that_one_person_wrote_is_not_shown() -> None:
    hours = SurveyQuestion("hours", SurveyKind.NUMBER, WORDS, most=60)
    shown = published_figures(hours, figures_of({5: 9, 37: 1}), ShownDetail.FULL)
    assert (shown.counts, shown.mean, shown.median) == (None, Fraction(82, 10), Fraction(5))


def test_effort_has_classes_and_no_mean() -> None:
    effort = SurveyQuestion("effort", SurveyKind.SCALE, WORDS, EFFORT)
    shown = published_figures(effort, figures_of(SPREAD), ShownDetail.FULL)
    assert (shown.mean, shown.median, shown.three_classes) == (None, None, (3, 3, 4))


def test_choices_by_name_are_counted_from_ten_only() -> None:
    reasons = SurveyQuestion("applied", SurveyKind.ONE, WORDS, options=options(4))
    assert published_figures(reasons, figures_of({1: 5, 2: 4}), ShownDetail.COARSE).counts is None
    assert published_figures(reasons, figures_of({1: 5, 2: 5}), ShownDetail.FULL).counts == exactly({1: 5, 2: 5})


@pytest.mark.parametrize("setting", [-1, 0, 1, 5])
def test_the_least_number_never_goes_below_five(setting: int) -> None:
    assert detail_of(4, is_open=False, least=setting) is ShownDetail.FEWER_THAN_LEAST
    assert published_parts({"a": 6, "b": 4}, 10, least=setting) == ()
    assert not may_publish(frozenset("AB"), [frozenset("A")], {"A": 9, "B": 4}, least=setting)


def test_a_setting_raises_the_least_number() -> None:
    assert detail_of(9, is_open=False, least=10) is ShownDetail.FEWER_THAN_LEAST
    assert detail_of(19, is_open=False, least=10) is ShownDetail.COARSE
    shown = published_figures(SurveyQuestion("q", SurveyKind.SCALE, WORDS, AGREE), figures_of({4: 9}), ShownDetail.FULL, least=10)
    assert shown.mean is None


def test_percentages_begin_at_twenty() -> None:
    assert (shows_percentages(19), shows_percentages(20)) == (False, True)


def test_rows_that_no_role_can_hold_lose_the_role_and_never_stand_alone() -> None:
    chance = random.Random(5)
    for _ in range(200):
        rows = [(chance.choice("uvwx"), chance.choice(["s", "m", "l", ""])) for _ in range(chance.randint(20, 45))]
        found = research_rows(rows, {"A": len(rows) - 8, "B": 8})
        assert found is not None
        assert len(found) == len(rows)
        assert min(found.count(pair) for pair in set(found)) >= 5
