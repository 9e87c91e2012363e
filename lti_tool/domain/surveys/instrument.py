"""What a survey asks: questions of a few kinds, in German and English, as frozen values."""

from dataclasses import dataclass
from enum import StrEnum

CANNOT_SAY = -8
"""Chosen instead of a point: „kann ich nicht beurteilen“."""
EMPTY = -9
"""Left empty, or „keine Angabe“ chosen."""
SCALE_POINTS = 5
MOST_QUESTIONS = 30


class SurveyKind(StrEnum):
    SCALE = "scale"
    """Five labelled points, 5 being the most, and „kann ich nicht beurteilen“ apart."""
    ONE = "one"
    SEVERAL = "several"
    NUMBER = "number"
    RANKING = "ranking"
    """A first, second and third choice."""
    TEXT = "text"
    PAIR = "pair"
    """The same sentence rated for before and for now."""


class SurveyMoment(StrEnum):
    """When an instrument is due."""

    START = "start"
    MODULE = "module"
    END = "end"
    LATER = "later"
    NEEDS = "needs"


@dataclass(frozen=True)
class InBothLanguages:
    de: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.de


@dataclass(frozen=True)
class SurveyOption:
    code: int
    """Counted from 1; never given to another option later."""
    text: InBothLanguages
    is_alone: bool = False
    """Chosen with no other, as „noch nichts“."""
    existing: int | None = None
    """How many towns or people of this class there are; None where nobody can look them up."""


@dataclass(frozen=True)
class SurveyScale:
    id: str
    points: tuple[InBothLanguages, ...]
    licence: str
    has_mean: bool = True
    """False: both ends are too much, as with effort; such a scale has classes and no mean."""


@dataclass(frozen=True)
class SurveyQuestion:
    key: str
    kind: SurveyKind
    text: InBothLanguages
    scale: SurveyScale | None = None
    """Of SCALE and PAIR."""
    lacks: InBothLanguages | None = None
    """What stands for `CANNOT_SAY`, where it is not „kann ich nicht beurteilen“: „war nicht dabei“."""
    options: tuple[SurveyOption, ...] = ()
    """Of ONE, SEVERAL and RANKING."""
    is_personal: bool = False
    """It asks about the person, not the programme."""
    is_split: bool = False
    """Figures may be told apart by its classes; only a personal question of kind ONE."""
    is_control: bool = False
    """A pair about something that is not taught: its gain shows how much remembering alone brings."""
    most: int = 0
    """Of SEVERAL: how many may be chosen, 0 is any; of NUMBER: the largest that is possible."""

    @property
    def codes(self) -> frozenset[int]:
        """Give the codes that an answer of one choice may have, the two that say nothing included."""
        if self.scale is not None:
            return frozenset({*range(1, len(self.scale.points) + 1), CANNOT_SAY, EMPTY})
        return frozenset({*(option.code for option in self.options), EMPTY})

    @property
    def fields(self) -> tuple[str, ...]:
        """Give the names of its fields in the form, and of its values in a sheet."""
        if self.kind is SurveyKind.PAIR:
            return (f"{self.key}_before", f"{self.key}_now")
        if self.kind is SurveyKind.RANKING:
            return tuple(f"{self.key}_{place}" for place in range(1, min(3, len(self.options)) + 1))
        return (self.key,)


@dataclass(frozen=True)
class SurveyInstrument:
    id: str
    moment: SurveyMoment
    revision: int
    """Raised with each changed sentence; figures of two revisions are never averaged."""
    title: InBothLanguages
    licence: str
    is_research: bool
    """Whether rows of pooled courses may go to a research partner."""
    questions: tuple[SurveyQuestion, ...]

    def find_question(self, key: str) -> SurveyQuestion | None:
        return next((question for question in self.questions if question.key == key), None)
