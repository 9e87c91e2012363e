"""Hands in the attempts whose time is over and whose owner has not come back; whoever looks next does it, or the worker."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.certificate import Issuer
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.programme import Programme
from lti_tool.domain.time_limit import NETWORK_GRACE
from lti_tool.learning.submit_quiz import hand_in
from lti_tool.models import Attempt, Course, Deployment, Membership, User

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Overdue:
    """An attempt to be handed in, with the version that it was drawn from and the one of its course now."""

    id: int
    drawn_version: str
    course_version: str | None


def hand_in_all_overdue(
    database: "Database",
    programme_in: Callable[[str | None], Programme],
    *,
    issuer: Issuer,
    user_id: int | None = None,
    course_id: int | None = None,
    limit: int | None = None,
    now: datetime,
) -> int:
    """Find and hand in, each attempt in a transaction of its own; one that cannot be marked does not keep the others from it.

    Args:
        programme_in: gives the programme in a content version; asked for outside of any transaction.
    Returns:
        How many were handed in.
    """
    with database.read() as session:
        overdue = overdue_attempts(session, user_id=user_id, course_id=course_id, now=now)[:limit]
    done = 0
    for one in overdue:
        try:
            programme, drawn_from = programme_in(one.course_version), programme_in(one.drawn_version)
            with database.write.begin() as session:
                done += hand_in_overdue(session, programme, one.id, drawn_from=drawn_from, issuer=issuer, now=now)
        except Exception:
            log.exception("hand_in_failed", extra={"attempt": one.id})
    return done


def overdue_attempts(
    session: Session, *, user_id: int | None = None, course_id: int | None = None, now: datetime
) -> list[Overdue]:
    """Find attempts to be handed in: one person's, those begun in one course, or all."""
    query = (
        select(Attempt.id, Attempt.programme_version, Course.programme_version)
        .outerjoin(Course, Course.id == Attempt.course_id)
        .where(Attempt.submitted_at.is_(None), Attempt.ends_at < now - NETWORK_GRACE)
    )
    if user_id is not None:
        query = query.where(Attempt.user_id == user_id)
    if course_id is not None:
        query = query.where(Attempt.course_id == course_id)
    return [Overdue(*row) for row in session.execute(query.order_by(Attempt.id))]


def hand_in_overdue(
    session: Session,
    programme: Programme,
    attempt_id: int,
    *,
    drawn_from: Programme | None = None,
    issuer: Issuer,
    now: datetime,
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
    module = (drawn_from or programme).find_module(attempt.module_slug) if attempt is not None else None
    if attempt is None or module is None:
        return False
    hand_in(session, programme, _owner(session, attempt), module, attempt, issuer=issuer, now=now)
    return True


def _owner(session: Session, attempt: Attempt) -> Visitor:
    """Give the attempt's owner in the course where it was begun, with the roles that they have there."""
    row = session.execute(
        select(User.platform_id, Course.registration_id, Membership.roles)
        .select_from(User)
        .outerjoin(Course, Course.id == attempt.course_id)
        .outerjoin(Membership, (Membership.user_id == User.id) & (Membership.course_id == Course.id))
        .where(User.id == attempt.user_id)
    ).one()
    deployment_id = session.scalar(select(Deployment.id).where(Deployment.registration_id == row.registration_id).limit(1))
    return Visitor(
        user_id=attempt.user_id,
        platform_id=row.platform_id,
        registration_id=row.registration_id or 0,
        deployment_id=deployment_id or 0,
        course_id=attempt.course_id,
        # Nobody is at a screen: no link was launched, and no page will be shown.
        resource_link_id=None,
        module_slug=None,
        roles=frozenset(map(Role, (row.roles or Role.PARTICIPANT).split())),
        locale="",
        frame_origin="",
    )
