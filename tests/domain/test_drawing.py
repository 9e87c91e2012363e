"""Drawing by blueprint (curriculum, section 6)."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.items import Case, SingleChoice
from lti_tool.domain.rules.drawing import QuizNotReady, Shortage, draw, shortages, shown_order
from tests.domain import examples

POOL = examples.a_pool()
LESSONS = frozenset({"1.1", "1.2", "1.3", "1.4", "1.5", "1.6"})
BY_ID = {item.id: item for item in POOL}
seeds = st.integers(0, 2**63 - 1)


@settings(max_examples=60)
@given(seeds, st.sets(st.sampled_from(sorted(BY_ID))))
def test_every_draw_keeps_to_the_blueprint(seed: int, seen: set[str]) -> None:
    drawn = [BY_ID[entry.item_id] for entry in draw(POOL, LESSONS, examples.RULES, seed=seed, seen_ids=seen)]
    kinds = Counter(type(item) for item in drawn)
    assert len({item.id for item in drawn}) == 10
    assert Counter(item.stratum for item in drawn) == {"A": 4, "B": 4, "C": 2}
    assert {item.lesson_code for item in drawn} == LESSONS
    assert kinds[SingleChoice] <= 5
    assert len(kinds) >= 4
    assert kinds[Case] >= 1


@settings(max_examples=20)
@given(seeds)
def test_the_same_seed_draws_the_same_quiz(seed: int) -> None:
    assert draw(POOL, LESSONS, examples.RULES, seed=seed) == draw(POOL, LESSONS, examples.RULES, seed=seed)


def test_a_known_seed_draws_what_it_always_drew() -> None:
    drawn = draw(POOL, LESSONS, examples.RULES, seed=42)
    assert [entry.item_id for entry in drawn] == [
        "M1-10",
        "M1-05",
        "M1-09",
        "M1-03",
        "M1-02",
        "M1-21",
        "M1-16",
        "M1-19",
        "M1-14",
        "M1-06",
    ]
    assert drawn[0].order == (1, 3, 0, 2)


def test_different_seeds_draw_different_quizzes() -> None:
    quizzes = {tuple(entry.item_id for entry in draw(POOL, LESSONS, examples.RULES, seed=seed)) for seed in range(20)}
    assert len(quizzes) == 20


@settings(max_examples=30)
@given(seeds)
def test_a_repeat_prefers_items_not_seen_yet(seed: int) -> None:
    first = {entry.item_id for entry in draw(POOL, LESSONS, examples.RULES, seed=seed)}
    second = {entry.item_id for entry in draw(POOL, LESSONS, examples.RULES, seed=seed + 1, seen_ids=first)}
    # Twelve items are left; two strata and six lessons may force a few of the old ones.
    assert len(first & second) <= 3


@given(seeds)
def test_options_are_shuffled_and_none_is_lost(seed: int) -> None:
    for item in examples.every_type():
        order = shown_order(item, seed)
        assert sorted(order) == list(range(len(order)))


@given(seeds, st.integers(4, 8))
def test_the_steps_of_an_ordering_never_come_in_their_right_order(seed: int, steps: int) -> None:
    assert shown_order(examples.ordering(steps=steps), seed) != tuple(range(steps))


def test_a_pool_without_cases_is_refused_with_the_reason() -> None:
    pool = [item for item in POOL if not isinstance(item, Case)]
    lacking = shortages(pool, LESSONS, examples.RULES)
    assert Shortage("cases", "", 0, 1) in lacking
    assert Shortage("pool", "", 17, 20) in lacking
    with pytest.raises(QuizNotReady):
        draw(pool, LESSONS, examples.RULES, seed=1)


def test_a_lesson_without_an_item_is_named() -> None:
    assert shortages(POOL, LESSONS | {"1.7"}, examples.RULES) == (Shortage("lesson", "1.7", 0, 1),)


def test_a_blueprint_that_contradicts_itself_is_refused() -> None:
    pool = [replace(item, stratum="C") if isinstance(item, Case) else item for item in POOL]
    pool = [replace(item, objectives=("1.1a",)) if isinstance(item, Case) else item for item in pool]
    rules = replace(examples.RULES, min_cases=3)
    assert not shortages(pool, LESSONS, rules)
    with pytest.raises(QuizNotReady):
        draw(pool, LESSONS, rules, seed=1)
