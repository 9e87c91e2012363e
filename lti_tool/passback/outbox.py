"""The outbox: what somebody's score shall be in each gradebook, written in the transaction that makes the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.lti.claim_names import SCOPE_SCORE
from lti_tool.models import Deployment, LaunchedLink, LineItem, ResourceLink, ScoreDelivery
from lti_tool.passback.delivery import (
    CLAIMED,
    ENQUEUED,
    LINE_ITEM_TROUBLE,
    PARKED,
    RETRIED,
    SCORE_MAXIMUM,
    SUPERSEDED,
    WAITING,
    score_text,
)
from lti_tool.passback.jobs import call_workers
from lti_tool.passback.ledger import Entry, write_entries

_LINE_ITEMS = cast(Table, LineItem.__table__)
_DELIVERIES = cast(Table, ScoreDelivery.__table__)


@dataclass(frozen=True, slots=True)
class _Link:
    """A resource link that takes scores, and its line item as far as we know it."""

    id: int
    registration_id: int
    module_slug: str
    line_item_url: str | None
    line_item_id: int | None
    known_url: str | None

    @property
    def has_moved(self) -> bool:
        """Whether the latest launch names another line item than the one we use."""
        return self.line_item_url is not None and self.line_item_url != self.known_url


def enqueue_scores(
    session: Session, *, user_id: int, module_slug: str, score_given: float, only_in: int | None = None, now: datetime
) -> None:
    """Put a user's score for a module on its way to every resource link of it that they have launched.

    Belongs into the caller's transaction. Repeating it, or calling it with a score that is not higher, changes nothing.

    Args:
        score_given: points of 100.
        only_in: our key of the one context whose links are told; None: all.
    Raises:
        ValueError: the score is not in [0, 100].
    """
    _check(score_given)
    for link in _links_of(session, user_id=user_id, module_slug=module_slug, context_id=only_in):
        _enqueue(session, link, user_id=user_id, score_given=score_given, now=now)


def enqueue_for_link(session: Session, *, user_id: int, resource_link_id: int, score_given: float, now: datetime) -> None:
    """Put a score on its way to one link: the user completed the module first and launched this link of it later.

    Args:
        resource_link_id: our key of the link; one that takes no scores, or that they have not launched, is passed over.
        score_given: points of 100.
    Raises:
        ValueError: the score is not in [0, 100].
    """
    _check(score_given)
    for link in _links_of(session, user_id=user_id, resource_link_id=resource_link_id):
        _enqueue(session, link, user_id=user_id, score_given=score_given, now=now)


def links_without_delivery(session: Session, *, user_id: int, module_slug: str, only_in: int | None = None) -> tuple[int, ...]:
    """List the links that a user's score for a module has not been put on its way to, by our key; only reads.

    A link whose latest launch names another line item than the one in use counts too: `enqueue_for_link` mends that.
    """
    links = _links_of(session, user_id=user_id, module_slug=module_slug, context_id=only_in)
    has_delivery = set(
        session.scalars(
            select(ScoreDelivery.line_item_id).where(
                ScoreDelivery.user_id == user_id, ScoreDelivery.line_item_id.in_([link.line_item_id for link in links])
            )
        )
    )
    return tuple(link.id for link in links if link.has_moved or link.line_item_id not in has_delivery)


def _check(score_given: float) -> None:
    if not 0 <= score_given <= SCORE_MAXIMUM:
        raise ValueError(f"a score lies in 0 to {SCORE_MAXIMUM:g}, not {score_given}")


def _links_of(
    session: Session,
    *,
    user_id: int,
    module_slug: str | None = None,
    resource_link_id: int | None = None,
    context_id: int | None = None,
) -> Sequence[_Link]:
    query = (
        select(
            ResourceLink.id,
            Deployment.registration_id,
            ResourceLink.module_slug,
            ResourceLink.line_item_url,
            ResourceLink.line_items_url,
            ResourceLink.ags_scopes,
            LineItem.id,
            LineItem.url,
        )
        .join(LaunchedLink, LaunchedLink.resource_link_id == ResourceLink.id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .outerjoin(LineItem, LineItem.resource_link_id == ResourceLink.id)
        .where(LaunchedLink.user_id == user_id, ResourceLink.module_slug.is_not(None))
        # One order for all who write: two transactions that meet in several rows wait, and never for each other.
        .order_by(LineItem.id, ResourceLink.id)
    )
    if module_slug is not None:
        query = query.where(ResourceLink.module_slug == module_slug)
    if resource_link_id is not None:
        query = query.where(ResourceLink.id == resource_link_id)
    if context_id is not None:
        query = query.where(ResourceLink.context_id == context_id)
    return [
        _Link(link_id, registration_id, slug or "", own_url, line_item_id, known_url)
        for link_id, registration_id, slug, own_url, list_url, scopes, line_item_id, known_url in session.execute(query)
        # AGS 2.0, section 3.1: without the score scope, or without any address, nothing can be sent.
        if SCOPE_SCORE in scopes.split() and (own_url or list_url)
    ]


def _enqueue(session: Session, link: _Link, *, user_id: int, score_given: float, now: datetime) -> None:
    line_item_id = _ensure_line_item(session, link, now)
    insert = _insert(session, _DELIVERIES).values(
        user_id=user_id,
        line_item_id=line_item_id,
        module_slug=link.module_slug,
        score_given=score_given,
        next_try_at=now,
        scheduled_at=now,
        created_at=now,
        changed_at=now,
    )
    row = _DELIVERIES.c
    # A claimed row stays claimed: who sends the old version finds the new one when it records, so nobody overtakes.
    is_claimed = row.state == CLAIMED
    statement = insert.on_conflict_do_update(
        index_elements=[row.user_id, row.line_item_id],
        set_={
            "score_given": insert.excluded.score_given,
            "version": row.version + 1,
            "state": case((is_claimed, CLAIMED), else_=WAITING),
            "next_try_at": case((is_claimed, row.next_try_at), else_=insert.excluded.next_try_at),
            "scheduled_at": insert.excluded.scheduled_at,
            "tries": 0,
            "last_error": "",
            "changed_at": insert.excluded.changed_at,
        },
        where=row.score_given < insert.excluded.score_given,
    ).returning(row.id, row.version, row.delivered_version)
    written = session.execute(statement).one_or_none()
    if written is None:
        return
    entries = [Entry(written.id, written.version, ENQUEUED, score_text(score_given))]
    if written.version > 1 and written.delivered_version != written.version - 1:
        entries.insert(0, Entry(written.id, written.version - 1, SUPERSEDED))
    write_entries(session, entries, now=now)
    call_workers(session, [written.id])


def _ensure_line_item(session: Session, link: _Link, now: datetime) -> int:
    if link.line_item_id is None:
        session.execute(
            _insert(session, _LINE_ITEMS)
            .values(resource_link_id=link.id, registration_id=link.registration_id, url=link.line_item_url, created_at=now)
            .on_conflict_do_nothing(index_elements=[_LINE_ITEMS.c.resource_link_id])
        )
        return session.scalars(select(LineItem.id).where(LineItem.resource_link_id == link.id)).one()
    if link.has_moved:
        session.execute(update(_LINE_ITEMS).where(_LINE_ITEMS.c.id == link.line_item_id).values(url=link.line_item_url))
        _revive(session, link.line_item_id, now)
    return link.line_item_id


def _revive(session: Session, line_item_id: int, now: datetime) -> None:
    """Give those another chance that were parked because the line item was gone: a launch has named the new one."""
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
    if not parked:
        return
    session.execute(
        update(_DELIVERIES)
        .where(_DELIVERIES.c.id.in_([row.id for row in parked]))
        .values(state=WAITING, next_try_at=now, scheduled_at=now, tries=0, last_error="", changed_at=now)
    )
    write_entries(session, [Entry(row.id, row.version, RETRIED, "line item changed") for row in parked], now=now)
    call_workers(session, [row.id for row in parked])


def _insert(session: Session, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Give the INSERT of this engine that knows ON CONFLICT; both dialects spell it alike."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
