"""Jobs beside the outbox rows, on PostgreSQL: each wakes a worker somewhere, by LISTEN/NOTIFY, once its transaction commits.

The row is the truth and the job only its call: a job too many finds nothing to do, and for one that got lost the sweep writes
another. They are plain rows of procrastinate's tables, so that they come and go with the caller's transaction.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.passback.delivery import WAITING

DELIVER: Final = "lti_tool.deliver"
SCORES: Final = "scores"
# What the sweep calls at most: enough to wake every process of a large installation, and each of them takes all it can.
_CALLS_OF_A_SWEEP = 32

# `queueing_lock` is unique among jobs that have not begun: one call for a delivery is enough.
_DEFER = text(
    "INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, queueing_lock)"
    " SELECT :queue, :task, 'score:' || id FROM unnest(CAST(:ids AS integer[])) AS id ON CONFLICT DO NOTHING"
).bindparams(queue=SCORES, task=DELIVER)
_TAKE = text("DELETE FROM procrastinate.procrastinate_jobs WHERE queueing_lock = ANY(:locks) AND status = 'todo'")
_DEFER_DUE = text(
    "INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, queueing_lock)"
    " SELECT :queue, :task, 'score:' || due.id FROM"
    " (SELECT id FROM score_delivery WHERE state = :waiting AND next_try_at <= :now ORDER BY next_try_at LIMIT :most) AS due"
    " ON CONFLICT DO NOTHING"
).bindparams(queue=SCORES, task=DELIVER, waiting=WAITING, most=_CALLS_OF_A_SWEEP)
# A worker that died leaves its job as begun; the sweep has called another long since.
_CLEAR = text(
    "DELETE FROM procrastinate.procrastinate_jobs"
    " WHERE status NOT IN ('todo', 'doing') OR (status = 'doing' AND worker_id IS NULL)"
)


def call_workers(session: Session, delivery_ids: Collection[int]) -> None:
    """Write a job for each delivery, in the caller's transaction; on SQLite who commits wakes the worker."""
    if delivery_ids and _has_jobs(session):
        session.connection().execute(_DEFER, {"ids": list(delivery_ids)})


def take_jobs(session: Session, delivery_ids: Collection[int]) -> None:
    """Take back the jobs of deliveries that have just been claimed: whoever claimed them needs no further call."""
    if delivery_ids and _has_jobs(session):
        session.connection().execute(_TAKE, {"locks": [f"score:{delivery_id}" for delivery_id in delivery_ids]})


def call_workers_for_due(session: Session, *, now: datetime) -> None:
    """Write jobs for some deliveries whose time has come: for second tries, and for jobs that died with their worker."""
    if _has_jobs(session):
        session.connection().execute(_DEFER_DUE, {"now": now})


def clear_jobs(session: Session) -> int:
    """Remove what ended jobs and dead workers left, and tell how many."""
    return session.connection().execute(_CLEAR).rowcount if _has_jobs(session) else 0


def _has_jobs(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
