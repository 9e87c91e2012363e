"""What is asked: the types of questions as frozen values, as the reader builds them from files."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Option:
    """One answer to choose. `html` texts are cleaned HTML made from Markdown."""

    html: str
    is_right: bool
    feedback_html: str


@dataclass(frozen=True)
class Pair:
    left_html: str
    right: str
    feedback_html: str


@dataclass(frozen=True)
class Gap:
    """One gap of a cloze; `number` stands in the text as {{number}}."""

    number: int
    answer: str
    feedback_html: str


@dataclass(frozen=True)
class Mistake:
    """A typical wrong result of a calculation and what to say about it."""

    value: float
    feedback_html: str


@dataclass(frozen=True)
class _Item:
    id: str
    objectives: tuple[str, ...]
    level: str
    stratum: str
    stem_html: str
    explanation_html: str
    document_title: str = field(default="", kw_only=True)
    document_html: str = field(default="", kw_only=True)
    """An invented excerpt that the question is about: of a letter, an offer, a log; "" where there is none."""

    @property
    def lesson_code(self) -> str:
        """Tell the lesson that teaches this item: `1.3` for the objective `1.3b`."""
        return self.objectives[0].rstrip("abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class SingleChoice(_Item):
    options: tuple[Option, ...]


@dataclass(frozen=True)
class MultipleChoice(_Item):
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Case(_Item):
    """A short case: vignette, then one question with one or several right options."""

    vignette_html: str
    has_several_answers: bool
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Matching(_Item):
    """Each left belongs to one right; `extra_right` belong to none."""

    pairs: tuple[Pair, ...]
    extra_right: tuple[str, ...]

    @property
    def choices(self) -> tuple[str, ...]:
        """Give what may be put beside a left, each once, in the authored order."""
        return tuple(dict.fromkeys([*(pair.right for pair in self.pairs), *self.extra_right]))


@dataclass(frozen=True)
class Ordering(_Item):
    """Steps (HTML) in their right order."""

    steps: tuple[str, ...]
    feedback_wrong_html: str


@dataclass(frozen=True)
class Cloze(_Item):
    """`text_html` holds {{1}}, {{2}}…; answers and extra words form the word bank."""

    text_html: str
    gaps: tuple[Gap, ...]
    extra_words: tuple[str, ...]

    @property
    def word_bank(self) -> tuple[str, ...]:
        """Give the words to choose from, each once, in the authored order."""
        return tuple(dict.fromkeys([*(gap.answer for gap in self.gaps), *self.extra_words]))


@dataclass(frozen=True)
class Numeric(_Item):
    value: float
    tolerance: float
    unit: str
    decimals: int
    feedback_right_html: str
    feedback_wrong_html: str
    mistakes: tuple[Mistake, ...]


type_of_item: Mapping[type[_Item], str] = {
    SingleChoice: "single-choice",
    MultipleChoice: "multiple-choice",
    Case: "case",
    Matching: "matching",
    Ordering: "ordering",
    Cloze: "cloze",
    Numeric: "numeric",
}
Item = SingleChoice | MultipleChoice | Case | Matching | Ordering | Cloze | Numeric


@dataclass(frozen=True)
class SelfCheck:
    """An ungraded question inside a lesson; never taken from the exam pool."""

    id: str
    stem_html: str
    has_several_answers: bool
    options: tuple[Option, ...]
