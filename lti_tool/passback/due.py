"""What passback is told: which score is due to whom, in which course. It asks nobody, and finds the columns itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models import DueScore
from lti_tool.passback.columns.columns import columns_in, due_in
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.columns.wanted_looks import want_look
from lti_tool.passback.delivery import SCORE_MAXIMUM
from lti_tool.passback.outbox import enqueue, insert_into

_DUE: Any = DueScore.__table__


def tell_score(
    session: Session,
    places: Collection[GradebookPlace],
    *,
    user_id: int,
    module_slug: str,
    score_given: float,
    comment: str = "",
    now: datetime,
) -> None:
    """Take note that a person's score for a module is due in some places, and put it on its way to every column there.

    Belongs into the caller's transaction. Repeating it, or calling it with a score that is not higher, changes nothing. Where no
    column is known, the course's columns are looked at, and what is found gets the score then.

    Args:
        score_given: points of 100.
        comment: what was reached, in words; goes with this score to the platform.
    Raises:
        ValueError: the score is not in [0, 100].
    """
    if not 0 <= score_given <= SCORE_MAXIMUM:
        raise ValueError(f"a score lies in 0 to {SCORE_MAXIMUM:g}, not {score_given}")
    for place in sorted(places, key=lambda place: (place.course_id or 0, place.resource_link_id or 0)):
        _note(session, place, user_id, module_slug, (score_given, comment), now)
        # What was told before may have been higher (a course that asks for no quiz is told the full points).
        due = session.scalars(
            select(DueScore.score_given).where(due_in(place), DueScore.user_id == user_id, DueScore.module_slug == module_slug)
        ).one()
        columns = columns_in(session, place, module_slug, now=now)
        for column in columns:
            enqueue(
                session,
                column.id,
                user_id=user_id,
                module_slug=module_slug,
                score_given=due,
                is_gone=column.is_gone,
                now=now,
            )
        if not columns:
            want_look(session, place.course_id, now=now)


def scores_told(session: Session, user_id: int) -> dict[tuple[GradebookPlace, str], float]:
    """Return what is due to a person, by place and module."""
    rows = session.execute(
        select(DueScore.course_id, DueScore.resource_link_id, DueScore.module_slug, DueScore.score_given).where(
            DueScore.user_id == user_id
        )
    )
    return {(GradebookPlace(course_id, link_id), slug): score for course_id, link_id, slug, score in rows}


@dataclass(frozen=True, slots=True)
class Due:
    """A score that is due somewhere, in points of 100, and when passback was told of it."""

    score_given: float
    told_at: datetime


def dues_in(session: Session, place: GradebookPlace, user_id: int) -> dict[str, Due]:
    """Return what is due to a person in one place, by module."""
    rows = session.execute(
        select(DueScore.module_slug, DueScore.score_given, DueScore.told_at).where(due_in(place), DueScore.user_id == user_id)
    )
    return {slug: Due(score_given, told_at) for slug, score_given, told_at in rows}


def _note(
    session: Session, place: GradebookPlace, user_id: int, module_slug: str, score: tuple[float, str], now: datetime
) -> None:
    insert = insert_into(session, _DUE).values(
        user_id=user_id,
        course_id=place.course_id,
        resource_link_id=place.resource_link_id,
        module_slug=module_slug,
        score_given=score[0],
        comment=score[1],
        told_at=now,
    )
    where = _DUE.c.course_id if place.course_id is not None else _DUE.c.resource_link_id
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[_DUE.c.user_id, where, _DUE.c.module_slug],
            set_={name: getattr(insert.excluded, name) for name in ("score_given", "comment", "told_at")},
            where=_DUE.c.score_given < insert.excluded.score_given,
        )
    )
