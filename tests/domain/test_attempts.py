"""Three attempts, the best one counts, 24 hours before the last (curriculum, section 6)."""

from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.domain.rules.attempts import NextTry, Try, standing
from lti_tool.domain.rules.score import comment_on, score_of
from tests.domain.examples import RULES

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def a_try(number: int, points: float | None = 5.0, *, ended: datetime = MONDAY) -> Try:
    if points is None:
        return Try(number, ended, None, None, 10, None)
    return Try(number, ended - timedelta(minutes=20), ended, points, 10, points >= 7)


def test_the_first_attempt_may_begin_at_once() -> None:
    stands = standing([], RULES, now=MONDAY)
    assert (stands.next_try, stands.next_number, stands.left) == (NextTry.START, 1, 3)
    assert not stands.is_passed


def test_an_open_attempt_is_resumed() -> None:
    stands = standing([a_try(1), a_try(2, None)], RULES, now=MONDAY)
    assert (stands.next_try, stands.next_number, stands.left) == (NextTry.RESUME, 2, 1)


def test_the_second_attempt_needs_no_wait() -> None:
    assert standing([a_try(1)], RULES, now=MONDAY).next_try is NextTry.START


def test_the_third_attempt_waits_a_day() -> None:
    tries = [a_try(1), a_try(2)]
    waiting = standing(tries, RULES, now=MONDAY + timedelta(hours=23, minutes=59))
    assert waiting.next_try is NextTry.WAIT
    assert waiting.waits_until == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert standing(tries, RULES, now=MONDAY + timedelta(hours=24)).next_try is NextTry.START


def test_after_three_attempts_none_is_left_and_solutions_are_shown() -> None:
    stands = standing([a_try(1), a_try(2), a_try(3)], RULES, now=MONDAY + timedelta(days=3))
    assert (stands.next_try, stands.left, stands.shows_solutions) == (NextTry.NONE_LEFT, 0, True)


def test_a_granted_attempt_may_begin_at_once() -> None:
    stands = standing([a_try(1), a_try(2), a_try(3)], RULES, unlocked=1, now=MONDAY)
    assert (stands.next_try, stands.next_number, stands.left) == (NextTry.START, 4, 1)


def test_solutions_stay_hidden_while_an_attempt_is_left_and_nothing_is_passed() -> None:
    assert not standing([a_try(1), a_try(2)], RULES, now=MONDAY).shows_solutions
    assert standing([a_try(1, 7.0)], RULES, now=MONDAY).shows_solutions


def test_the_best_attempt_counts_and_a_worse_one_takes_nothing_away() -> None:
    tries = [a_try(1, 8.5), a_try(2, 3.0)]
    stands = standing(tries, RULES, now=MONDAY)
    assert stands.best == tries[0]
    assert stands.is_passed
    assert score_of(tries) == 85.0


def test_the_score_is_in_points_of_a_hundred_with_three_decimals() -> None:
    assert score_of([Try(1, MONDAY, MONDAY, 2.0, 3, False)]) == 66.667


def test_there_is_no_score_before_anything_was_handed_in() -> None:
    assert score_of([a_try(1, None)]) is None


@pytest.mark.parametrize(
    ("points", "comment"),
    [([9.0], "9 von 10 Punkten, 1. Versuch"), ([3.0, 8.25, 5.0], "8,25 von 10 Punkten, 2. Versuch"), ([None], ""), ([], "")],
)
def test_the_best_attempt_is_told_in_words_beside_the_grade(points: list[float | None], comment: str) -> None:
    tries = [a_try(number, each) for number, each in enumerate(points, start=1)]
    assert comment_on(tries) == comment
