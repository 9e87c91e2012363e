"""Scores on their way: what is due, line items and the looks at them, the outbox, its ledger, access tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class LineItemRow(Base):
    """A gradebook column that takes scores for a module; `url` is None until it was found or made.

    It belongs to a resource link that somebody has launched, or it was found in the course's list: then it belongs to a link
    that nobody has launched, or to none, and says itself where it lies.
    """

    __tablename__ = "line_item"
    __table_args__ = (
        Index(
            "uq_line_item_course_id_url",
            "course_id",
            "url",
            unique=True,
            postgresql_where=text("resource_link_id IS NULL"),
            sqlite_where=text("resource_link_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_link_id: Mapped[int | None] = mapped_column(ForeignKey("resource_link.id", ondelete="CASCADE"), unique=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    deployment_id: Mapped[int | None] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"))
    """This, and what follows up to `scopes`, only where it belongs to no link of ours."""
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    module_slug: Mapped[str | None] = mapped_column(String(100))
    platform_link_id: Mapped[str | None] = mapped_column(String(500))
    """The platform's id of the link that it belongs to, which nobody has launched yet; None: it belongs to none."""
    line_items_url: Mapped[str | None] = mapped_column(String(2000))
    scopes: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(String(2000))
    url_since: Mapped[datetime | None]
    """Since when `url` holds: what was delivered before went into another column."""
    score_maximum: Mapped[float | None]
    """The column's own points; None: not read yet, or the platform names none that makes sense."""
    is_made_by_us: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Made through the service; the activity's own column wins as soon as there is one."""
    gone_at: Mapped[datetime | None]
    """When the platform said that there is none (any more); None: as far as we know there is one."""
    unlisted_at: Mapped[datetime | None]
    """When a look at the course's list no longer found it there; None: it did, or nobody has looked."""
    created_at: Mapped[datetime]


class DueScore(Base):
    """What a course's gradebook is to be told of a person's module, whether a column for it is known or not.

    Belongs to a course, or to a single link where the platform names no course.
    """

    __tablename__ = "due_score"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id", "module_slug"),
        UniqueConstraint("user_id", "resource_link_id", "module_slug"),
        Index("ix_due_score_course_id_module_slug", "course_id", "module_slug"),
        Index("ix_due_score_resource_link_id", "resource_link_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    resource_link_id: Mapped[int | None] = mapped_column(ForeignKey("resource_link.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    score_given: Mapped[float]
    """In points of 100; it only ever rises."""
    comment: Mapped[str] = mapped_column(String(100), default="")
    """What was reached, in words for who reads the gradebook; empty: nothing to add."""
    told_at: Mapped[datetime]


class ColumnLook(Base):
    """When a course's columns are to be looked at, and what the last look found."""

    __tablename__ = "column_look"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    wanted_at: Mapped[datetime | None] = mapped_column(index=True)
    """Since when somebody waits for a look; None: nobody does."""
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[datetime | None]
    """The last time that it worked."""
    compared_at: Mapped[datetime | None]
    """When results were last compared with what was delivered."""
    problem: Mapped[str] = mapped_column(String(100), default="")
    """Code of what is wrong: `no_service`, `no_list`, or why the last try failed; empty: nothing."""


class ScoreDelivery(Base):
    """The outbox: the score that one user shall have in one line item, and how far it got.

    One row per (user, line item): a newer score raises `version` in the same row, so order needs no queue.
    `state` is waiting, claimed, delivered, parked, or missing: it was delivered, and somebody has emptied the cell since.
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
    sent_of: Mapped[float | None]
    """The maximum that it was last sent with; None: 100."""
    standing: Mapped[float | None]
    """What the last look found in the gradebook instead of ours, in points of 100; None: ours, nothing, or not looked."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class DeliveryEvent(Base):
    """The ledger: each change of a delivery, for people who want to know what happened."""

    __tablename__ = "delivery_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    score_delivery_id: Mapped[int] = mapped_column(ForeignKey("score_delivery.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    event: Mapped[str] = mapped_column(String(20))
    """See `passback.delivery`: enqueued, superseded, delivered, delayed, parked, retried, moved, emptied and so on."""
    detail: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)


class Restoration(Base):
    """The database was put back from a backup: what waits in it may have been sent, and bettered, since."""

    __tablename__ = "restoration"

    id: Mapped[int] = mapped_column(primary_key=True)
    noticed_at: Mapped[datetime]
    how: Mapped[str] = mapped_column(String(20))
    """Who noticed: `operator`, `other_database` or `older_ledger`."""


class DatabaseIdentity(Base):
    """Which database this was when we last looked: a dump that is put into another one brings it along."""

    __tablename__ = "database_identity"

    id: Mapped[int] = mapped_column(primary_key=True)
    """Always 1."""
    identity: Mapped[str] = mapped_column(String(200))


class AccessTokenRow(Base):
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
