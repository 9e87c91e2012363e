"""What a participant is told about their score for one module."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models import ScoreDelivery
from lti_tool.passback import delivery as states

DeliveryState = Literal["waiting", "delivered", "delayed", "parked"]
# The worst first: a score has arrived only when it has arrived everywhere.
_WORST_FIRST: tuple[DeliveryState, ...] = ("parked", "delayed", "waiting", "delivered")


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How far a user's score for a module got, over all links of it that they have launched: the worst of them."""

    state: DeliveryState
    """`waiting`: on its way; `delivered`: in every gradebook; `delayed`: failed, will be tried again; `parked`: stuck."""
    at: datetime
    """When it was delivered (the last of them), else since when it has been on its way."""
    next_try_at: datetime | None = None
    """Only where it is delayed."""
    reason: str = ""
    """Code of what went wrong, see `reasons.reason_for`; `kept_by_teacher` may stand beside `delivered`."""


def delivery_status(session: Session, *, user_id: int, module_slug: str) -> DeliveryStatus | None:
    """Tell how far a user's score for a module got; None where nothing was to be sent anywhere."""
    query = select(
        ScoreDelivery.state,
        ScoreDelivery.tries,
        ScoreDelivery.next_try_at,
        ScoreDelivery.last_error,
        ScoreDelivery.delivered_at,
        ScoreDelivery.changed_at,
    ).where(ScoreDelivery.user_id == user_id, ScoreDelivery.module_slug == module_slug)
    found = [
        DeliveryStatus(
            state,
            delivered_at if state == "delivered" and delivered_at else changed_at,
            next_try_at if state == "delayed" and stored != states.CLAIMED else None,
            last_error,
        )
        for stored, tries, next_try_at, last_error, delivered_at, changed_at in session.execute(query)
        for state in (shown_state(stored, tries),)
    ]
    if not found:
        return None
    worst = min(found, key=lambda status: _WORST_FIRST.index(status.state)).state
    alike = [status for status in found if status.state == worst]
    tries_to_come = [status.next_try_at for status in alike if status.next_try_at is not None]
    return DeliveryStatus(
        worst,
        max(status.at for status in alike) if worst == "delivered" else min(status.at for status in alike),
        min(tries_to_come, default=None),
        next((status.reason for status in alike if status.reason), ""),
    )


def shown_state(stored: str, tries: int) -> DeliveryState:
    """Turn the stored state into what people are told: a score that failed before is delayed, even while it is on the wire."""
    if stored in (states.WAITING, states.CLAIMED):
        return "delayed" if tries else "waiting"
    return cast(DeliveryState, stored)
