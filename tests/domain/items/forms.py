"""Fills the form of a question the way a page shows it."""

from collections.abc import Sequence

from lti_tool.domain.items import Item
from lti_tool.domain.items.shown import ShownQuestion


def as_form(shown: ShownQuestion) -> dict[str, list[str]]:
    """Return the fields that the page of a question sends."""
    if shown.kind == "ordering":
        return {f"{part}-{choice.place}": [str(row)] for row, choice in enumerate(shown.choices) for part in ("row", "rank")}
    if shown.kind == "numeric":
        return {"number": [shown.typed]}
    if shown.selects:
        return {select.name: ["" if select.chosen is None else str(select.chosen)] for select in shown.selects}
    return {"choice": [str(choice.place) for choice in shown.choices if choice.is_chosen]}


def right_fields(item: Item, order: Sequence[int]) -> dict[str, list[str]]:
    """Return the fields of a question that is answered rightly."""
    return as_form(item.show(order, item.right_answer))
