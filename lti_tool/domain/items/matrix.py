"""Matrix: statements, each of which applies or does not.

Worth the right judgements less the wrong ones, as a share of all statements, never below nothing. What is left open counts
neither way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from lti_tool.domain.items.authored import AuthoredTable, Markup
from lti_tool.domain.items.base import NONE, Answer, Common, Extent, ItemBase, Option, ReadAnswer, Remark, extent_of_places
from lti_tool.domain.items.shown import Fields, ShownQuestion, ShownSelect, first_of

_VALUES = {"1": True, "0": False}
_LEAST, _MOST = 4, 6
_LEAST_OF_EACH = 2


@dataclass(frozen=True)
class Judgements(Answer):
    """For each statement whether it was said to apply; None: left open."""

    applies: tuple[bool | None, ...]

    def to_stored(self) -> dict[str, Any]:
        return {"applies": list(self.applies)}


@dataclass(frozen=True, kw_only=True)
class Judgement(Remark):
    """A remark on a statement, with what was said of it."""

    applies: bool


@dataclass(frozen=True)
class Matrix(ItemBase[Judgements]):
    """Statements; the right ones apply."""

    kind = "matrix"
    judged_key = "statement"
    answer_type = Judgements
    statements: tuple[Option, ...]

    @classmethod
    def from_table(cls, table: AuthoredTable, markup: Markup, common: Common) -> Self:
        statements = []
        for one in table.tables("statement"):
            statements.append(Option(markup.inline(one.text("text")), one.flag("correct"), markup.inline(one.text("feedback"))))
            one.finish()
        count, right = len(statements), sum(one.is_right for one in statements)
        if not _LEAST <= count <= _MOST:
            table.error("statement", f"Die Frage hat {count} Aussagen; es müssen {_LEAST} bis {_MOST} sein.")
        # With fewer, saying the same everywhere would earn half the point and more.
        elif not _LEAST_OF_EACH <= right <= count - _LEAST_OF_EACH:
            sentence = "Mindestens zwei Aussagen müssen zutreffen und mindestens zwei nicht"
            table.error("statement", f"{sentence}; hier treffen {right} von {count} zu.")
        return cls(**common, statements=tuple(statements))

    @property
    def judged(self) -> tuple[Option, ...]:
        return self.statements

    @property
    def count_of_choices(self) -> int:
        return len(self.statements)

    @property
    def right_answer(self) -> Judgements:
        return Judgements(tuple(one.is_right for one in self.statements))

    def read(self, order: Sequence[int], fields: Fields) -> ReadAnswer:
        said = {authored: _VALUES.get(first_of(fields, f"statement-{place}")) for place, authored in enumerate(order)}
        applies = tuple(said[authored] for authored in sorted(said))
        return ReadAnswer(Judgements(applies) if any(one is not None for one in applies) else None)

    def _from_stored(self, stored: Mapping[str, Any]) -> Judgements | None:
        applies = tuple(stored.get("applies", ()))
        is_fitting = len(applies) == len(self.statements) and all(one is None or isinstance(one, bool) for one in applies)
        return Judgements(applies) if is_fitting else None

    def _extent(self, answer: Judgements) -> Extent:
        return extent_of_places(answer.applies)

    def _points(self, answer: Judgements) -> Fraction:
        said = [applies is one.is_right for one, applies in self._said(answer)]
        return max(NONE, Fraction(said.count(True) - said.count(False), len(self.statements)))

    def _remarks(self, answer: Judgements) -> tuple[Remark, ...]:
        return tuple(
            Judgement(one.html, applies is one.is_right, one.feedback_html, applies=applies)
            for one, applies in self._said(answer)
        )

    def _said(self, answer: Judgements) -> list[tuple[Option, bool]]:
        pairs = zip(self.statements, answer.applies, strict=True)
        return [(one, applies) for one, applies in pairs if applies is not None]

    def _show(self, order: Sequence[int], answer: Judgements | None) -> ShownQuestion:
        rows = []
        for place, authored in enumerate(order):
            applies = answer.applies[authored] if answer else None
            chosen = None if applies is None else int(applies)
            rows.append(ShownSelect(f"statement-{place}", place + 1, self.statements[authored].html, "", chosen))
        return ShownQuestion(self.kind, self.stem_html, selects=tuple(rows))
