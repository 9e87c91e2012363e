"""Calls to the worker that go with the outbox rows: each wakes a process somewhere once its transaction commits.

The row is the truth: for a call that got lost the sweep writes another.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.jobs.calls import call_worker, has_calls, take_calls_back
from lti_tool.models import ScoreDelivery
from lti_tool.passback.delivery import WAITING

DELIVER: Final = "lti_tool.deliver"
SCORES: Final = "scores"
# What the sweep calls at most: enough to wake every process of a large installation, and each of them takes all it can.
_CALLS_OF_A_SWEEP = 32


def call_workers(session: Session, delivery_ids: Collection[int]) -> None:
    """Call a worker for each delivery, in the caller's transaction; on SQLite whoever commits wakes the worker."""
    call_worker(session, _locks(delivery_ids), queue=SCORES, task=DELIVER)


def take_jobs(session: Session, delivery_ids: Collection[int]) -> None:
    """Take back the calls for deliveries that have just been claimed: whoever claimed them needs no further call."""
    take_calls_back(session, _locks(delivery_ids))


def call_workers_for_due(session: Session, *, now: datetime) -> None:
    """Call workers for some deliveries whose time has come: for second tries, and for calls that died with their worker."""
    if not has_calls(session):
        return
    due = (
        select(ScoreDelivery.id)
        .where(ScoreDelivery.state == WAITING, ScoreDelivery.next_try_at <= now)
        .order_by(ScoreDelivery.next_try_at)
        .limit(_CALLS_OF_A_SWEEP)
    )
    call_workers(session, session.scalars(due).all())


def _locks(delivery_ids: Collection[int]) -> list[str]:
    return [f"score:{delivery_id}" for delivery_id in delivery_ids]
