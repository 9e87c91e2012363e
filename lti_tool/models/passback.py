"""Scores on their way: line items, the outbox, its ledger, access tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class LineItem(Base):
    """The gradebook column that a resource link's scores go to; `url` is None until it was found or made."""

    __tablename__ = "line_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_link_id: Mapped[int] = mapped_column(ForeignKey("resource_link.id", ondelete="CASCADE"), unique=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    url: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime]


class ScoreDelivery(Base):
    """The outbox: the score that one user shall have in one line item, and how far it got.

    One row per (user, line item): a newer score raises `version` in the same row, so order needs no queue.
    `state` is waiting, claimed, delivered or parked.
    """

    __tablename__ = "score_delivery"
    __table_args__ = (
        UniqueConstraint("user_id", "line_item_id"),
        Index("ix_score_delivery_state_next_try_at", "state", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    line_item_id: Mapped[int] = mapped_column(ForeignKey("line_item.id", ondelete="CASCADE"), index=True)
    module_slug: Mapped[str] = mapped_column(String(100))
    score_given: Mapped[float]
    """In points of 100."""
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    scheduled_at: Mapped[datetime | None]
    """When `next_try_at` was decided: if that lies ahead of us, a clock that was ahead decided it. None: not known."""
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    last_error: Mapped[str] = mapped_column(Text, default="")
    """Short code of the last failure, e.g. `http_503`, `timeout`, `user_not_gradable`; empty: none."""
    last_timestamp: Mapped[datetime | None]
    """The score's timestamp last sent; the next one must be later by a second (Moodle compares whole seconds)."""
    delivered_version: Mapped[int | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class DeliveryEvent(Base):
    """The ledger: each change of a delivery, for people who want to know what happened."""

    __tablename__ = "delivery_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    score_delivery_id: Mapped[int] = mapped_column(ForeignKey("score_delivery.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    event: Mapped[str] = mapped_column(String(20))
    """enqueued, superseded, delivered, delayed, parked, retried."""
    detail: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)


class AccessToken(Base):
    """A platform's access token, shared by all processes until shortly before it expires."""

    __tablename__ = "access_token"
    __table_args__ = (UniqueConstraint("registration_id", "scopes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    scopes: Mapped[str] = mapped_column(String(1000))
    """The asked scopes, sorted, separated by spaces."""
    granted_scopes: Mapped[str] = mapped_column(String(1000), default="")
    token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
