"""What somebody finds out who subtracts published figures from each other, or knows some of the answers."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from lti_tool.domain.surveys.instrument import (
    EMPTY,
    SurveyInstrument,
    SurveyKind,
    SurveyMoment,
    SurveyOption,
    SurveyQuestion,
)
from lti_tool.domain.surveys.publication import ShownDetail
from lti_tool.domain.surveys.published_results import PublishedResults, QuestionResult, SurveyUnit, published_results
from lti_tool.domain.surveys.sheet_checking import SheetValue
from lti_tool.domain.surveys.sheet_counts import counted_sheets
from tests.domain.surveys.examples import AGREE, RATING, WORDS, options

Sheet = Mapping[str, SheetValue]
ROLE = SurveyQuestion("role", SurveyKind.ONE, WORDS, options=options(3), is_personal=True, is_split=True)
SIZE = SurveyQuestion("size", SurveyKind.ONE, WORDS, options=options(3), is_personal=True, is_split=True)
CAN = SurveyQuestion("can", SurveyKind.PAIR, WORDS, AGREE)
WHY = SurveyQuestion("why", SurveyKind.SEVERAL, WORDS, options=options(4))
SURVEY = SurveyInstrument("end", SurveyMoment.END, 1, WORDS, "CC-BY-4.0", True, (RATING, CAN, WHY, ROLE, SIZE))


def unit(number: int, sheets: Sequence[Sheet], instrument: SurveyInstrument = SURVEY) -> SurveyUnit:
    parts: dict[str, dict[str, dict[str, int]]] = {}
    for (part, field, value), n in counted_sheets(instrument, sheets).items():
        parts.setdefault(part, {}).setdefault(field, {})[value] = n
    return SurveyUnit(number, len(sheets), parts)


def sheet(rating: int = 4, role: int = 1, size: int = 1, before: int = 2, now: int = 4) -> Sheet:
    return {RATING.key: rating, "role": role, "size": size, "can_before": before, "can_now": now, "why": (1, 2)}


def result(results: PublishedResults, field: str) -> QuestionResult:
    return next(each for each in results.questions if each.field == field)


def test_an_open_round_tells_nothing_not_even_the_number() -> None:
    results = published_results(SURVEY, [unit(1, [sheet()] * 12)], least=5, is_open=True)
    assert (results.detail, results.sheets, results.questions) == (ShownDetail.NOTHING, None, ())


def test_four_sheets_tell_that_they_are_fewer_than_five() -> None:
    results = published_results(SURVEY, [unit(1, [sheet()] * 4)], least=5)
    assert (results.detail, results.sheets, results.questions) == (ShownDetail.FEWER_THAN_LEAST, None, ())


@pytest.mark.parametrize(("least", "is_shown"), [(5, True), (1, True), (8, False)])
def test_the_setting_only_goes_up(least: int, is_shown: bool) -> None:
    assert (published_results(SURVEY, [unit(1, [sheet()] * 7)], least=least).sheets == 7) == is_shown
    assert published_results(SURVEY, [unit(1, [sheet()] * 4)], least=least).sheets is None


def test_five_of_six_with_a_known_absentee() -> None:
    """Everybody knows who did not answer: what the other five said shows as mean and three classes, nothing of one alone."""
    results = published_results(SURVEY, [unit(1, [sheet(1), sheet(5), sheet(4), sheet(4), sheet(3)])], least=5)
    figures = result(results, RATING.key).figures
    assert (figures.n, figures.three_classes, figures.counts, figures.median) == (5, (1, 1, 3), None, None)
    assert not results.shows_texts
    assert result(results, RATING.key).parts == ()


def test_own_answer_subtracted() -> None:
    """Whoever answered takes their own away: four others are left, of whom no question about the person is told."""
    results = published_results(SURVEY, [unit(1, [sheet(role=1)] * 4 + [sheet(role=2)])], least=5)
    assert result(results, "role").figures.n is None
    assert result(results, "role").figures.counts is None


def test_unanimous_group() -> None:
    """That all rate alike may be told of the programme; of the people it would tell what each of them is."""
    results = published_results(SURVEY, [unit(1, [sheet(5)] * 12)], least=5)
    assert result(results, RATING.key).figures.counts == {Fraction(5): 12}
    assert result(results, "role").figures.n is None


def test_size_class_with_one_town() -> None:
    """Two towns above 100,000: the class is merged with its neighbour, however many answered from there."""
    towns = (
        SurveyOption(1, WORDS, existing=400),
        SurveyOption(2, WORDS, existing=30),
        SurveyOption(3, WORDS, existing=2),
    )
    size = SurveyQuestion("size", SurveyKind.ONE, WORDS, options=towns, is_personal=True, is_split=True)
    survey = SurveyInstrument("needs", SurveyMoment.NEEDS, 1, WORDS, "CC-BY-4.0", False, (RATING, size))
    sheets = [{RATING.key: 4, "size": code} for code in [1] * 12 + [2] * 4 + [3] * 8]
    told = result(published_results(survey, [unit(1, sheets, survey)], least=5), "size")
    assert told.figures.counts == {Fraction(1): 12, Fraction(2): 12}
    assert told.classes == ((1,), (2, 3))
    rating = result(published_results(survey, [unit(1, sheets, survey)], least=5), RATING.key)
    assert [part.codes for part in rating.parts] == [(1,), (2, 3)]


def test_late_course_leaves_the_total() -> None:
    """A course of which one question has too few answers is in no total of it: with and without it differ by these few."""
    large = unit(1, [sheet(4)] * 8)
    few = unit(2, [sheet(2)] * 3 + [sheet(EMPTY)] * 5)
    total = published_results(SURVEY, [large, few], least=5)
    assert total.sheets == 16
    assert result(total, RATING.key).figures.n == 8
    assert result(published_results(SURVEY, [few], least=5), RATING.key).figures.n is None


def test_a_split_is_shown_whole_or_not_at_all() -> None:
    shown = published_results(SURVEY, [unit(1, [sheet(4, role=1)] * 9 + [sheet(3, role=2)] * 6)], least=5)
    assert [part.figures.n for part in result(shown, RATING.key).parts] == [9, 6]
    hidden = published_results(
        SURVEY, [unit(1, [sheet(4, role=1)] * 9 + [sheet(3, role=2)] * 4 + [sheet(EMPTY, role=2)] * 2)], least=5
    )
    assert result(hidden, RATING.key).parts == ()


def test_who_named_no_class_is_a_part_as_well() -> None:
    results = published_results(
        SURVEY, [unit(1, [sheet(4, role=1)] * 8 + [sheet(3, role=2)] * 5 + [sheet(2, role=EMPTY)] * 6)], least=5
    )
    parts = result(results, RATING.key).parts
    assert [(part.codes, part.figures.n) for part in parts] == [((1,), 8), ((2,), 5), ((EMPTY,), 6)]


@pytest.mark.parametrize("seed", range(12))
def test_differences_of_all_published_figures(seed: int) -> None:
    """Random courses: every figure that is public anywhere, subtracted from every other of the same question."""
    chance = Random(seed)

    def answer(codes: int) -> int:
        drawn: int = chance.choice([*range(1, codes + 1), *range(1, codes + 1), EMPTY])
        return drawn

    courses = [
        [sheet(answer(5), answer(3), answer(3), answer(5), answer(5)) for _ in range(chance.randint(0, 16))] for _ in range(4)
    ]
    units = [unit(number, sheets) for number, sheets in enumerate(courses)]
    sets = [each for size in range(1, 5) for each in combinations(units, size)]
    told = {frozenset(each.id for each in chosen): published_results(SURVEY, chosen, least=5) for chosen in sets}
    for question in SURVEY.questions:
        shown = {ids: result(results, question.key) for ids, results in told.items() if results.questions}
        for ids, one in shown.items():
            n = one.figures.n
            parts = [part.figures.n or 0 for part in one.parts]
            assert n is None or n >= 5
            assert all(part >= 5 for part in parts)
            # What is left of the total without some of the parts.
            left = [(n or 0) - sum(some) for count in range(1, len(parts)) for some in combinations(parts, count)]
            assert all(each >= 5 for each in left)
            # A set with more courses tells those courses' people, or nothing.
            for more, other in shown.items():
                if ids < more and n is not None and other.figures.n is not None:
                    assert other.figures.n - n == 0 or other.figures.n - n >= 5


def test_a_total_is_told_as_coarsely_as_its_smallest_course() -> None:
    total = published_results(SURVEY, [unit(1, [sheet(4)] * 20), unit(2, [sheet(2)] * 6)], least=5)
    assert result(total, RATING.key).figures.counts is None
    assert result(total, RATING.key).figures.three_classes == (6, 0, 20)
    assert not total.shows_texts
