"""Single choice, multiple choice and the case: options to tick.

Where one option is right it is worth all or nothing; where several may be, each right tick counts for and each wrong one
against, never below nothing.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self

from lti_tool.domain.items.authored import AuthoredTable, Markup
from lti_tool.domain.items.base import FULL, NONE, Answer, Common, Extent, ItemBase, Option, ReadAnswer, Remark
from lti_tool.domain.items.shown import Fields, ShownChoice, ShownQuestion, number_in


@dataclass(frozen=True)
class Choice(Answer):
    """The ticked options."""

    options: frozenset[int]

    def to_stored(self) -> dict[str, Any]:
        return {"options": sorted(self.options)}


@dataclass(frozen=True)
class SelfCheck:
    """An ungraded question inside a lesson; never taken from the exam pool."""

    id: str
    stem_html: str
    has_several_answers: bool
    options: tuple[Option, ...]


@dataclass(frozen=True)
class ChoiceBase(ItemBase[Choice]):
    """What the three types have in common."""

    answer_type = Choice
    options: tuple[Option, ...]

    @property
    @abstractmethod
    def takes_several(self) -> bool:
        """Whether several options may be ticked."""

    @property
    def judged(self) -> tuple[Option, ...]:
        return self.options

    @property
    def has_one_key(self) -> bool:
        return not self.takes_several

    @property
    def count_of_choices(self) -> int:
        return len(self.options)

    @property
    def right_answer(self) -> Choice:
        return Choice(frozenset(index for index, option in enumerate(self.options) if option.is_right))

    def read(self, order: Sequence[int], fields: Fields) -> ReadAnswer:
        places = [number_in(value, len(order)) for value in fields.get("choice", ())]
        chosen = frozenset(order[place] for place in places if place is not None)
        return ReadAnswer(Choice(chosen) if chosen else None)

    def _from_stored(self, stored: Mapping[str, Any]) -> Choice | None:
        options = frozenset(stored.get("options", ()))
        return Choice(options) if options and options <= set(range(len(self.options))) else None

    def _extent(self, answer: Choice) -> Extent:
        return Extent.FULLY if answer.options else Extent.NOTHING

    def _points(self, answer: Choice) -> Fraction:
        right, chosen = self.right_answer.options, answer.options
        if not self.takes_several:
            return FULL if chosen == right else NONE
        return max(NONE, Fraction(len(chosen & right) - len(chosen - right), len(right)))

    def _remarks(self, answer: Choice) -> tuple[Remark, ...]:
        return on_options(self.options, answer.options)

    def _show(self, order: Sequence[int], answer: Choice | None) -> ShownQuestion:
        chosen = answer.options if answer else frozenset()
        choices = tuple(ShownChoice(place, self.options[index].html, index in chosen) for place, index in enumerate(order))
        return ShownQuestion(self.kind, self.stem_html, takes_several=self.takes_several, choices=choices)


@dataclass(frozen=True)
class SingleChoice(ChoiceBase):
    """One of three to five options is right."""

    kind = "single-choice"
    takes_several = False

    @classmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        return cls(**common, options=read_options(table, markup, several=False))


@dataclass(frozen=True)
class MultipleChoice(ChoiceBase):
    """One or more of four to seven options are right, but not all."""

    kind = "multiple-choice"
    takes_several = True

    @classmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        return cls(**common, options=read_options(table, markup, several=True))


@dataclass(frozen=True)
class Case(ChoiceBase):
    """A short case: vignette, then one question with one or several right options."""

    kind = "case"
    vignette_html: str
    has_several_answers: bool

    @property
    def takes_several(self) -> bool:
        return self.has_several_answers

    @classmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        several = table.one_of("answer", ("single", "multiple")) == "multiple"
        vignette = markup.block(table.text("vignette"))
        options = read_options(table, markup, several=several)
        return cls(**common, options=options, vignette_html=vignette, has_several_answers=several)

    def _show(self, order: Sequence[int], answer: Choice | None) -> ShownQuestion:
        return replace(super()._show(order, answer), vignette_html=self.vignette_html)


def on_options(options: Sequence[Option], chosen: frozenset[int]) -> tuple[Remark, ...]:
    """Return the remarks on chosen options, as they were authored."""
    return tuple(
        Remark(option.html, option.is_right, option.feedback_html) for index, option in enumerate(options) if index in chosen
    )


def read_self_check(table: AuthoredTable, markup: Markup) -> SelfCheck:
    """Read a self-check: its type is single or multiple choice."""
    several = table.one_of("type", (SingleChoice.kind, MultipleChoice.kind)) == MultipleChoice.kind
    return SelfCheck(
        id=table.text("id"),
        stem_html=markup.flowing(table.text("stem")),
        has_several_answers=several,
        options=read_options(table, markup, several=several, least=3),
    )


def read_options(table: AuthoredTable, markup: Markup, *, several: bool, least: int = 0) -> tuple[Option, ...]:
    """Read the `[[item.option]]` of a question."""
    options = []
    for option in table.tables("option"):
        options.append(Option(markup.inline(option.text("text")), option.flag("correct"), markup.inline(option.text("feedback"))))
        option.finish()
    right = sum(option.is_right for option in options)
    least = least or (4 if several else 3)
    most = 7 if several else 5
    if not least <= len(options) <= most:
        table.error("option", f"Die Frage hat {len(options)} Antworten; es müssen {least} bis {most} sein.")
    if not several and right != 1:
        table.error("option", f"Genau eine Antwort muss richtig sein (correct = true); hier sind es {right}.")
    if several and not 0 < right < len(options):
        table.error("option", "Mindestens eine Antwort muss richtig und mindestens eine falsch sein.")
    return tuple(options)
