"""What a participant is told about their score for one module in the course where they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from lti_tool.models import ColumnLook, DueScore, LineItemRow, ResourceLink, ScoreDelivery
from lti_tool.passback import delivery as states
from lti_tool.passback.columns import due_in
from lti_tool.passback.gradebook_place import GradebookPlace

DeliveryState = Literal["waiting", "delivered", "delayed", "parked", "missing", "no_column"]
# The worst first: a score has arrived only when it has arrived everywhere. That a link has no column is told only where none has
# one: somebody has switched it off there, or the same module stands there twice.
WORST_FIRST: tuple[DeliveryState, ...] = ("parked", "delayed", "missing", "waiting", "delivered", "no_column")


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How far a user's score for a module got, over all columns that a course holds for it: the worst of them."""

    state: DeliveryState
    """`waiting`: on its way; `delivered`: in every gradebook; `delayed`: failed, will be tried again; `parked`: stuck; `missing`:
    was there and was taken out; `no_column`: the course has no column for it."""
    at: datetime
    """When it was delivered (the last of them), else since when it has been on its way."""
    next_try_at: datetime | None = None
    """Only where it is delayed."""
    reason: str = ""
    """Code of what went wrong, see `reasons.reason_for`; `kept_by_teacher` and its like may stand beside `delivered`."""
    standing: float | None = None
    """What stands in the gradebook instead of ours, in points of 100."""


def delivery_status(session: Session, place: GradebookPlace, *, user_id: int, module_slug: str) -> DeliveryStatus | None:
    """Tell how far a user's score for a module got in the course where they are; None where nothing was to be sent there."""
    query = (
        select(
            ScoreDelivery.state,
            ScoreDelivery.tries,
            ScoreDelivery.next_try_at,
            ScoreDelivery.last_error,
            ScoreDelivery.delivered_at,
            ScoreDelivery.changed_at,
            ScoreDelivery.standing,
        )
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(ScoreDelivery.user_id == user_id, ScoreDelivery.module_slug == module_slug, _lies_in(place))
    )
    rows = session.execute(query).all()
    return _worst(rows) if rows else _without_delivery(session, place, user_id, module_slug)


def shown_state(stored: str, tries: int, reason: str = "") -> DeliveryState:
    """Turn the stored state into what people are told: a score that failed before is delayed, even while it is on the wire."""
    if stored in (states.WAITING, states.CLAIMED):
        return "delayed" if tries else "waiting"
    if stored == states.PARKED and reason in states.WITHOUT_COLUMN:
        return "no_column"
    return cast(DeliveryState, stored)


def _lies_in(place: GradebookPlace) -> ColumnElement[bool]:
    if place.course_id is None:
        return ResourceLink.id == place.resource_link_id
    return or_(ResourceLink.course_id == place.course_id, LineItemRow.course_id == place.course_id)


def _worst(rows: Sequence[Any]) -> DeliveryStatus:
    found = [
        DeliveryStatus(
            state,
            delivered_at if state == "delivered" and delivered_at else changed_at,
            next_try_at if state == "delayed" and stored != states.CLAIMED else None,
            last_error,
            standing,
        )
        for stored, tries, next_try_at, last_error, delivered_at, changed_at, standing in rows
        for state in (shown_state(stored, tries, last_error),)
    ]
    worst = min(found, key=lambda status: WORST_FIRST.index(status.state)).state
    alike = [status for status in found if status.state == worst]
    tries_to_come = [status.next_try_at for status in alike if status.next_try_at is not None]
    telling = next((status for status in alike if status.reason), alike[0])
    return DeliveryStatus(
        worst,
        max(status.at for status in alike) if worst == "delivered" else min(status.at for status in alike),
        min(tries_to_come, default=None),
        telling.reason,
        telling.standing,
    )


def _without_delivery(session: Session, place: GradebookPlace, user_id: int, module_slug: str) -> DeliveryStatus | None:
    """Tell what becomes of a score for which no column is known: it is looked for, or the last look has found none."""
    told_at = session.scalar(
        select(DueScore.told_at).where(due_in(place), DueScore.user_id == user_id, DueScore.module_slug == module_slug)
    )
    if told_at is None:
        return None
    look = session.execute(
        select(ColumnLook.wanted_at, ColumnLook.looked_at, ColumnLook.problem).where(ColumnLook.course_id == place.course_id)
    ).one_or_none()
    if look is not None and look.wanted_at is not None and (look.looked_at is None or look.looked_at < told_at):
        return DeliveryStatus("waiting", told_at)
    return DeliveryStatus("no_column", told_at, reason=(look.problem if look is not None else "") or states.NO_LINE_ITEM)
