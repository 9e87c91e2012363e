"""Hands in the attempts whose time is over and whose owner has not come back; whoever looks next does it, or the worker."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.certificate import Issuer
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.programme import Programme
from lti_tool.domain.time_limit import NETWORK_GRACE
from lti_tool.learning.submit_quiz import hand_in
from lti_tool.models import Attempt, Context, Deployment, Membership, User

log = logging.getLogger(__name__)


def overdue_attempts(
    session: Session, *, user_id: int | None = None, context_id: int | None = None, now: datetime
) -> Sequence[int]:
    """Find attempts to be handed in: one person's, those begun in one course, or all."""
    query = select(Attempt.id).where(Attempt.submitted_at.is_(None), Attempt.ends_at < now - NETWORK_GRACE)
    if user_id is not None:
        query = query.where(Attempt.user_id == user_id)
    if context_id is not None:
        query = query.where(Attempt.context_id == context_id)
    return session.scalars(query.order_by(Attempt.id)).all()


def hand_in_overdue(session: Session, programme: Programme, attempt_id: int, *, issuer: Issuer, now: datetime) -> bool:
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
    module = programme.find_module(attempt.module_slug) if attempt is not None else None
    if attempt is None or module is None:
        return False
    hand_in(session, programme, _owner(session, attempt), module, attempt, issuer=issuer, now=now)
    return True


def _owner(session: Session, attempt: Attempt) -> Visitor:
    """Give the attempt's owner in the course where it was begun, with the roles that they have there."""
    row = session.execute(
        select(User.platform_id, Context.registration_id, Membership.roles)
        .select_from(User)
        .outerjoin(Context, Context.id == attempt.context_id)
        .outerjoin(Membership, (Membership.user_id == User.id) & (Membership.context_id == Context.id))
        .where(User.id == attempt.user_id)
    ).one()
    deployment_id = session.scalar(select(Deployment.id).where(Deployment.registration_id == row.registration_id).limit(1))
    return Visitor(
        user_id=attempt.user_id,
        platform_id=row.platform_id,
        registration_id=row.registration_id or 0,
        deployment_id=deployment_id or 0,
        context_id=attempt.context_id,
        # Nobody is at a screen: no link was launched, and no page will be shown.
        resource_link_id=None,
        module_slug=None,
        roles=frozenset(map(Role, (row.roles or Role.PARTICIPANT).split())),
        locale="",
        frame_origin="",
    )
