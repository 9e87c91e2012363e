"""Cloze: a text with gaps to fill from a word bank. Worth the share of gaps that are right."""

import re
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

_GAP = re.compile(r"\{\{(\d+)\}\}")


@dataclass(frozen=True)
class Gap:
    """One gap; `number` stands in the text as {{number}}."""

    number: int
    answer: str
    feedback_html: str


@dataclass(frozen=True)
class Words(Answer):
    """For each gap the index into the `word_bank`; None: left open."""

    words: tuple[int | None, ...]

    def to_stored(self) -> dict[str, Any]:
        return {"words": list(self.words)}


@dataclass(frozen=True)
class Cloze(ItemBase[Words]):
    """`text_html` holds {{1}}, {{2}}…; answers and extra words form the word bank."""

    kind = "cloze"
    answer_type = Words
    text_html: str
    gaps: tuple[Gap, ...]
    extra_words: tuple[str, ...]

    @classmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        gaps = []
        for number, gap in enumerate(table.tables("gap", at_least=1), 1):
            gaps.append(Gap(number, gap.text("answer"), markup.inline(gap.text("feedback"))))
            gap.finish()
        text = table.text("text")
        numbers = [int(number) for number in _GAP.findall(text)]
        if sorted(numbers) != list(range(1, len(gaps) + 1)):
            table.error("text", f"Der Text braucht jede der Lücken {{{{1}}}} bis {{{{{len(gaps)}}}}} genau einmal.")
        # The marks keep their braces through Markdown: nothing in `{{1}}` is markup.
        return cls(**common, text_html=markup.flowing(text), gaps=tuple(gaps), extra_words=table.texts("extra_words", ()))

    @property
    def judged(self) -> tuple[Option, ...]:
        return ()

    @property
    def word_bank(self) -> tuple[str, ...]:
        """Return the words to choose from, each once, in the authored order."""
        return tuple(dict.fromkeys([*(gap.answer for gap in self.gaps), *self.extra_words]))

    @property
    def count_of_choices(self) -> int:
        return len(self.word_bank)

    @property
    def right_answer(self) -> Words:
        return Words(tuple(self.word_bank.index(gap.answer) for gap in self.gaps))

    def read(self, order: Sequence[int], fields: Fields) -> ReadAnswer:
        words = tuple(authored_place(order, fields, f"gap-{gap.number}") for gap in self.gaps)
        return ReadAnswer(Words(words) if any(word is not None for word in words) else None)

    def _from_stored(self, stored: Mapping[str, Any]) -> Words | None:
        words = tuple(stored.get("words", ()))
        return Words(words) if are_places(words, parts=len(self.gaps), among=len(self.word_bank)) else None

    def _extent(self, answer: Words) -> Extent:
        return extent_of_places(answer.words)

    def _points(self, answer: Words) -> Fraction:
        return share_of([self._chosen(word) == gap.answer for gap, word in zip(self.gaps, answer.words, strict=True)])

    def _remarks(self, answer: Words) -> tuple[Remark, ...]:
        return tuple(self._remark(gap, self._chosen(word)) for gap, word in zip(self.gaps, answer.words, strict=True))

    def _remark(self, gap: Gap, chosen: str | None) -> Remark:
        is_right = chosen == gap.answer
        return Remark("" if chosen is None else escape(chosen, quote=False), is_right, "" if is_right else gap.feedback_html)

    def _chosen(self, word: int | None) -> str | None:
        return None if word is None else self.word_bank[word]

    def _show(self, order: Sequence[int], answer: Words | None) -> ShownQuestion:
        words = answer.words if answer else (None,) * len(self.gaps)
        parts = _GAP.split(self.text_html)
        selects = tuple(
            ShownSelect(f"gap-{number}", number, "", before, shown_place(order, words[number - 1]))
            for before, number in zip(parts[:-1:2], map(int, parts[1::2]), strict=True)
        )
        choices = texts_in(order, self.word_bank)
        return ShownQuestion(self.kind, self.stem_html, choices=choices, selects=selects, text_after=parts[-1])
