"""An attempt with its drawn items, as the database holds them and as the rules understand them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module
from lti_tool.domain.items import Item
from lti_tool.domain.items.base import Answer
from lti_tool.domain.people import Visitor
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import Attempt, AttemptItem


@dataclass(frozen=True)
class DrawnQuestion:
    """One question of an attempt. `item` is None where the authors have withdrawn it or changed what it offers."""

    row: AttemptItem
    item: Item | None

    @property
    def position(self) -> int:
        return self.row.position

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(self.row.order)

    @property
    def answer(self) -> Answer | None:
        return self.item.answer_from(self.row.answer) if self.item is not None else None

    @property
    def saved_at(self) -> datetime | None:
        return self.row.saved_at


_IS_IT = (
    Attempt.user_id == bindparam("user_id"),
    Attempt.module_slug == bindparam("module_slug"),
    Attempt.number == bindparam("number"),
)
# Built once: each question of a quiz asks all of them.
_ATTEMPT = select(Attempt).where(*_IS_IT)
_LOCKED = _ATTEMPT.with_for_update()
_VERSION = select(Attempt.programme_version).where(*_IS_IT)
_QUESTIONS = select(AttemptItem).where(AttemptItem.attempt_id == bindparam("attempt_id")).order_by(AttemptItem.position)


def get_attempt(session: Session, visitor: Visitor, module: Module, number: int, *, lock: bool = False) -> Attempt:
    """Give one of the visitor's own attempts.

    Args:
        lock: Let nobody else change the attempt until this transaction ends.
    Raises:
        NotFound: the visitor has no such attempt.
    """
    asked = {"user_id": visitor.user_id, "module_slug": module.slug, "number": number}
    attempt = session.scalars(_LOCKED if lock else _ATTEMPT, asked).one_or_none()
    if attempt is None:
        raise NotFound(
            N_("Diesen Versuch gibt es nicht."), next_step=N_("Ihre Versuche finden Sie auf der Seite der Lernerfolgskontrolle.")
        )
    return attempt


def version_of_attempt(session: Session, visitor: Visitor, module_slug: str, number: int) -> str | None:
    """Give the content version that one of the visitor's attempts was drawn from; None: there is no such attempt."""
    return session.scalar(_VERSION, {"user_id": visitor.user_id, "module_slug": module_slug, "number": number})


def questions_of(session: Session, attempt: Attempt, module: Module) -> Sequence[DrawnQuestion]:
    """Give the questions of an attempt in their order."""
    rows = session.scalars(_QUESTIONS, {"attempt_id": attempt.id})
    return [DrawnQuestion(row, _item_of(row, module)) for row in rows]


def _item_of(row: AttemptItem, module: Module) -> Item | None:
    item = module.find_item(row.item_id)
    return item if item is not None and sorted(row.order) == list(range(item.count_of_choices)) else None
