"""A question as the browser gets it: what to choose from, in the drawn order, and nothing about what is right.

The form speaks of places in the shown order only. Authored positions would give answers away: the steps of an ordering are
authored in their right order.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ShownChoice:
    """Something to choose; `place` is its value in the form."""

    place: int
    html: str
    is_chosen: bool = False


@dataclass(frozen=True)
class ShownSelect:
    """A left of a matching, or a gap of a cloze: a choice among the question's `choices`."""

    name: str
    number: int
    html: str
    """The left; empty for a gap."""
    text_before: str
    """HTML of a cloze before this gap."""
    chosen: int | None


@dataclass(frozen=True)
class ShownQuestion:
    """What a page needs to ask one question."""

    kind: str
    stem_html: str
    vignette_html: str = ""
    takes_several: bool = False
    choices: tuple[ShownChoice, ...] = ()
    selects: tuple[ShownSelect, ...] = ()
    text_after: str = ""
    """HTML of a cloze after its last gap."""
    typed: str = ""
    unit: str = ""
    document_title: str = ""
    document_html: str = ""
    """An excerpt that stands beside the question."""


def texts_in(order: Sequence[int], texts: Sequence[str]) -> tuple[ShownChoice, ...]:
    """Show plain texts in a drawn order."""
    return tuple(ShownChoice(place, escape(texts[index], quote=False)) for place, index in enumerate(order))


def shown_place(order: Sequence[int], authored: int | None) -> int | None:
    """Tell at which place a choice is shown."""
    return None if authored is None else order.index(authored)


def authored_place(order: Sequence[int], fields: Fields, name: str) -> int | None:
    """Read a field that holds a shown place; None where it is empty or was not offered."""
    place = number_in(first_of(fields, name), len(order))
    return None if place is None else order[place]


def first_of(fields: Fields, name: str) -> str:
    """Return a field's first value, "" where there is none."""
    return next(iter(fields.get(name, ())), "")


def number_in(value: str, count: int) -> int | None:
    """Read a number from 0 that is smaller than `count`; None where it is anything else."""
    return int(value) if re.fullmatch(r"\d{1,2}", value, re.ASCII) and int(value) < count else None
