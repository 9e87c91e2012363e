"""Calls to the worker, on PostgreSQL: each wakes a process somewhere, by LISTEN/NOTIFY, once its transaction commits.

A feature's own row is the truth and the call only says that there is something to do: one call too many finds nothing, and for
one that got lost the engine looks again by itself. They are plain rows of procrastinate's tables, so that they come and go with
the caller's transaction. On SQLite there are none: whoever commits wakes the embedded engine.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

# `queueing_lock` is unique among calls that nobody has answered yet: one for each row is enough.
_CALL: Final = text(
    "INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, queueing_lock)"
    " SELECT :queue, :task, lock FROM unnest(CAST(:locks AS text[])) AS lock ON CONFLICT DO NOTHING"
)
_TAKE_BACK: Final = text(
    "DELETE FROM procrastinate.procrastinate_jobs WHERE queueing_lock = ANY(CAST(:locks AS text[])) AND status = 'todo'"
)
# Procrastinate takes its name off the calls of a worker that gave no sign of life for half a minute.
_CLEAR: Final = text(
    "DELETE FROM procrastinate.procrastinate_jobs"
    " WHERE status NOT IN ('todo', 'doing') OR (status = 'doing' AND worker_id IS NULL)"
)
_QUEUES = "queues"


def has_calls(session: Session) -> bool:
    """Whether this database has calls at all."""
    return session.get_bind().dialect.name == "postgresql"


def call_worker(session: Session, locks: Collection[str], *, queue: str, task: str) -> None:
    """Write a call for each lock, in the caller's transaction; a lock that is called for already needs no second one."""
    if locks:
        session.info.setdefault(_QUEUES, set()).add(queue)
    if locks and has_calls(session):
        session.connection().execute(_CALL, {"queue": queue, "task": task, "locks": list(locks)})


def called_for(session: Session) -> frozenset[str]:
    """Return the queues for which a session has written work: whoever commits it wakes them in this process."""
    return frozenset(session.info.get(_QUEUES, ()))


def take_calls_back(session: Session, locks: Collection[str]) -> None:
    """Remove calls that nobody has answered yet: whoever has taken the work needs them no longer."""
    if locks and has_calls(session):
        session.connection().execute(_TAKE_BACK, {"locks": list(locks)})


def clear_calls(session: Session) -> int:
    """Remove what answered calls and dead workers left behind, and return how many."""
    return session.connection().execute(_CLEAR).rowcount if has_calls(session) else 0
