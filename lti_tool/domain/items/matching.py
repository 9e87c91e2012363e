"""Matching: each left belongs to one right. Worth the share of pairs that are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any, Self

from lti_tool.domain.items.authored import AuthoredTable, Markup
from lti_tool.domain.items.base import (
    Answer,
    Common,
    Extent,
    ItemBase,
    Option,
    ReadAnswer,
    Remark,
    are_places,
    extent_of_places,
    share_of,
)
from lti_tool.domain.items.shown import Fields, ShownQuestion, ShownSelect, authored_place, shown_place, texts_in


@dataclass(frozen=True)
class Pair:
    left_html: str
    right: str
    feedback_html: str


@dataclass(frozen=True)
class Matches(Answer):
    """For each left the index into `choices`; None: left open."""

    rights: tuple[int | None, ...]

    def to_stored(self) -> dict[str, Any]:
        return {"rights": list(self.rights)}


@dataclass(frozen=True)
class Matching(ItemBase[Matches]):
    """`extra_right` belong to no left."""

    kind = "matching"
    answer_type = Matches
    pairs: tuple[Pair, ...]
    extra_right: tuple[str, ...]

    @classmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        pairs = []
        for pair in table.tables("pair"):
            pairs.append(Pair(markup.inline(pair.text("left")), pair.text("right"), markup.inline(pair.text("feedback"))))
            pair.finish()
        if not 3 <= len(pairs) <= 5:
            table.error("pair", f"Eine Zuordnung hat 3 bis 5 Paare; hier sind es {len(pairs)}.")
        item = cls(**common, pairs=tuple(pairs), extra_right=table.texts("extra_right", ()))
        if len(item.choices) < 2:
            table.error("pair", "Rechts stehen weniger als zwei verschiedene Begriffe; so gibt es nichts zuzuordnen.")
        return item

    @property
    def judged(self) -> tuple[Option, ...]:
        return ()

    @property
    def choices(self) -> tuple[str, ...]:
        """Return what may be put beside a left, each once, in the authored order."""
        return tuple(dict.fromkeys([*(pair.right for pair in self.pairs), *self.extra_right]))

    @property
    def count_of_choices(self) -> int:
        return len(self.choices)

    @property
    def right_answer(self) -> Matches:
        return Matches(tuple(self.choices.index(pair.right) for pair in self.pairs))

    def read(self, order: Sequence[int], fields: Fields) -> ReadAnswer:
        rights = tuple(authored_place(order, fields, f"left-{n}") for n in range(len(self.pairs)))
        return ReadAnswer(Matches(rights) if any(right is not None for right in rights) else None)

    def _from_stored(self, stored: Mapping[str, Any]) -> Matches | None:
        rights = tuple(stored.get("rights", ()))
        return Matches(rights) if are_places(rights, parts=len(self.pairs), among=len(self.choices)) else None

    def _extent(self, answer: Matches) -> Extent:
        return extent_of_places(answer.rights)

    def _points(self, answer: Matches) -> Fraction:
        return share_of([self._chosen(right) == pair.right for pair, right in zip(self.pairs, answer.rights, strict=True)])

    def _remarks(self, answer: Matches) -> tuple[Remark, ...]:
        return tuple(self._remark(pair, self._chosen(right)) for pair, right in zip(self.pairs, answer.rights, strict=True))

    def _remark(self, pair: Pair, chosen: str | None) -> Remark:
        is_right = chosen == pair.right
        shown = f"{pair.left_html} → {escape(chosen, quote=False)}" if chosen is not None else pair.left_html
        return Remark(shown, is_right, "" if is_right else pair.feedback_html)

    def _chosen(self, right: int | None) -> str | None:
        return None if right is None else self.choices[right]

    def _show(self, order: Sequence[int], answer: Matches | None) -> ShownQuestion:
        rights = answer.rights if answer else (None,) * len(self.pairs)
        selects = tuple(
            ShownSelect(f"left-{n}", n + 1, pair.left_html, "", shown_place(order, right))
            for n, (pair, right) in enumerate(zip(self.pairs, rights, strict=True))
        )
        return ShownQuestion(self.kind, self.stem_html, choices=texts_in(order, self.choices), selects=selects)
