"""Whether what stands in a gradebook is ours."""

import pytest

from lti_tool.lti.advantage.results import ToldResult
from lti_tool.passback.columns.standing import Match, match, points_in


@pytest.mark.parametrize(
    ("given", "maximum", "score"),
    [
        (90, 100, 90),
        (8.25, 10, 82.5),
        (66.667, 100, 66.667),
        (4.66669, 7, 66.667),
        # Rounded to what the column shows.
        (7, 10, 66.667),
        (6.7, 10, 66.667),
        (67, 100, 66.667),
        (0.67, 1, 66.667),
        (0, 100, 0),
        (0, 100, 0.001),
    ],
)
def test_a_score_is_known_in_every_scale_and_rounding(given: float, maximum: float, score: float) -> None:
    assert match(ToldResult(given, maximum), score) is Match.SAME


@pytest.mark.parametrize(
    ("given", "maximum", "score"),
    [
        (95, 100, 90),
        (55, 100, 100),
        (66, 100, 66.667),
        (66.7, 100, 66.6),
        (8, 10, 90),
        (0, 100, 66),
        (0, 1, 40),
        (1, 1, 66),
        (-1, 100, 60),
    ],
)
def test_what_a_teacher_has_set_is_told_apart(given: float, maximum: float, score: float) -> None:
    assert match(ToldResult(given, maximum), score) is Match.OTHER


def test_points_that_stand_there_as_they_were_sent_are_ours() -> None:
    assert match(ToldResult(90, 10), 90) is Match.UNCONVERTED
    assert match(ToldResult(90, 10), 90, column_maximum=10) is Match.UNCONVERTED
    assert match(ToldResult(9, 50), 90, column_maximum=50, sent_of=10) is Match.UNCONVERTED
    assert match(ToldResult(55, 10), 90) is Match.OTHER


def test_a_maximum_of_before_does_not_make_a_score_a_teachers() -> None:
    # The column went from 100 points to 10, Moodle made 9 of 90, and goes on saying "of 100" in its results.
    assert match(ToldResult(9, 100), 90, column_maximum=10) is Match.SAME
    assert match(ToldResult(9, 100), 90) is Match.OTHER


@pytest.mark.parametrize(
    ("maximum", "score", "points"), [(100, 82.5, 82.5), (10, 66.667, 6.6667), (7, 100, 7), (3, 33.333, 0.99999), (0.5, 90, 0.45)]
)
def test_a_score_in_the_columns_own_points(maximum: float, score: float, points: float) -> None:
    assert points_in(maximum, score) == points
