"""What operators and instructors see of the outbox, and how they send something again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lti_tool.models import LineItemRow, ScoreDelivery
from lti_tool.passback import delivery as states
from lti_tool.passback.delivery_status import DeliveryState, shown_state
from lti_tool.passback.jobs import call_workers
from lti_tool.passback.ledger import LedgerEntry, write_entries


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery as a list shows it."""

    id: int
    user_id: int
    registration_id: int
    resource_link_id: int | None
    """Our key of the link; None: the column belongs to none that anybody has launched."""
    module_slug: str
    score_given: float
    """Points of 100."""
    state: DeliveryState
    tries: int
    reason: str
    waiting_since: datetime
    next_try_at: datetime | None
    delivered_at: datetime | None


def list_deliveries(
    session: Session, *, failed_only: bool = False, registration_id: int | None = None, limit: int = 1000
) -> tuple[DeliveryLine, ...]:
    """List deliveries, the longest waiting first; with `failed_only` those that are parked or were put off."""
    query = (
        select(ScoreDelivery, LineItemRow.registration_id, LineItemRow.resource_link_id)
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .order_by(ScoreDelivery.changed_at, ScoreDelivery.id)
        .limit(limit)
    )
    if failed_only:
        is_put_off = ScoreDelivery.state.in_((states.WAITING, states.CLAIMED)) & (ScoreDelivery.tries > 0)
        query = query.where(or_(ScoreDelivery.state == states.PARKED, is_put_off))
    if registration_id is not None:
        query = query.where(LineItemRow.registration_id == registration_id)
    return tuple(_line(row, of_registration, of_link) for row, of_registration, of_link in session.execute(query))


def retry_deliveries(session: Session, ids: Collection[int], *, now: datetime) -> tuple[int, ...]:
    """Send deliveries again, delivered ones too, and give the ids of those that will go; those on the wire are left alone."""
    return send_again(session, ids, detail="asked for", now=now)


def send_again(session: Session, ids: Collection[int], *, detail: str, now: datetime, reason: str = "") -> tuple[int, ...]:
    """Put deliveries back to the beginning of their way."""
    query = (
        select(ScoreDelivery.id, ScoreDelivery.version)
        .where(ScoreDelivery.id.in_(list(ids)), ScoreDelivery.state != states.CLAIMED)
        .order_by(ScoreDelivery.line_item_id, ScoreDelivery.user_id)
        .with_for_update(key_share=True)
    )
    rows = session.execute(query).all()
    if rows:
        session.execute(
            update(ScoreDelivery)
            .where(ScoreDelivery.id.in_([row.id for row in rows]))
            .values(
                state=states.WAITING, next_try_at=now, scheduled_at=now, tries=0, last_error=reason, standing=None, changed_at=now
            )
            .execution_options(synchronize_session=False)
        )
        write_entries(session, [LedgerEntry(row.id, row.version, states.RETRIED, detail) for row in rows], now=now)
        call_workers(session, [row.id for row in rows])
    return tuple(row.id for row in rows)


def leave_empty(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Note that scores which somebody has emptied in the gradebook are to stay so; return how many that were."""
    query = (
        select(ScoreDelivery.id, ScoreDelivery.version)
        .where(ScoreDelivery.id.in_(list(ids)), ScoreDelivery.state == states.MISSING)
        .order_by(ScoreDelivery.line_item_id, ScoreDelivery.user_id)
        .with_for_update(key_share=True)
    )
    rows = session.execute(query).all()
    if rows:
        session.execute(
            update(ScoreDelivery)
            .where(ScoreDelivery.id.in_([row.id for row in rows]))
            .values(last_error=states.LEFT_EMPTY, scheduled_at=now)
            .execution_options(synchronize_session=False)
        )
        write_entries(session, [LedgerEntry(row.id, row.version, states.LEFT_EMPTY) for row in rows], now=now)
    return len(rows)


def _line(row: ScoreDelivery, registration_id: int, resource_link_id: int | None) -> DeliveryLine:
    state = shown_state(row.state, row.tries, row.last_error)
    return DeliveryLine(
        id=row.id,
        user_id=row.user_id,
        registration_id=registration_id,
        resource_link_id=resource_link_id,
        module_slug=row.module_slug,
        score_given=row.score_given,
        state=state,
        tries=row.tries,
        reason=row.last_error,
        waiting_since=row.changed_at,
        next_try_at=row.next_try_at if row.state == states.WAITING else None,
        delivered_at=row.delivered_at,
    )
