"""Ordering: steps to bring into their right order. Worth the share of neighbours that are in the right order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from lti_tool.domain.items.authored import AuthoredTable, Markup
from lti_tool.domain.items.base import FULL, Answer, Common, Extent, ItemBase, Option, ReadAnswer, Remark, share_of
from lti_tool.domain.items.shown import Fields, ShownChoice, ShownQuestion, first_of, number_in


@dataclass(frozen=True)
class Order(Answer):
    """The steps as the person laid them."""

    steps: tuple[int, ...]

    def to_stored(self) -> dict[str, Any]:
        return {"steps": list(self.steps)}


@dataclass(frozen=True)
class Ordering(ItemBase[Order]):
    """Steps (HTML) in their right order."""

    kind = "ordering"
    answer_type = Order
    steps: tuple[str, ...]
    feedback_wrong_html: str

    @classmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        steps = []
        for step in table.tables("step"):
            steps.append(markup.inline(step.text("text")))
            step.finish()
        if not 4 <= len(steps) <= 8:
            table.error("step", f"Eine Reihenfolge hat 4 bis 8 Schritte; hier sind es {len(steps)}.")
        if len(set(steps)) != len(steps):
            table.error("step", "Zwei Schritte haben denselben Text; ihre Reihenfolge wäre nicht zu erkennen.")
        return cls(**common, steps=tuple(steps), feedback_wrong_html=markup.inline(table.text("feedback_wrong")))

    @property
    def judged(self) -> tuple[Option, ...]:
        return ()

    @property
    def count_of_choices(self) -> int:
        return len(self.steps)

    def laid_out(self, order: tuple[int, ...]) -> tuple[int, ...]:
        """Return the order, but never the right one."""
        return (*order[1:], order[0]) if list(order) == sorted(order) else order

    @property
    def right_answer(self) -> Order:
        return Order(tuple(range(len(self.steps))))

    def read(self, order: Sequence[int], fields: Fields) -> ReadAnswer:
        """Read the steps' numbers: `rank-<place>` is the wished one, `row-<place>` the one it was shown with.

        Whatever was given a new number gets it; the rest keep their order around it. The order as first drawn means that nothing
        was done yet: it is never the right one.
        """
        count = len(order)
        rows = [number_in(first_of(fields, f"row-{place}"), count) for place in range(count)]
        if sorted(row for row in rows if row is not None) != list(range(count)):
            return ReadAnswer(None)
        before = sorted(range(count), key=lambda place: rows[place] or 0)
        wished = {place: number_in(first_of(fields, f"rank-{place}"), count) for place in before}
        after = _moved(_rearranged(before, wished), first_of(fields, "move"))
        numbers = [wish for wish in wished.values() if wish is not None]
        has_clash = len(set(numbers)) < len(numbers)
        steps = tuple(order[place] for place in after)
        return ReadAnswer(None if steps == tuple(order) else Order(steps), "same_number" if has_clash else "")

    def _from_stored(self, stored: Mapping[str, Any]) -> Order | None:
        steps = tuple(stored.get("steps", ()))
        return Order(steps) if sorted(steps) == list(range(len(self.steps))) else None

    def _extent(self, answer: Order) -> Extent:
        return Extent.FULLY

    def _points(self, answer: Order) -> Fraction:
        place = {step: index for index, step in enumerate(answer.steps)}
        return share_of([place[step] < place[step + 1] for step in range(len(answer.steps) - 1)])

    def _remarks(self, answer: Order) -> tuple[Remark, ...]:
        is_right = self._points(answer) == FULL
        laid = "".join(f"<li>{self.steps[step]}</li>" for step in answer.steps)
        return (Remark(f"<ol>{laid}</ol>", is_right, "" if is_right else self.feedback_wrong_html),)

    def _show(self, order: Sequence[int], answer: Order | None) -> ShownQuestion:
        steps = answer.steps if answer else tuple(order)
        choices = tuple(ShownChoice(order.index(step), self.steps[step]) for step in steps)
        return ShownQuestion(self.kind, self.stem_html, choices=choices)


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
