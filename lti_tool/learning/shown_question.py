"""A question as the browser gets it: what to choose from, in the drawn order, and nothing about what is right.

The form speaks of places in the shown order only. Authored positions would give answers away: the steps of an ordering are
authored in their right order.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from lti_tool.domain.answers import Answer, Choice, Matches, Number, Order, Words
from lti_tool.domain.items import Case, Cloze, Item, Matching, MultipleChoice, Numeric, Ordering, SingleChoice, type_of_item
from lti_tool.domain.numbers import readings
from lti_tool.domain.typed_text import clean_line

_GAP = re.compile(r"\{\{(\d+)\}\}")
# More than any number that is read, so that a cut one is none.
_LONGEST_NUMBER = 60
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


@dataclass(frozen=True)
class ReadAnswer:
    """An answer as a form brought it; `problem` names what a person should look at again, empty: nothing."""

    answer: Answer | None
    problem: str = ""
    values: Fields = field(default_factory=dict)


def show_question(item: Item, order: Sequence[int], answer: Answer | None) -> ShownQuestion:
    """Prepare an item for the page, with the answer given so far."""
    shown = _show(item, order, answer)
    return replace(shown, document_title=item.document_title, document_html=item.document_html)


def _show(item: Item, order: Sequence[int], answer: Answer | None) -> ShownQuestion:
    kind, stem = type_of_item[type(item)], item.stem_html
    match item:
        case SingleChoice() | MultipleChoice() | Case():
            chosen = answer.options if isinstance(answer, Choice) else frozenset()
            choices = tuple(ShownChoice(place, item.options[index].html, index in chosen) for place, index in enumerate(order))
            several = isinstance(item, MultipleChoice) or (isinstance(item, Case) and item.has_several_answers)
            vignette = item.vignette_html if isinstance(item, Case) else ""
            return ShownQuestion(kind, stem, vignette, several, choices)
        case Matching():
            rights = answer.rights if isinstance(answer, Matches) else (None,) * len(item.pairs)
            selects = tuple(
                ShownSelect(f"left-{n}", n + 1, pair.left_html, "", _place(order, right))
                for n, (pair, right) in enumerate(zip(item.pairs, rights, strict=True))
            )
            return ShownQuestion(kind, stem, choices=_texts(item.choices, order), selects=selects)
        case Cloze():
            words = answer.words if isinstance(answer, Words) else (None,) * len(item.gaps)
            parts = _GAP.split(item.text_html)
            selects = tuple(
                ShownSelect(f"gap-{number}", number, "", before, _place(order, words[number - 1]))
                for before, number in zip(parts[:-1:2], map(int, parts[1::2]), strict=True)
            )
            return ShownQuestion(kind, stem, choices=_texts(item.word_bank, order), selects=selects, text_after=parts[-1])
        case Ordering():
            steps = answer.steps if isinstance(answer, Order) else tuple(order)
            return ShownQuestion(kind, stem, choices=tuple(ShownChoice(order.index(step), item.steps[step]) for step in steps))
        case Numeric():
            return ShownQuestion(kind, stem, typed=answer.text if isinstance(answer, Number) else "", unit=item.unit)


def read_answer(item: Item, order: Sequence[int], fields: Fields) -> ReadAnswer:
    """Read an answer from a form; whatever does not belong there counts as left open."""
    match item:
        case SingleChoice() | MultipleChoice() | Case():
            chosen = {
                order[place] for value in fields.get("choice", ()) for place in [_index(value, len(order))] if place is not None
            }
            return ReadAnswer(Choice(frozenset(chosen)) if chosen else None)
        case Matching():
            rights = tuple(_authored(order, fields, f"left-{n}") for n in range(len(item.pairs)))
            return ReadAnswer(Matches(rights) if any(right is not None for right in rights) else None)
        case Cloze():
            words = tuple(_authored(order, fields, f"gap-{gap.number}") for gap in item.gaps)
            return ReadAnswer(Words(words) if any(word is not None for word in words) else None)
        case Ordering():
            return _read_order(order, fields)
        case Numeric():
            text = clean_line(_first(fields, "number"))[:_LONGEST_NUMBER]
            if not text:
                return ReadAnswer(None)
            return ReadAnswer(Number(text), "" if readings(text, unit=item.unit) else "not_a_number")


def _read_order(order: Sequence[int], fields: Fields) -> ReadAnswer:
    """Read the steps' numbers: `rank-<place>` is the wished one, `row-<place>` the one it was shown with.

    Whatever was given a new number gets it; the rest keep their order around it. The order as first drawn means that nothing
    was done yet: it is never the right one.
    """
    count = len(order)
    rows = [_index(_first(fields, f"row-{place}"), count) for place in range(count)]
    if sorted(row for row in rows if row is not None) != list(range(count)):
        return ReadAnswer(None)
    before = sorted(range(count), key=lambda place: rows[place] or 0)
    wished = {place: _index(_first(fields, f"rank-{place}"), count) for place in before}
    after = _rearranged(before, wished)
    after = _moved(after, _first(fields, "move"))
    numbers = [wish for wish in wished.values() if wish is not None]
    has_clash = len(set(numbers)) < len(numbers)
    steps = tuple(order[place] for place in after)
    return ReadAnswer(None if steps == tuple(order) else Order(steps), "same_number" if has_clash else "")


def _rearranged(before: list[int], wished: Mapping[int, int | None]) -> list[int]:
    slots: list[int | None] = [None] * len(before)
    moved = [place for row, place in enumerate(before) if wished[place] not in (None, row)]
    for place in moved:
        wish = wished[place] or 0
        free = [*range(wish, len(slots)), *range(wish)]
        slots[next(slot for slot in free if slots[slot] is None)] = place
    rest = iter([place for place in before if place not in moved])
    return [next(rest) if slot is None else slot for slot in slots]


def _moved(places: list[int], move: str) -> list[int]:
    found = re.fullmatch(r"(up|down)-(\d{1,2})", move)
    if not found or int(found[2]) not in places:
        return places
    here = places.index(int(found[2]))
    there = here + (-1 if found[1] == "up" else 1)
    if 0 <= there < len(places):
        places[here], places[there] = places[there], places[here]
    return places


def _texts(texts: Sequence[str], order: Sequence[int]) -> tuple[ShownChoice, ...]:
    return tuple(ShownChoice(place, escape(texts[index], quote=False)) for place, index in enumerate(order))


def _place(order: Sequence[int], authored: int | None) -> int | None:
    return None if authored is None else order.index(authored)


def _authored(order: Sequence[int], fields: Fields, name: str) -> int | None:
    place = _index(_first(fields, name), len(order))
    return None if place is None else order[place]


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _index(value: str, count: int) -> int | None:
    return int(value) if re.fullmatch(r"\d{1,2}", value, re.ASCII) and int(value) < count else None
