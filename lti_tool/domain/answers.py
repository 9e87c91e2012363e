"""What a person answers to an item, as values; positions are the authored ones, never those shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lti_tool.domain.items import Case, Cloze, Item, Matching, MultipleChoice, Numeric, Ordering, SingleChoice
from lti_tool.domain.numbers import readings
from lti_tool.domain.typed_text import clean_line


@dataclass(frozen=True)
class Choice:
    """The ticked options of a single choice, multiple choice or case."""

    options: frozenset[int]


@dataclass(frozen=True)
class Matches:
    """For each left of a matching the index into its `choices`; None: left open."""

    rights: tuple[int | None, ...]


@dataclass(frozen=True)
class Order:
    """The steps of an ordering as the person laid them."""

    steps: tuple[int, ...]


@dataclass(frozen=True)
class Words:
    """For each gap of a cloze the index into its `word_bank`; None: left open."""

    words: tuple[int | None, ...]


@dataclass(frozen=True)
class Number:
    """What was typed for a numeric item, as it was typed."""

    text: str


Answer = Choice | Matches | Order | Words | Number


class Extent(StrEnum):
    """How much of an item was answered."""

    NOTHING = "nothing"
    PARTLY = "partly"
    FULLY = "fully"
    UNREADABLE = "unreadable"
    """Something was typed that is no number."""


def count_of_choices(item: Item) -> int:
    """Tell how many things of an item are shown in a drawn order (0 for a number)."""
    match item:
        case SingleChoice() | MultipleChoice() | Case():
            return len(item.options)
        case Matching():
            return len(item.choices)
        case Ordering():
            return len(item.steps)
        case Cloze():
            return len(item.word_bank)
        case Numeric():
            return 0


def extent_of(item: Item, answer: Answer | None) -> Extent:
    """Tell whether an item was answered fully, partly or not at all."""
    match answer:
        case None:
            return Extent.NOTHING
        case Number(text=text):
            unit = item.unit if isinstance(item, Numeric) else ""
            if not clean_line(text):
                return Extent.NOTHING
            return Extent.FULLY if readings(text, unit=unit) else Extent.UNREADABLE
        case Matches(rights=places) | Words(words=places):
            filled = sum(place is not None for place in places)
            if filled == len(places):
                return Extent.FULLY
            return Extent.PARTLY if filled else Extent.NOTHING
        case Choice(options=options):
            return Extent.FULLY if options else Extent.NOTHING
        case Order():
            return Extent.FULLY


def to_json(answer: Answer) -> dict[str, Any]:
    """Turn an answer into what is kept in the database."""
    match answer:
        case Choice(options=options):
            return {"options": sorted(options)}
        case Matches(rights=rights):
            return {"rights": list(rights)}
        case Order(steps=steps):
            return {"steps": list(steps)}
        case Words(words=words):
            return {"words": list(words)}
        case Number(text=text):
            return {"number": text}


def from_json(item: Item, data: Mapping[str, Any] | None) -> Answer | None:
    """Turn what was kept back into an answer; None where it does not fit the item (any more)."""
    if data is None:
        return None
    match item:
        case SingleChoice() | MultipleChoice() | Case():
            options = frozenset(data.get("options", ()))
            return Choice(options) if options and options <= set(range(len(item.options))) else None
        case Matching():
            rights = tuple(data.get("rights", ()))
            return Matches(rights) if len(rights) == len(item.pairs) and _are_places(rights, len(item.choices)) else None
        case Ordering():
            steps = tuple(data.get("steps", ()))
            return Order(steps) if sorted(steps) == list(range(len(item.steps))) else None
        case Cloze():
            words = tuple(data.get("words", ()))
            return Words(words) if len(words) == len(item.gaps) and _are_places(words, len(item.word_bank)) else None
        case Numeric():
            text = data.get("number")
            return Number(text) if isinstance(text, str) else None


def _are_places(values: tuple[Any, ...], count: int) -> bool:
    return all(value is None or (isinstance(value, int) and 0 <= value < count) for value in values)
