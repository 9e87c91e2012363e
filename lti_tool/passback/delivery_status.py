"""What a participant is told about their score for one module in the course where they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from lti_tool.models import ColumnLook, LineItemRow, ResourceLink, ScoreDelivery
from lti_tool.passback import delivery as states
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.due import Due, dues_in

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
    dues = dues_in(session, place, user_id)
    return statuses_of(session, place, deliveries_in(session, place, user_id), dues).get(module_slug)


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """One row of the outbox, as far as people are told of it."""

    module_slug: str
    state: str
    tries: int
    next_try_at: datetime
    last_error: str
    delivered_at: datetime | None
    changed_at: datetime
    standing: float | None
    scheduled_at: datetime | None


def deliveries_in(session: Session, place: GradebookPlace, user_id: int) -> list[StoredDelivery]:
    """Read a user's deliveries to the columns of a place, for all modules."""
    row = ScoreDelivery
    query = (
        select(
            row.module_slug,
            row.state,
            row.tries,
            row.next_try_at,
            row.last_error,
            row.delivered_at,
            row.changed_at,
            row.standing,
            row.scheduled_at,
        )
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(ScoreDelivery.user_id == user_id, _lies_in(place))
    )
    return [StoredDelivery(*found) for found in session.execute(query)]


def statuses_of(
    session: Session, place: GradebookPlace, deliveries: Sequence[StoredDelivery], dues: Mapping[str, Due]
) -> dict[str, DeliveryStatus]:
    """Tell, by module, how far a user's scores got; what is due and has no column yet is told too."""
    by_module: defaultdict[str, list[StoredDelivery]] = defaultdict(list)
    for delivery in deliveries:
        by_module[delivery.module_slug].append(delivery)
    found = {slug: _worst(rows) for slug, rows in by_module.items()}
    without = {slug: due.told_at for slug, due in dues.items() if slug not in found}
    return found | (_without_delivery(session, place, without) if without else {})


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


def _worst(rows: Sequence[StoredDelivery]) -> DeliveryStatus:
    found = [
        DeliveryStatus(
            state,
            row.delivered_at if state == "delivered" and row.delivered_at else row.changed_at,
            row.next_try_at if state == "delayed" and row.state != states.CLAIMED else None,
            row.last_error,
            row.standing,
        )
        for row in rows
        for state in (shown_state(row.state, row.tries, row.last_error),)
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


def _without_delivery(session: Session, place: GradebookPlace, told_at: Mapping[str, datetime]) -> dict[str, DeliveryStatus]:
    """Tell what becomes of scores for which no column is known: it is looked for, or the last look has found none."""
    look = session.execute(
        select(ColumnLook.wanted_at, ColumnLook.looked_at, ColumnLook.problem).where(ColumnLook.course_id == place.course_id)
    ).one_or_none()
    reason = (look.problem if look is not None else "") or states.NO_LINE_ITEM
    found = {}
    for slug, at in told_at.items():
        is_looked_for = look is not None and look.wanted_at is not None and (look.looked_at is None or look.looked_at < at)
        found[slug] = DeliveryStatus("waiting", at) if is_looked_for else DeliveryStatus("no_column", at, reason=reason)
    return found
