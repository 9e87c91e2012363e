"""Writing down how tries ended, in a new transaction after the sending."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from lti_tool.models import LineItemRow, ScoreDelivery
from lti_tool.passback import delivery as states
from lti_tool.passback.columns.columns import close_column, course_of
from lti_tool.passback.columns.wanted_looks import want_look
from lti_tool.passback.delivering.retries import delay_before, is_time_to_give_up
from lti_tool.passback.delivery import WITHOUT_COLUMN, Abandoned, Arrived, ClaimedDelivery, Delayed, Outcome, Parked
from lti_tool.passback.jobs import call_workers_for_due
from lti_tool.passback.ledger import LedgerEntry, write_entries

log = logging.getLogger(__name__)

_DELIVERIES = cast(Table, ScoreDelivery.__table__)
_WRITTEN = (
    "state",
    "next_try_at",
    "scheduled_at",
    "tries",
    "last_error",
    "last_timestamp",
    "delivered_version",
    "delivered_at",
    "sent_of",
    "standing",
)
_RECORD = (
    update(_DELIVERIES)
    .where(_DELIVERIES.c.id == bindparam("of_id"))
    .values({"claimed_by": None, "lease_until": None, **{name: bindparam(name) for name in _WRITTEN}})
)


@dataclass(frozen=True, slots=True)
class Ended:
    """A try and how it ended."""

    claimed: ClaimedDelivery
    outcome: Outcome
    is_recovery: bool = False
    """Whether this was the first answer of a platform that had been down."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A claimed row as it stands now: a newer score may have come while the old one travelled."""

    version: int
    last_error: str
    delivered_version: int | None
    delivered_at: datetime | None
    sent_of: float | None
    standing: float | None


def record_outcomes(session: Session, ended: Sequence[Ended], *, chance: random.Random, now: datetime) -> None:
    """Write outcomes to their rows and the ledger; one whose claim has passed to another worker is left out.

    A row is delivered only where the version sent is the version stored; where a newer score came meanwhile it waits again.
    """
    rows = _still_claimed(session, ended)
    changes: list[dict[str, Any]] = []
    entries: list[LedgerEntry] = []
    for one in ended:
        row = rows.get((one.claimed.id, one.claimed.claim))
        if row is None:
            log.warning("score_claim_lost", extra={"delivery": one.claimed.id})
            continue
        change, new_entries = _change(one.claimed, one.outcome, row, chance, now)
        changes.append({"of_id": one.claimed.id, **change})
        entries += new_entries
    if changes:
        session.connection().execute(_RECORD, changes)
    write_entries(session, entries, now=now)
    _close_columns(session, [one for one in ended if (one.claimed.id, one.claimed.claim) in rows], now)


def _close_columns(session: Session, ended: Sequence[Ended], now: datetime) -> None:
    """Close the columns that have turned out not to be there, for all that waits for them, and have the course looked at."""
    for one in ended:
        if isinstance(one.outcome, Parked) and one.outcome.code in WITHOUT_COLUMN:
            close_column(session, one.claimed.line_item_id, reason=one.outcome.code, now=now)
            want_look(session, course_of(session, one.claimed.line_item_id), now=now)


def bring_forward(session: Session, *, registration_id: int, now: datetime) -> int:
    """Let go now what was put off because the platform was down, and tell how many: it has answered again."""
    put_off = (
        select(ScoreDelivery.id)
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .where(
            LineItemRow.registration_id == registration_id,
            ScoreDelivery.state == states.WAITING,
            ScoreDelivery.next_try_at > now,
        )
        .with_for_update(of=ScoreDelivery, key_share=True, skip_locked=True)
    )
    ids = session.scalars(put_off).all()
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        session.execute(update(_DELIVERIES).where(_DELIVERIES.c.id.in_(some)).values(next_try_at=now, scheduled_at=now))
    call_workers_for_due(session, now=now)
    log.info("platform_is_back", extra={"registration": registration_id, "deliveries": len(ids)})
    return len(ids)


def _still_claimed(session: Session, ended: Sequence[Ended]) -> dict[tuple[int, str], _Row]:
    query = (
        select(
            ScoreDelivery.id,
            ScoreDelivery.claimed_by,
            ScoreDelivery.version,
            ScoreDelivery.last_error,
            ScoreDelivery.delivered_version,
            ScoreDelivery.delivered_at,
            ScoreDelivery.sent_of,
            ScoreDelivery.standing,
        )
        .where(ScoreDelivery.id.in_([one.claimed.id for one in ended]), ScoreDelivery.state == states.CLAIMED)
        # The order in which the outbox writes, too: so nobody waits in a circle.
        .order_by(ScoreDelivery.line_item_id, ScoreDelivery.user_id)
        .with_for_update(key_share=True)
    )
    return {
        (row.id, row.claimed_by or ""): _Row(*(getattr(row, name) for name in _Row.__slots__)) for row in session.execute(query)
    }


def _change(
    claimed: ClaimedDelivery, outcome: Outcome, row: _Row, chance: random.Random, now: datetime
) -> tuple[dict[str, Any], list[LedgerEntry]]:
    is_superseded = row.version != claimed.version
    change: dict[str, Any] = {
        "state": states.WAITING,
        "next_try_at": now,
        "scheduled_at": now,
        "tries": 0,
        "last_error": "",
        "last_timestamp": claimed.last_timestamp,
        "delivered_version": row.delivered_version,
        "delivered_at": row.delivered_at,
        "sent_of": row.sent_of,
        "standing": row.standing,
    }
    match outcome:
        case Arrived():
            entry = _arrived(change, claimed, outcome, now=now, is_superseded=is_superseded)
        case Delayed():
            entry = _delayed(change, claimed, outcome, chance, now=now, is_superseded=is_superseded)
        case Parked():
            entry = _parked(change, claimed, outcome, is_superseded=is_superseded)
        case Abandoned():
            if not is_superseded:
                change["tries"], change["last_error"] = claimed.tries, row.last_error
            return change, []
    if outcome.timestamp is not None:
        change["last_timestamp"] = outcome.timestamp
    return change, [entry]


def _arrived(
    change: dict[str, Any], claimed: ClaimedDelivery, outcome: Arrived, *, now: datetime, is_superseded: bool
) -> LedgerEntry:
    change["delivered_version"] = claimed.version
    change["delivered_at"] = now
    if outcome.sent_of is not None:
        change["sent_of"] = outcome.sent_of
    if outcome.note:
        change["standing"] = outcome.standing
    if not is_superseded:
        change["state"] = states.DELIVERED
        change["last_error"] = outcome.note
    log.info("score_delivered", extra={**_ids(claimed), "tries": claimed.tries + 1, "took_ms": outcome.took_ms})
    return LedgerEntry(claimed.id, claimed.version, states.DELIVERED, outcome.note or states.score_text(claimed.score_given))


def _delayed(
    change: dict[str, Any],
    claimed: ClaimedDelivery,
    outcome: Delayed,
    chance: random.Random,
    *,
    now: datetime,
    is_superseded: bool,
) -> LedgerEntry:
    tries = claimed.tries + 1
    change["last_error"] = outcome.code
    change["tries"] = 1 if is_superseded else tries
    if not is_superseded and is_time_to_give_up(tries, waiting_since=claimed.waiting_since, now=now):
        change["state"] = states.PARKED
        log.error("score_parked", extra={**_ids(claimed), "reason": outcome.code, "tries": tries})
        return LedgerEntry(claimed.id, claimed.version, states.PARKED, f"{outcome.code}, given up")
    change["next_try_at"] = now + delay_before(change["tries"], retry_after_s=outcome.retry_after_s, chance=chance)
    log.warning("score_delayed", extra={**_ids(claimed), "reason": outcome.code, "tries": tries})
    return LedgerEntry(claimed.id, claimed.version, states.DELAYED, outcome.code)


def _parked(change: dict[str, Any], claimed: ClaimedDelivery, outcome: Parked, *, is_superseded: bool) -> LedgerEntry:
    if not is_superseded:
        change["state"] = states.PARKED
        change["tries"] = claimed.tries + 1
        change["last_error"] = outcome.code
    log.error("score_parked", extra={**_ids(claimed), "reason": outcome.code, "tries": claimed.tries + 1})
    return LedgerEntry(claimed.id, claimed.version, states.PARKED, outcome.code)


def _ids(claimed: ClaimedDelivery) -> dict[str, int]:
    return {"delivery": claimed.id, "registration": claimed.registration_id, "version": claimed.version}
