"""What monitors ask about the outbox: how much waits for each registration and since when, and how tries ended lately."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.models import DeliveryEvent, LineItemRow, ScoreDelivery
from lti_tool.passback import delivery as states

_OUTCOMES = (states.DELIVERED, states.DELAYED, states.PARKED)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not arrived at one registration's platform."""

    registration_id: int
    waiting: int
    """Waiting or on the wire."""
    parked: int
    oldest_waiting_s: int
    """Age of the oldest that is waiting; 0: none."""


def backlogs(session: Session, *, now: datetime) -> tuple[Backlog, ...]:
    """Tell what waits and what is parked until somebody does something, by registration; those with nothing are left out."""
    query = (
        select(LineItemRow.registration_id, ScoreDelivery.state, func.count(), func.min(ScoreDelivery.changed_at))
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .where(ScoreDelivery.state.in_((states.WAITING, states.CLAIMED, states.PARKED)), _needs_somebody())
        .group_by(LineItemRow.registration_id, ScoreDelivery.state)
    )
    waiting: dict[int, int] = {}
    parked: dict[int, int] = {}
    oldest: dict[int, datetime] = {}
    for registration_id, state, count, since in session.execute(query):
        if state == states.PARKED:
            parked[registration_id] = count
            continue
        waiting[registration_id] = waiting.get(registration_id, 0) + count
        oldest[registration_id] = min(since, oldest.get(registration_id, since))
    return tuple(
        Backlog(
            each,
            waiting.get(each, 0),
            parked.get(each, 0),
            max(0, int((now - oldest[each]).total_seconds())) if each in oldest else 0,
        )
        for each in sorted(waiting | parked)
    )


def _needs_somebody() -> ColumnElement[bool]:
    """All but those for which somebody wants no column: they wait for nobody, and an alert about them would never end."""
    return or_(ScoreDelivery.state != states.PARKED, ScoreDelivery.last_error != states.GRADING_OFF)


def outcomes_since(session: Session, *, since: datetime) -> dict[str, int]:
    """Count how tries ended: delivered, delayed, parked."""
    query = select(DeliveryEvent.event, func.count()).where(DeliveryEvent.at >= since).group_by(DeliveryEvent.event)
    found: dict[str, int] = dict(session.execute(query).all())
    return {event: found.get(event, 0) for event in _OUTCOMES}
