"""Numeric: a result to type. Worth all or nothing, within the tolerance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any, Self

from lti_tool.domain.items.authored import AuthoredTable, Markup
from lti_tool.domain.items.base import FULL, NONE, Answer, Common, Extent, ItemBase, Option, ReadAnswer, Remark
from lti_tool.domain.items.shown import Fields, ShownQuestion, first_of
from lti_tool.domain.words.numbers import readings
from lti_tool.domain.words.typed_text import clean_line

# More than any number that is read, so that a cut one is none.
_LONGEST = 60
_MOST_DECIMALS = 6


@dataclass(frozen=True)
class Mistake:
    """A typical wrong result of a calculation and what to say about it."""

    value: float
    feedback_html: str


@dataclass(frozen=True)
class Number(Answer):
    """What was typed, as it was typed."""

    text: str

    def to_stored(self) -> dict[str, Any]:
        return {"number": self.text}


@dataclass(frozen=True)
class Numeric(ItemBase[Number]):
    """A value that is asked for, with its unit."""

    kind = "numeric"
    answer_type = Number
    value: float
    tolerance: float
    unit: str
    decimals: int
    feedback_right_html: str
    feedback_wrong_html: str
    mistakes: tuple[Mistake, ...]

    @classmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        mistakes = []
        for mistake in table.tables("mistake"):
            mistakes.append(Mistake(mistake.number("value"), markup.inline(mistake.text("feedback"))))
            mistake.finish()
        tolerance = table.number("tolerance")
        value = table.number("value")
        if tolerance < 0:
            table.error("tolerance", "„tolerance“ ist 0 oder größer.")
        for known, place in zip(mistakes, table.tables("mistake"), strict=True):
            if abs(known.value - value) <= tolerance:
                place.error("value", "Dieser Rechenfehler liegt im Bereich der richtigen Antworten.")
        decimals = table.integer("decimals")
        if not 0 <= decimals <= _MOST_DECIMALS:
            table.error("decimals", f"„decimals“ liegt zwischen 0 und {_MOST_DECIMALS}.")
        return cls(
            **common,
            value=value,
            tolerance=tolerance,
            unit=table.text("unit", ""),
            decimals=decimals,
            feedback_right_html=markup.inline(table.text("feedback_right")),
            feedback_wrong_html=markup.inline(table.text("feedback_wrong")),
            mistakes=tuple(mistakes),
        )

    @property
    def judged(self) -> tuple[Option, ...]:
        return ()

    @property
    def count_of_choices(self) -> int:
        return 0

    @property
    def right_answer(self) -> Number:
        """The value as the solution shows it."""
        return Number(f"{self.value:.{self.decimals}f}".replace(".", ","))

    def read(self, order: Sequence[int], fields: Fields) -> ReadAnswer:
        text = clean_line(first_of(fields, "number"))[:_LONGEST]
        if not text:
            return ReadAnswer(None)
        return ReadAnswer(Number(text), "" if readings(text, unit=self.unit) else "not_a_number")

    def _from_stored(self, stored: Mapping[str, Any]) -> Number | None:
        text = stored.get("number")
        return Number(text) if isinstance(text, str) else None

    def _extent(self, answer: Number) -> Extent:
        if not clean_line(answer.text):
            return Extent.NOTHING
        return Extent.FULLY if readings(answer.text, unit=self.unit) else Extent.UNREADABLE

    def _points(self, answer: Number) -> Fraction:
        return FULL if self._is_within(answer.text, self.value) else NONE

    def _remarks(self, answer: Number) -> tuple[Remark, ...]:
        shown = escape(answer.text, quote=False)
        if self._is_within(answer.text, self.value):
            return (Remark(shown, True, self.feedback_right_html),)
        mistake = next((mistake for mistake in self.mistakes if self._is_within(answer.text, mistake.value)), None)
        return (Remark(shown, False, mistake.feedback_html if mistake else self.feedback_wrong_html),)

    def _show(self, order: Sequence[int], answer: Number | None) -> ShownQuestion:
        return ShownQuestion(self.kind, self.stem_html, typed=answer.text if answer else "", unit=self.unit)

    def _is_within(self, text: str, value: float) -> bool:
        tolerance = Decimal(str(self.tolerance))
        return any(abs(reading - Decimal(str(value))) <= tolerance for reading in readings(text, unit=self.unit))
