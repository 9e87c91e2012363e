"""The outbox: what somebody's score shall be in one column, written in the transaction that makes the score."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.models import ScoreDelivery
from lti_tool.passback.delivery import (
    CLAIMED,
    DELIVERED,
    ENQUEUED,
    LINE_ITEM_GONE,
    LINE_ITEM_TROUBLE,
    PARKED,
    RETRIED,
    SUPERSEDED,
    WAITING,
    score_text,
)
from lti_tool.passback.jobs import call_workers
from lti_tool.passback.ledger import LedgerEntry, write_entries

_DELIVERIES = cast(Table, ScoreDelivery.__table__)
_ROWS_AT_ONCE = 500


def enqueue(
    session: Session,
    line_item_id: int,
    *,
    user_id: int,
    module_slug: str,
    score_given: float,
    is_gone: bool = False,
    now: datetime,
) -> None:
    """Put somebody's score on its way to a column; one that is not higher than what is on its way changes nothing.

    Args:
        is_gone: the column is not there now: the score is parked until it is.
    """
    values = _new_row(user_id, line_item_id, module_slug, score_given, is_gone, now)
    insert = insert_into(session, _DELIVERIES).values(values)
    row = _DELIVERIES.c
    # A claimed row stays claimed: who sends the old version finds the new one when it records, so nobody overtakes.
    is_claimed = row.state == CLAIMED
    statement = insert.on_conflict_do_update(
        index_elements=[row.user_id, row.line_item_id],
        set_={
            "score_given": insert.excluded.score_given,
            "module_slug": insert.excluded.module_slug,
            "version": row.version + 1,
            "state": case((is_claimed, CLAIMED), else_=insert.excluded.state),
            "next_try_at": case((is_claimed, row.next_try_at), else_=insert.excluded.next_try_at),
            "scheduled_at": insert.excluded.scheduled_at,
            "tries": 0,
            "last_error": insert.excluded.last_error,
            "standing": None,
            "changed_at": insert.excluded.changed_at,
        },
        # A link may be given another module (Open edX replaces what a component shows): then its score counts, whatever it is.
        where=or_(row.score_given < insert.excluded.score_given, row.module_slug != insert.excluded.module_slug),
    ).returning(row.id, row.version, row.delivered_version)
    written = session.execute(statement).one_or_none()
    if written is None:
        return
    entries = [LedgerEntry(written.id, written.version, ENQUEUED, score_text(score_given))]
    if written.version > 1 and written.delivered_version != written.version - 1:
        entries.insert(0, LedgerEntry(written.id, written.version - 1, SUPERSEDED))
    if is_gone:
        entries.append(LedgerEntry(written.id, written.version, PARKED, LINE_ITEM_GONE))
    write_entries(session, entries, now=now)
    call_workers(session, [written.id])


def enqueue_missing(
    session: Session, line_item_id: int, scores: Mapping[int, float], *, module_slug: str, is_gone: bool = False, now: datetime
) -> int:
    """Put the scores of people, by our key of them, on their way to a column that has none of theirs; return how many went."""
    going = 0
    for users in _batches(sorted(scores)):
        rows = [_new_row(user, line_item_id, module_slug, scores[user], is_gone, now) for user in users]
        insert = insert_into(session, _DELIVERIES).values(rows)
        insert = insert.on_conflict_do_nothing(index_elements=[_DELIVERIES.c.user_id, _DELIVERIES.c.line_item_id])
        written = session.execute(insert.returning(_DELIVERIES.c.id, _DELIVERIES.c.score_given)).all()
        entries = [LedgerEntry(row.id, 1, ENQUEUED, score_text(row.score_given)) for row in written]
        if is_gone:
            entries += [LedgerEntry(row.id, 1, PARKED, LINE_ITEM_GONE) for row in written]
        write_entries(session, entries, now=now)
        call_workers(session, [row.id for row in written])
        going += len(written)
    return going


def revive(session: Session, line_item_id: int, *, detail: str, now: datetime) -> None:
    """Give those another chance that were parked because the column was not there."""
    parked = session.execute(
        select(ScoreDelivery.id, ScoreDelivery.version)
        .where(
            ScoreDelivery.line_item_id == line_item_id,
            ScoreDelivery.state == PARKED,
            ScoreDelivery.last_error.in_(LINE_ITEM_TROUBLE),
        )
        .order_by(ScoreDelivery.user_id)
        .with_for_update(key_share=True)
    ).all()
    _put_back(session, {row.id: row.version for row in parked}, detail=detail, now=now)


def park_column(session: Session, line_item_id: int, *, reason: str, now: datetime) -> None:
    """Park all that waits for a column that is not there, and what has arrived in it: it is gone with it."""
    rows = session.execute(
        select(ScoreDelivery.id, ScoreDelivery.version)
        .where(ScoreDelivery.line_item_id == line_item_id, ScoreDelivery.state.in_((WAITING, DELIVERED)))
        .order_by(ScoreDelivery.user_id)
        .with_for_update(key_share=True)
    ).all()
    for ids in _batches([row.id for row in rows]):
        values = {"state": PARKED, "last_error": reason, "standing": None, "changed_at": now}
        session.execute(update(_DELIVERIES).where(_DELIVERIES.c.id.in_(ids)).values(values))
    write_entries(session, [LedgerEntry(row.id, row.version, PARKED, reason) for row in rows], now=now)


def _put_back(session: Session, versions: Mapping[int, int], *, detail: str, now: datetime) -> None:
    for ids in _batches(list(versions)):
        values = {"state": WAITING, "next_try_at": now, "scheduled_at": now, "tries": 0, "last_error": "", "changed_at": now}
        session.execute(update(_DELIVERIES).where(_DELIVERIES.c.id.in_(ids)).values(values))
        write_entries(session, [LedgerEntry(each, versions[each], RETRIED, detail) for each in ids], now=now)
        call_workers(session, ids)


def _new_row(
    user_id: int, line_item_id: int, module_slug: str, score_given: float, is_gone: bool, now: datetime
) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "line_item_id": line_item_id,
        "module_slug": module_slug,
        "score_given": score_given,
        "state": PARKED if is_gone else WAITING,
        "last_error": LINE_ITEM_GONE if is_gone else "",
        "next_try_at": now,
        "scheduled_at": now,
        "created_at": now,
        "changed_at": now,
    }


def _batches(ids: Collection[int]) -> list[list[int]]:
    listed = list(ids)
    return [listed[start : start + _ROWS_AT_ONCE] for start in range(0, len(listed), _ROWS_AT_ONCE)]


def insert_into(session: Session, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return the INSERT of this engine that knows ON CONFLICT; both dialects spell it alike."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
