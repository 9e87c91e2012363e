"""How the items of a programme measure, over all courses that learn with one version of it. Says nothing of a person or a course.

First attempts that were handed in, by people who take part: later ones prefer items not seen yet and come from those who failed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from string import ascii_lowercase
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.items import Item, Numeric
from lti_tool.domain.items.choice import Choice, ChoiceBase
from lti_tool.domain.people import Role, takes_part
from lti_tool.domain.statistics.dependability import SHOWN_FROM, Dependability, dependability_of
from lti_tool.domain.statistics.flags import Flag, flags_of
from lti_tool.domain.statistics.item_figures import ItemFigures, figures_of
from lti_tool.domain.statistics.item_sums import Answered, ItemSums, QuizSums, rest_share, share_of
from lti_tool.models import Attempt, AttemptItem, Membership

_ROWS_AT_ONCE: Final = 5000


@dataclass(frozen=True)
class ItemStatistics:
    """One item; figures None: fewer than two answers."""

    item: Item
    figures: ItemFigures | None
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class ModuleStatistics:
    """The items of one module, and its quiz as a whole."""

    module: Module
    first_attempts: int
    items: tuple[ItemStatistics, ...]
    dependability: Dependability | None
    """None: too few first attempts."""


def read_item_statistics(session: Session, programme: Programme) -> tuple[ModuleStatistics, ...]:
    """Count the answers to all items of a programme in its version; reads them in pieces (`Database.scan`)."""
    return tuple(_of_module(session, programme, module) for module in programme.modules if module.has_exam)


def _of_module(session: Session, programme: Programme, module: Module) -> ModuleStatistics:
    items = {item.id: ItemSums() for item in module.items}
    quiz, attempts = QuizSums(), 0
    asked = programme.assessment.items
    for rows in _first_attempts(session, module.slug, programme.version):
        known = [(row, item) for row in rows if (item := module.find_item(row.item_id)) is not None]
        shares = [share_of(row.points, 1) for row, _ in known]
        if len(shares) < 2:
            continue
        attempts += 1
        total = sum(shares)
        for (row, item), x in zip(known, shares, strict=True):
            items[item.id] += ItemSums.of(_answered(item, row, x, rest_share(total, x, len(shares))))
        if len(shares) == asked:
            quiz += QuizSums.of(shares)
    shown = quiz.attempts >= SHOWN_FROM
    return ModuleStatistics(
        module=module,
        first_attempts=attempts,
        items=tuple(_of_item(item, items[item.id]) for item in module.items),
        dependability=dependability_of(quiz, items=asked) if shown else None,
    )


def _first_attempts(session: Session, module_slug: str, version: str) -> Iterator[list[Row[Any]]]:
    """Give the marked items of each first attempt, one attempt after the other."""
    query = (
        select(Attempt.id, AttemptItem.item_id, AttemptItem.answer, AttemptItem.points, Membership.roles)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .outerjoin(Membership, (Membership.course_id == Attempt.course_id) & (Membership.user_id == Attempt.user_id))
        .where(
            Attempt.module_slug == module_slug,
            Attempt.programme_version == version,
            Attempt.number == 1,
            Attempt.submitted_at.is_not(None),
            AttemptItem.points.is_not(None),
        )
        .order_by(Attempt.id, AttemptItem.position)
    )
    rows = session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
    for _, of_attempt in groupby(rows, key=lambda row: row.id):
        listed = list(of_attempt)
        if _counts(listed[0].roles):
            yield listed


def _counts(words: str | None) -> bool:
    roles = frozenset(Role(word) for word in (words or "").split())
    return takes_part(roles) and Role.TEST_USER not in roles


def _answered(item: Item, row: Row[Any], x: int, rest: int) -> Answered:
    answer = item.answer_from(row.answer)
    chosen = tuple(ascii_lowercase[place] for place in sorted(answer.options)) if isinstance(answer, Choice) else ()
    return Answered(x=x, rest=rest, is_empty=answer is None, chosen=chosen)


def _of_item(item: Item, sums: ItemSums) -> ItemStatistics:
    letters = ascii_lowercase[: len(item.options)] if isinstance(item, ChoiceBase) else ""
    has_one_key = isinstance(item, ChoiceBase) and item.has_one_key
    figures = figures_of(sums, is_all_or_nothing=has_one_key or isinstance(item, Numeric), letters=letters)
    key = [ascii_lowercase[place] for place in item.right_answer.options] if isinstance(item, ChoiceBase) and has_one_key else []
    return ItemStatistics(item, figures, flags_of(figures, key=key) if figures else ())
