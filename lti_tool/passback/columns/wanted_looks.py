"""Which courses' columns are to be looked at, and who does it: the course's own row is the queue.

Whoever looks claims the course first, for a while, so that several processes do not look at once. On PostgreSQL a call wakes a
worker as soon as the transaction that wants a look commits; on SQLite the engine is woken, and both look again by themselves.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.jobs.calls import call_worker, take_calls_back
from lti_tool.jobs.job import task_of
from lti_tool.models import ColumnLook, Course
from lti_tool.passback.outbox import insert_into

JOB: Final = "look_at_columns"
# Longer than a look may take.
CLAIM: Final = timedelta(minutes=3)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_GIVE_UP_AFTER = 12
_LOOKS: Any = ColumnLook.__table__


def want_look(session: Session, course_id: int | None, *, now: datetime) -> None:
    """Have a course's columns looked at soon, once the caller's transaction commits; None: no course, so there is nothing."""
    if course_id is None:
        return
    insert = insert_into(session, _LOOKS).values(course_id=course_id, wanted_at=now, next_try_at=now)
    statement = insert.on_conflict_do_update(
        index_elements=[_LOOKS.c.course_id],
        # One that is under way does not count: what is wanted now may have come after it.
        set_={"wanted_at": now, "next_try_at": now, "tries": 0},
    )
    session.execute(statement)
    call_worker(session, [_lock(course_id)], queue=JOB, task=task_of(JOB))


def find_wanted(session: Session, *, now: datetime, limit: int = 50) -> dict[int, list[int]]:
    """List the courses that are to be looked at now, by our key and by registration, the longest waiting first."""
    query = (
        select(Course.registration_id, ColumnLook.course_id)
        .join(Course, Course.id == ColumnLook.course_id)
        .where(ColumnLook.wanted_at.is_not(None), _is_due(now))
    )
    wanted: dict[int, list[int]] = {}
    for registration_id, course_id in session.execute(query.order_by(ColumnLook.wanted_at, ColumnLook.course_id).limit(limit)):
        wanted.setdefault(registration_id, []).append(course_id)
    return wanted


def claim_look(session: Session, course_id: int, *, now: datetime) -> datetime | None:
    """Take a look over for a while; return since when it was wanted, None where somebody else has it or its time has not come."""
    claiming = (
        update(ColumnLook)
        .where(ColumnLook.course_id == course_id, ColumnLook.wanted_at.is_not(None), _is_due(now))
        .values(tries=ColumnLook.tries + 1, next_try_at=now + CLAIM)
        .returning(ColumnLook.wanted_at)
        .execution_options(synchronize_session=False)
    )
    wanted_at = session.scalar(claiming)
    if wanted_at is not None:
        take_calls_back(session, [_lock(course_id)])
    return wanted_at


def end_look(session: Session, course_id: int, *, wanted_at: datetime, problem: str, is_done: bool, now: datetime) -> None:
    """Write down how a look ended. One that failed is tried again, less and less often, and at last left to the night."""
    row = session.get_one(ColumnLook, course_id)
    row.problem = problem[:100]
    if is_done:
        row.looked_at = now
    if row.wanted_at != wanted_at:
        return  # wanted again meanwhile
    if is_done or row.tries >= _GIVE_UP_AFTER:
        row.wanted_at = None
    else:
        row.next_try_at = now + min(_FIRST_PAUSE * 2 ** min(row.tries - 1, 10), _LONGEST_PAUSE)


def note_compared(session: Session, course_id: int, *, problem: str, now: datetime) -> None:
    """Write down that a course was looked at and compared without anybody having waited for it."""
    values = {"looked_at": now, "compared_at": now, "problem": problem[:100]}
    insert = insert_into(session, _LOOKS).values(course_id=course_id, next_try_at=now, **values)
    session.execute(insert.on_conflict_do_update(index_elements=[_LOOKS.c.course_id], set_=values))


def _is_due(now: datetime) -> Any:
    # One that lies further ahead than any pause was put there by a clock that was ahead.
    return (ColumnLook.next_try_at <= now) | (ColumnLook.next_try_at > now + _LONGEST_PAUSE + CLAIM)


def _lock(course_id: int) -> str:
    return f"columns:{course_id}"
