"""Inquiries: what a page wants to know of a platform is asked in the background, so that no person's request waits for one.

The row is the truth: a page opens it and shows how it stands, a worker claims it, asks, and writes the answer down. Somebody who
presses again while it is open changes nothing, so a platform that hangs is asked once and not twenty times.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.jobs.calls import call_worker
from lti_tool.jobs.job import task_of
from lti_tool.models import Inquiry

JOB: Final = "inquiries"
# Longer than any inquiry takes; who has not answered by then has died.
CLAIM: Final = timedelta(minutes=2)
# One that brings its worker down shall not do so for ever.
MOST_TRIES: Final = 3
# What waits so long has no worker that would take it, or too many before it.
SLOW_AFTER: Final = timedelta(seconds=45)
_INQUIRIES = cast(Table, Inquiry.__table__)


class InquiryKind(StrEnum):
    CONNECTION = "connection"
    ROSTER = "roster"


@dataclass(frozen=True, slots=True)
class InquiredPlace:
    """What an inquiry is about."""

    registration_id: int
    course_id: int | None = None
    resource_link_id: int | None = None

    @property
    def key(self) -> str:
        return f"{self.registration_id}:{self.course_id or ''}:{self.resource_link_id or ''}"


@dataclass(frozen=True, slots=True)
class InquiryState:
    """How an inquiry stands, for the page that shows it."""

    is_open: bool = False
    is_slow: bool = False
    """It has waited longer than it should; the page need not look every few seconds any more."""
    answered_at: datetime | None = None
    answer: Any = None
    """The latest answer, also while a newer one is being asked for."""


@dataclass(frozen=True, slots=True)
class ClaimedInquiry:
    id: int
    kind: InquiryKind
    place: InquiredPlace
    claimed_until: datetime
    """Also says whose claim it is."""


def open_inquiry(session: Session, kind: InquiryKind, place: InquiredPlace, *, now: datetime) -> None:
    """Have a platform asked once the caller's transaction commits; one that is open already stays as it is.

    On SQLite who commits calls the job.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    opened = {"is_open": True, "asked_at": now, "tries": 0, "claimed_until": None}
    statement = insert(_INQUIRIES).values(
        kind=kind,
        place=place.key,
        registration_id=place.registration_id,
        course_id=place.course_id,
        resource_link_id=place.resource_link_id,
        **opened,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[_INQUIRIES.c.kind, _INQUIRIES.c.place], set_=opened, where=_INQUIRIES.c.is_open.is_(False)
        )
    )
    # Also for one that was open: its call may have been lost.
    call_worker(session, [JOB], queue=JOB, task=task_of(JOB))


def state_of(session: Session, kind: InquiryKind, place: InquiredPlace, *, now: datetime) -> InquiryState:
    """Return how an inquiry stands; an empty state where nobody ever wished for it."""
    row = session.execute(
        select(Inquiry.is_open, Inquiry.asked_at, Inquiry.answered_at, Inquiry.answer).where(
            Inquiry.kind == kind, Inquiry.place == place.key
        )
    ).one_or_none()
    if row is None:
        return InquiryState()
    is_slow = row.is_open and not now - SLOW_AFTER < row.asked_at <= now
    return InquiryState(row.is_open, is_slow, row.answered_at, row.answer)


def claim_inquiries(session: Session, *, busy: Collection[int], limit: int, now: datetime) -> list[ClaimedInquiry]:
    """Take up to `limit` open inquiries, the oldest first, at most one of each registration; none of those that are `busy`."""
    session.execute(
        update(Inquiry)
        .where(Inquiry.is_open, _is_free(now), Inquiry.tries >= MOST_TRIES)
        .values(is_open=False, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    query = (
        select(Inquiry.id, Inquiry.kind, Inquiry.registration_id, Inquiry.course_id, Inquiry.resource_link_id)
        .where(Inquiry.is_open, _is_free(now), Inquiry.registration_id.not_in(list(busy)))
        .order_by(Inquiry.asked_at, Inquiry.id)
    )
    taken: dict[int, ClaimedInquiry] = {}
    for row in session.execute(query):
        if len(taken) == limit:
            break
        if row.registration_id not in taken and _take(session, row.id, now):
            place = InquiredPlace(row.registration_id, row.course_id, row.resource_link_id)
            taken[row.registration_id] = ClaimedInquiry(row.id, InquiryKind(row.kind), place, now + CLAIM)
    return list(taken.values())


def is_any_inquiry_free(session: Session, *, busy: Collection[int], now: datetime) -> bool:
    """Whether there is something to claim; only reads."""
    query = select(Inquiry.id).where(Inquiry.is_open, _is_free(now), Inquiry.registration_id.not_in(list(busy)))
    return session.execute(query.limit(1)).first() is not None


def end_inquiry(session: Session, claimed: ClaimedInquiry, answer: Any, *, now: datetime) -> None:
    """Write an answer down, unless the claim has passed to another worker."""
    session.execute(
        update(Inquiry)
        .where(Inquiry.id == claimed.id, Inquiry.is_open, Inquiry.claimed_until == claimed.claimed_until)
        .values(is_open=False, claimed_until=None, answered_at=now, answer=answer)
        .execution_options(synchronize_session=False)
    )


def _is_free(now: datetime) -> Any:
    # A claim that ends later than any could was made by a clock that was ahead.
    until = _INQUIRIES.c.claimed_until
    return or_(until.is_(None), until <= now, until > now + CLAIM)


def _take(session: Session, inquiry_id: int, now: datetime) -> bool:
    result = session.execute(
        update(Inquiry)
        .where(Inquiry.id == inquiry_id, Inquiry.is_open, _is_free(now))
        .values(claimed_until=now + CLAIM, tries=Inquiry.tries + 1)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
