"""What every type of item is and must be able to do; each type stands whole in a file beside this one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Generic, Self, TypedDict, TypeVar

from lti_tool.domain.items.authored import AuthoredTable, Markup
from lti_tool.domain.items.shown import Fields, ShownQuestion

NONE = Fraction(0)
FULL = Fraction(1)


class Answer(ABC):
    """What a person answers to an item; positions are the authored ones, never those shown."""

    @abstractmethod
    def to_stored(self) -> dict[str, Any]:
        """Return what the database keeps of it; `answer_from` of the item reads it back."""


class Extent(StrEnum):
    """How much of an item was answered."""

    NOTHING = "nothing"
    PARTLY = "partly"
    FULLY = "fully"
    UNREADABLE = "unreadable"
    """Something was typed that is no number."""


@dataclass(frozen=True)
class Remark:
    """One chosen thing, whether it is right, and what the authors say about it (may be empty)."""

    chosen_html: str
    is_right: bool
    feedback_html: str


@dataclass(frozen=True)
class Option:
    """One answer to choose. `html` texts are cleaned HTML made from Markdown."""

    html: str
    is_right: bool
    feedback_html: str


@dataclass(frozen=True)
class ReadAnswer:
    """An answer as a form brought it; `problem` names what a person should look at again, empty: nothing."""

    answer: Answer | None
    problem: str = ""


class Common(TypedDict):
    """What authors say about an item of whatever type."""

    id: str
    objectives: tuple[str, ...]
    level: str
    stratum: str
    stem_html: str
    explanation_html: str
    document_title: str
    document_html: str


_A = TypeVar("_A", bound=Answer)


@dataclass(frozen=True)
class ItemBase(ABC, Generic[_A]):
    """A question that may be drawn. What is abstract here is all that a type has to say for itself."""

    kind: ClassVar[str]
    """The type's name: in the authors' files, and of its template."""
    judged_key: ClassVar[str] = "option"
    """How the authors' files call what is judged."""
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

    # --- what authors write ---------------------------------------------------------------------------------------------

    @classmethod
    @abstractmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        """Read the fields of this type; what is wrong is reported to the table, at the line where it stands."""

    @property
    @abstractmethod
    def judged(self) -> tuple[Option, ...]:
        """What is right or wrong in itself, for the check of give-aways; empty where the type has no such thing."""

    @property
    def has_one_key(self) -> bool:
        """Whether people know that exactly one of the judged options is right."""
        return False

    # --- drawing --------------------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def count_of_choices(self) -> int:
        """How many things are shown in a drawn order; 0 where there is nothing to shuffle."""

    def laid_out(self, order: tuple[int, ...]) -> tuple[int, ...]:
        """Return the order in which a shuffled item may be shown."""
        return order

    # --- answers --------------------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def answer_type(self) -> type[_A]: ...

    @property
    @abstractmethod
    def right_answer(self) -> _A:
        """The answer that earns the full point."""

    def answer_from(self, stored: Mapping[str, Any] | None) -> _A | None:
        """Turn what was kept back into an answer; None where it does not fit the item (any more)."""
        return None if stored is None else self._from_stored(stored)

    def extent_of(self, answer: Answer | None) -> Extent:
        """Tell whether the item was answered fully, partly or not at all."""
        own = self._own(answer)
        return Extent.NOTHING if own is None else self._extent(own)

    def points_for(self, answer: Answer | None) -> Fraction:
        """Return what an answer is worth, from 0 to 1, not rounded."""
        own = self._own(answer)
        return NONE if own is None else self._points(own)

    def remarks_on(self, answer: Answer | None) -> tuple[Remark, ...]:
        """Return the authors' words on each part of an answer; nothing on an item left open."""
        own = self._own(answer)
        return () if own is None else self._remarks(own)

    # --- the page -------------------------------------------------------------------------------------------------------

    def show(self, order: Sequence[int], answer: Answer | None) -> ShownQuestion:
        """Prepare the item for the page, with the answer given so far and nothing about what is right."""
        shown = self._show(order, self._own(answer))
        return replace(shown, document_title=self.document_title, document_html=self.document_html)

    @abstractmethod
    def read(self, order: Sequence[int], fields: Fields) -> ReadAnswer:
        """Read an answer from a form; whatever does not belong there counts as left open."""

    # --- what a type says for itself of an answer of its own --------------------------------------------------------------

    @abstractmethod
    def _from_stored(self, stored: Mapping[str, Any]) -> _A | None: ...

    @abstractmethod
    def _extent(self, answer: _A) -> Extent: ...

    @abstractmethod
    def _points(self, answer: _A) -> Fraction: ...

    @abstractmethod
    def _remarks(self, answer: _A) -> tuple[Remark, ...]: ...

    @abstractmethod
    def _show(self, order: Sequence[int], answer: _A | None) -> ShownQuestion: ...

    def _own(self, answer: Answer | None) -> _A | None:
        if answer is None or isinstance(answer, self.answer_type):
            return answer
        # An answer comes out of `read` or `answer_from` of the same item: any other is a bug, and must not earn 0 points.
        raise TypeError(f"{self.kind} is not answered by {type(answer).__name__}")


def share_of(hits: Sequence[bool]) -> Fraction:
    """Return the share of parts that were answered rightly."""
    return Fraction(sum(hits), len(hits))


def extent_of_places(places: Sequence[object | None]) -> Extent:
    """Tell the extent of an answer of several parts, each of which may be left open."""
    filled = sum(place is not None for place in places)
    if filled == len(places):
        return Extent.FULLY
    return Extent.PARTLY if filled else Extent.NOTHING


def are_places(values: Sequence[Any], *, parts: int, among: int) -> bool:
    """Whether stored values are one place among so many for each part; None stands for one left open."""
    return len(values) == parts and all(value is None or (isinstance(value, int) and 0 <= value < among) for value in values)
