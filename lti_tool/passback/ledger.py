"""The ledger: each change of a delivery, written beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lti_tool.models import DeliveryEvent
from lti_tool.passback.delivery import ENQUEUED


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line to be written."""

    delivery_id: int
    version: int
    event: str
    detail: str = ""


def write_entries(session: Session, entries: Sequence[LedgerEntry], *, now: datetime) -> None:
    """Add lines to the ledger, in this order."""
    if not entries:
        return
    session.connection().execute(
        insert(DeliveryEvent.__table__),  # type: ignore[arg-type]  # mypy sees a FromClause where there is a Table
        [
            {
                "score_delivery_id": entry.delivery_id,
                "version": entry.version,
                "event": entry.event,
                "detail": entry.detail,
                "at": now,
            }
            for entry in entries
        ],
    )


def scores_held(session: Session, delivery_id: int) -> tuple[float, ...]:
    """List the scores that a delivery has held, oldest first: what of ours may stand in the gradebook."""
    details = session.scalars(
        select(DeliveryEvent.detail)
        .where(DeliveryEvent.score_delivery_id == delivery_id, DeliveryEvent.event == ENQUEUED)
        .order_by(DeliveryEvent.id)
    )
    return tuple(float(detail) for detail in details)
