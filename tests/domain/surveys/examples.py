"""Questions, scales and instruments for tests of surveys."""

from collections.abc import Mapping
from fractions import Fraction

from lti_tool.domain.surveys.instrument import (
    InBothLanguages,
    SurveyInstrument,
    SurveyKind,
    SurveyMoment,
    SurveyOption,
    SurveyQuestion,
    SurveyScale,
)
from lti_tool.domain.surveys.round_figures import ValueFigures, value_figures

WORDS = InBothLanguages("Ein Satz.", "A sentence.")
AGREE = SurveyScale("agree5", (WORDS,) * 5, "CC-BY-4.0")
EFFORT = SurveyScale("effort5", (WORDS,) * 5, "CC-BY-4.0", has_mean=False)


def options(count: int, *, alone: int = 0) -> tuple[SurveyOption, ...]:
    return tuple(SurveyOption(code, WORDS, is_alone=code == alone) for code in range(1, count + 1))


RATING = SurveyQuestion("useful", SurveyKind.SCALE, WORDS, AGREE)
INSTRUMENT = SurveyInstrument(
    "probe",
    SurveyMoment.END,
    1,
    WORDS,
    "CC-BY-4.0",
    False,
    (
        RATING,
        SurveyQuestion("role", SurveyKind.ONE, WORDS, options=options(3), is_personal=True),
        SurveyQuestion("why", SurveyKind.SEVERAL, WORDS, options=options(4, alone=4), most=2),
        SurveyQuestion("hours", SurveyKind.NUMBER, WORDS, most=60),
        SurveyQuestion("formats", SurveyKind.RANKING, WORDS, options=options(4)),
        SurveyQuestion("can", SurveyKind.PAIR, WORDS, AGREE),
        SurveyQuestion("change", SurveyKind.TEXT, WORDS),
    ),
)


def figures_of(counts: Mapping[int, int]) -> ValueFigures:
    return value_figures(Fraction(code) for code, times in counts.items() for _ in range(times))
