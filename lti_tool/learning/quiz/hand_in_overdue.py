"""Hands in the attempts whose time is over and whose owner has not come back; whoever looks next does it, or the worker."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.people import Member, Role, roles_in
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.rules.time_limit import NETWORK_GRACE
from lti_tool.learning.quiz.submit_quiz import hand_in
from lti_tool.models import Attempt, Course, Membership

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Overdue:
    """An attempt to be handed in, with the version that it was drawn from and what its course learns with now."""

    id: int
    module_slug: str
    drawn_version: str
    course: Pin | None


def hand_in_all_overdue(
    database: "Database",
    programme_with: Callable[[str, str | None, Pin | None], Programme],
    *,
    begin: Callable[[], AbstractContextManager[Session]],
    issuer: Issuer,
    user_id: int | None = None,
    course_id: int | None = None,
    limit: int | None = None,
    now: datetime,
) -> int:
    """Find and hand in, each attempt in a transaction of its own; one that cannot be marked does not keep the others from it.

    Args:
        programme_with: gives the programme that has a module, in the version when somebody learned it or in that of their course
            (None); asked for outside of any transaction.
        begin: begins a transaction.
    Returns:
        How many were handed in.
    """
    with database.read() as session:
        overdue = overdue_attempts(session, user_id=user_id, course_id=course_id, now=now)[:limit]
    done = 0
    for one in overdue:
        try:
            programme = programme_with(one.module_slug, None, one.course)
            drawn_from = programme_with(one.module_slug, one.drawn_version, one.course)
            with begin() as session:
                done += hand_in_overdue(session, Syllabus(programme, issuer), one.id, drawn_from=drawn_from, now=now)
        except Exception:
            log.exception("hand_in_failed", extra={"attempt": one.id})
    return done


def overdue_attempts(
    session: Session, *, user_id: int | None = None, course_id: int | None = None, now: datetime
) -> list[Overdue]:
    """Find attempts to be handed in: one person's, those begun in one course, or all."""
    query = (
        select(Attempt.id, Attempt.module_slug, Attempt.programme_version, Course.programme_slug, Course.programme_version)
        .outerjoin(Course, Course.id == Attempt.course_id)
        .where(Attempt.submitted_at.is_(None), Attempt.ends_at < now - NETWORK_GRACE)
    )
    if user_id is not None:
        query = query.where(Attempt.user_id == user_id)
    if course_id is not None:
        query = query.where(Attempt.course_id == course_id)
    rows = session.execute(query.order_by(Attempt.id))
    return [
        Overdue(id_, module, drawn, Pin(slug, version) if slug and version else None)
        for id_, module, drawn, slug, version in rows
    ]


def hand_in_overdue(
    session: Session, syllabus: Syllabus, attempt_id: int, *, drawn_from: Programme | None = None, now: datetime
) -> bool:
    """Hand in one attempt with what was saved of it, as if its owner had done so at its end.

    Returns:
        False: somebody else has done so meanwhile, its time was extended, or its module is not taught any more.
    """
    attempt = session.scalars(
        select(Attempt)
        .where(Attempt.id == attempt_id, Attempt.submitted_at.is_(None), Attempt.ends_at < now - NETWORK_GRACE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    module = (drawn_from or syllabus.programme).find_module(attempt.module_slug) if attempt is not None else None
    if attempt is None or module is None:
        return False
    hand_in(session, syllabus, _owner(session, attempt), module, attempt, now=now)
    return True


def _owner(session: Session, attempt: Attempt) -> Member:
    """Return the attempt's owner with the roles that they have in the course where it was begun."""
    words = session.scalar(
        select(Membership.roles).where(Membership.user_id == attempt.user_id, Membership.course_id == attempt.course_id)
    )
    return Member(user_id=attempt.user_id, course_id=attempt.course_id, roles=roles_in(words or Role.PARTICIPANT))
