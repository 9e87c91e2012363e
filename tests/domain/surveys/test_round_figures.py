"""Figures of a round, against a round worked out by hand."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest

from lti_tool.domain.surveys.round_figures import pair_figures, value_figures

DATA = Path(__file__).parent / "data"
ROWS = list(csv.DictReader((DATA / "survey-end.csv").read_text("utf-8").splitlines()))
EXPECTED = json.loads((DATA / "survey-end.json").read_text("utf-8"))


@pytest.mark.parametrize("name", EXPECTED["variables"])
def test_figures_of_a_field_are_exact(name: str) -> None:
    expected = EXPECTED["variables"][name]
    figures = value_figures(row[name] for row in ROWS)
    assert (figures.n, figures.cannot_say, figures.empty) == (expected["n"], expected["cannot_say"], expected["empty"])
    assert figures.mean == Fraction(expected["mean"])
    assert round(float(figures.mean), 4) == expected["mean_decimal"]
    assert figures.median == Fraction(expected["median"])
    if "counts" in expected:
        assert {str(point): figures.counts.get(Fraction(point), 0) for point in range(1, 6)} == expected["counts"]
        assert dict(zip(("1-2", "3", "4-5"), figures.three_classes, strict=True)) == expected["three_classes"]


@pytest.mark.parametrize("name", ["obj1", "obj2"])
def test_gain_of_a_pair_is_exact(name: str) -> None:
    expected = EXPECTED[name]
    figures = pair_figures((int(row[f"{name}_before"]), int(row[f"{name}_now"])) for row in ROWS)
    assert (figures.n, figures.better, figures.same, figures.lower) == tuple(
        expected[key] for key in ("pairs", "better", "same", "lower")
    )
    assert (figures.mean_before, figures.mean_now) == (Fraction(expected["mean_before"]), Fraction(expected["mean_now"]))
    assert figures.gain_pct == Fraction(expected["gain_pct"])
    assert round(float(figures.gain_pct), 2) == expected["gain_pct_decimal"]


def test_a_pair_counts_only_people_who_gave_both() -> None:
    figures = pair_figures([(2, 4), (3, -8), (-9, 5), (4, 3)])
    assert (figures.n, figures.mean_before, figures.mean_now, figures.lower) == (2, Fraction(3), Fraction(7, 2), 1)


def test_there_is_no_gain_where_nothing_was_missing() -> None:
    assert pair_figures([(5, 5), (5, 4)]).gain_pct is None
    assert pair_figures([]).gain_pct is None


def test_an_empty_round_has_neither_mean_nor_median() -> None:
    figures = value_figures([-8, -9])
    assert (figures.n, figures.mean, figures.median) == (0, None, None)
