"""Taking deliveries to send: one worker alone has a delivery for the length of a lease.

While a row is claimed its `next_try_at` holds the end of the lease: so one index serves who looks for due rows and who looks
for claims whose worker has died.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVarTuple, cast

from sqlalchemy import Row, Select, Table, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.models import Deployment, DueScore, LineItemRow, Platform, RegistrationRow, ResourceLink, ScoreDelivery, User
from lti_tool.passback.delivering.after_restore import is_after_restore
from lti_tool.passback.delivering.retries import LONGEST_WAIT
from lti_tool.passback.delivery import CLAIMED, WAITING, ClaimedDelivery
from lti_tool.passback.jobs import take_jobs

# A dead worker's deliveries are taken over after this long; a living one renews its leases well before.
LEASE = timedelta(seconds=45)
# The clocks of several machines may differ by this; one that was further ahead is noticed once it is right again.
CLOCK_SLACK = timedelta(minutes=10)

# `product_family_code` of platforms where each activity that may be graded has a column of its own; so it is in the playground.
FAMILIES_WITH_COLUMNS = ("moodle", "playground")

_Columns = TypeVarTuple("_Columns")
_DELIVERIES = cast(Table, ScoreDelivery.__table__)


def is_anything_due(session: Session, *, resting: Collection[int], now: datetime) -> bool:
    """Tell whether there may be something to claim; only reads, so that an idle worker locks nothing."""
    return session.execute(_due(select(ScoreDelivery.id), resting, now).limit(1)).first() is not None


def claim_deliveries(
    session: Session, *, claim: str, limit: int, resting: Collection[int] = (), now: datetime
) -> list[ClaimedDelivery]:
    """Take up to `limit` due deliveries whose line item is known, the longest waiting first.

    Args:
        claim: a name that no other claim has had.
        resting: registrations to leave alone now.
    """
    query = (
        _due(_everything(), resting, now)
        .where(LineItemRow.url.is_not(None))
        .order_by(ScoreDelivery.next_try_at)
        .limit(limit)
        .with_for_update(of=ScoreDelivery, key_share=True, skip_locked=True)
    )
    return _take(session, session.execute(query).all(), claim=claim, now=now)


def claim_probe(session: Session, *, registration_id: int, claim: str, now: datetime) -> list[ClaimedDelivery]:
    """Take one delivery of a registration whose platform was down, to see whether it is back.

    The one with the fewest tries, because a score that always fails must not stand for the platform for ever.
    """
    query = (
        _due(_everything(), (), now)
        .where(LineItemRow.url.is_not(None), LineItemRow.registration_id == registration_id)
        .order_by(ScoreDelivery.tries, ScoreDelivery.next_try_at)
        .limit(1)
        .with_for_update(of=ScoreDelivery, key_share=True, skip_locked=True)
    )
    found = session.execute(query).all()
    if not found:
        return claim_unresolved(session, claim=claim, limit=1, only=registration_id, now=now)
    return _take(session, found, claim=claim, now=now)


def claim_unresolved(
    session: Session,
    *,
    claim: str,
    limit: int,
    resting: Collection[int] = (),
    only: int | None = None,
    now: datetime,
) -> list[ClaimedDelivery]:
    """Take one due delivery for each of up to `limit` line items that nobody has found yet.

    One alone, for whoever has it looks the line item up and creates it where there is none: two would create it twice.
    """
    others = ScoreDelivery.__table__.alias()
    due = _due(select(ScoreDelivery.id), resting, now).where(ScoreDelivery.line_item_id == LineItemRow.id)
    query = (
        select(LineItemRow.id)
        .where(
            LineItemRow.url.is_(None),
            exists(due.correlate(LineItemRow)),
            ~exists(select(others.c.id).where(others.c.line_item_id == LineItemRow.id, others.c.state == CLAIMED)),
        )
        .order_by(LineItemRow.id)
        .limit(limit)
        .with_for_update(of=LineItemRow, key_share=True, skip_locked=True)
    )
    if only is not None:
        query = query.where(LineItemRow.registration_id == only)
    chosen: list[Row[Any]] = []
    for line_item_id in session.scalars(query).all():
        # The lock came after the look: another worker may have claimed one and gone in between, so look again.
        is_taken = select(ScoreDelivery.id).where(ScoreDelivery.line_item_id == line_item_id, ScoreDelivery.state == CLAIMED)
        if session.execute(is_taken).first() is None:
            first = _due(_everything(), resting, now).where(LineItemRow.id == line_item_id, LineItemRow.url.is_(None))
            first = first.order_by(ScoreDelivery.tries, ScoreDelivery.next_try_at).limit(1)
            chosen += session.execute(first.with_for_update(of=ScoreDelivery, key_share=True, skip_locked=True)).all()
    taken = _take(session, chosen, claim=claim, now=now)
    may_make = _where_columns_may_be_made(session, [each.line_item_id for each in taken])
    return [replace(each, creates_columns=each.line_item_id in may_make) for each in taken]


def _where_columns_may_be_made(session: Session, line_item_ids: Collection[int]) -> frozenset[int]:
    """Choose the line items for which one may be made where the platform has none.

    Not where the activity has had one, nor where each brings its own: if there is none, somebody has switched grading off. Open
    edX in its programmatic way, which names no family, waits for the tool to make it.
    """
    if not line_item_ids:
        return frozenset()
    query = (
        select(LineItemRow.id)
        .join(RegistrationRow, RegistrationRow.id == LineItemRow.registration_id)
        .join(Platform, Platform.id == RegistrationRow.platform_id)
        .where(
            LineItemRow.id.in_(line_item_ids),
            LineItemRow.url_since.is_(None),
            func.lower(Platform.product_family).not_in(FAMILIES_WITH_COLUMNS),
        )
    )
    return frozenset(session.scalars(query))


def renew_leases(session: Session, claims: Mapping[int, str], *, now: datetime) -> frozenset[int]:
    """Keep claimed deliveries for another lease; give those that are still this worker's.

    Args:
        claims: names of the claims by delivery.
    """
    query = select(ScoreDelivery.id, ScoreDelivery.claimed_by).where(
        ScoreDelivery.id.in_(list(claims)), ScoreDelivery.state == CLAIMED
    )
    rows = session.execute(query.with_for_update(key_share=True, skip_locked=True)).all()
    ours = [row.id for row in rows if claims[row.id] == row.claimed_by]
    lease_until = now + LEASE
    if ours:
        statement = update(_DELIVERIES).where(_DELIVERIES.c.id.in_(ours))
        session.execute(statement.values(lease_until=lease_until, next_try_at=lease_until, scheduled_at=now))
    return frozenset(ours)


def is_any_lease_expired(session: Session, *, now: datetime) -> bool:
    """Tell whether some worker died with claims, or a clock was ahead; only reads."""
    return session.execute(_expired(now).limit(1)).first() is not None


def release_expired(session: Session, *, now: datetime) -> int:
    """Put back what dead workers had claimed and what a clock that was ahead has put off, and tell how many.

    Whoever takes it sends it anew, which does no harm.
    """
    ids = session.scalars(_expired(now).with_for_update(key_share=True, skip_locked=True).limit(1000)).all()
    if ids:
        statement = update(_DELIVERIES).where(_DELIVERIES.c.id.in_(ids))
        released = {"state": WAITING, "next_try_at": now, "scheduled_at": now, "lease_until": None, "claimed_by": None}
        session.execute(statement.values(released))
    return len(ids)


def _expired(now: datetime) -> Select[int]:
    """Choose claims whose lease has ended, and all that a clock which was ahead has written.

    No living worker's lease ends so far from now, and nobody can have decided in the future when to try again.
    """
    row = ScoreDelivery
    is_from_ahead = or_(row.scheduled_at > now + CLOCK_SLACK, row.next_try_at > now + LONGEST_WAIT)
    return select(row.id).where(
        or_(
            (row.state == CLAIMED) & or_(row.next_try_at <= now, row.next_try_at > now + LEASE + CLOCK_SLACK),
            (row.state == WAITING) & (row.next_try_at > now) & is_from_ahead,
        )
    )


def _due(query: Select[*_Columns], resting: Collection[int], now: datetime) -> Select[*_Columns]:
    """Narrow a query to deliveries whose time has come, of platforms that may be served."""
    query = (
        query.select_from(ScoreDelivery)
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .join(Deployment, Deployment.id == func.coalesce(ResourceLink.deployment_id, LineItemRow.deployment_id))
        .join(RegistrationRow, RegistrationRow.id == LineItemRow.registration_id)
        .where(
            ScoreDelivery.state == WAITING,
            ScoreDelivery.next_try_at <= now,
            RegistrationRow.is_enabled,
            Deployment.status == "approved",
        )
    )
    return query.where(LineItemRow.registration_id.not_in(list(resting))) if resting else query


def _everything() -> Select[*tuple[Any, ...]]:
    # A column that belongs to no link of ours says itself where it lies.
    is_linked = LineItemRow.resource_link_id.is_not(None)
    # The words that belong to this very score: in whichever course they were told of, they are the same.
    comment = (
        select(DueScore.comment)
        .where(
            DueScore.user_id == ScoreDelivery.user_id,
            DueScore.module_slug == ScoreDelivery.module_slug,
            DueScore.score_given == ScoreDelivery.score_given,
        )
        .limit(1)
        .scalar_subquery()
    )
    return select(
        ScoreDelivery.id,
        ScoreDelivery.version,
        ScoreDelivery.score_given,
        ScoreDelivery.tries,
        ScoreDelivery.changed_at,
        ScoreDelivery.last_timestamp,
        ScoreDelivery.module_slug,
        ScoreDelivery.delivered_version,
        ScoreDelivery.sent_of,
        User.sub,
        LineItemRow.registration_id,
        LineItemRow.id.label("line_item_id"),
        LineItemRow.url,
        LineItemRow.score_maximum,
        LineItemRow.is_made_by_us,
        is_linked.label("is_linked"),
        comment.label("comment"),
        case((is_linked, ResourceLink.line_items_url), else_=LineItemRow.line_items_url).label("line_items_url"),
        func.coalesce(ResourceLink.ags_scopes, LineItemRow.scopes, "").label("ags_scopes"),
        func.coalesce(ResourceLink.resource_link_id, LineItemRow.platform_link_id).label("resource_link_id"),
    ).join(User, User.id == ScoreDelivery.user_id)


def _take(session: Session, rows: Sequence[Row[Any]], *, claim: str, now: datetime) -> list[ClaimedDelivery]:
    if not rows:
        return []
    lease_until = now + LEASE
    # The condition stands here again: whatever the engine made of the lock above, of two workers one gets the row.
    taken = set(
        session.scalars(
            update(_DELIVERIES)
            .where(_DELIVERIES.c.id.in_([row.id for row in rows]), _DELIVERIES.c.state == WAITING)
            .values(state=CLAIMED, claimed_by=claim, lease_until=lease_until, next_try_at=lease_until, scheduled_at=now)
            .returning(_DELIVERIES.c.id)
        )
    )
    take_jobs(session, taken)
    after_restore = is_after_restore(session, now=now)
    return [_claimed(row, claim, lease_until, after_restore) for row in rows if row.id in taken]


def _claimed(row: Row[Any], claim: str, lease_until: datetime, after_restore: bool) -> ClaimedDelivery:
    return ClaimedDelivery(
        id=row.id,
        version=row.version,
        score_given=row.score_given,
        tries=row.tries,
        waiting_since=row.changed_at,
        last_timestamp=row.last_timestamp,
        claim=claim,
        lease_until=lease_until,
        module_slug=row.module_slug,
        user_sub=row.sub,
        registration_id=row.registration_id,
        line_item_id=row.line_item_id,
        line_item_url=row.url,
        line_items_url=row.line_items_url,
        scopes=frozenset(row.ags_scopes.split()),
        resource_link_id=row.resource_link_id,
        is_of_known_link=row.is_linked,
        made_by_us_url=row.url if row.is_made_by_us else None,
        score_maximum=row.score_maximum,
        delivered_version=row.delivered_version,
        sent_of=row.sent_of,
        comment=row.comment or "",
        is_after_restore=after_restore,
    )
