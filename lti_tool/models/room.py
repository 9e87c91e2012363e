"""People and places as the platforms name them: users, contexts, memberships, links."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class User(Base):
    """The platform's person: (platform, sub). Names are kept only for the roster and the certificate."""

    __tablename__ = "lti_user"
    __table_args__ = (UniqueConstraint("platform_id", "sub"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    sub: Mapped[str] = mapped_column(String(255))
    name: Mapped[str | None] = mapped_column(Text)
    """As the platform sends it, NFC; None where it withholds it."""
    certificate_name: Mapped[str | None] = mapped_column(Text)
    """What the person gave or confirmed for their certificate."""
    locale: Mapped[str] = mapped_column(String(20), default="")
    is_blocked: Mapped[bool] = mapped_column(default=False)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Context(Base):
    """The platform's course room."""

    __tablename__ = "context"
    __table_args__ = (UniqueConstraint("platform_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    context_id: Mapped[str] = mapped_column(String(500))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    """The registration of the latest launch from here; services are called in its name."""
    title: Mapped[str] = mapped_column(Text, default="")
    label: Mapped[str] = mapped_column(Text, default="")
    memberships_url: Mapped[str | None] = mapped_column(String(2000))
    claim_names: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Names, never values, of the claims of the latest launch from here, separated by spaces."""
    unusable_claims: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Likewise of those in a shape that nobody can use; they count as absent."""
    programme_version: Mapped[str | None] = mapped_column(String(20))
    """The content version that this course learns with; None: opened by a release that knew of none."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Membership(Base):
    """A user's roles in a context, as our Role words, sorted, separated by spaces.

    `roles` is what counts: as long as it is of the last weeks, the person's own launch says whether they teach, else the roster
    does. Both are kept: Moodle's roster calls tutors learners, its launches call them instructors.
    """

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "context_id"), Index("ix_membership_context_id", "context_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    context_id: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    roles: Mapped[str] = mapped_column(String(200), default="")
    launch_roles: Mapped[str | None] = mapped_column(String(200))
    """Of the latest launch; None: the person has never launched from here."""
    launched_at: Mapped[datetime | None]
    roster_roles: Mapped[str | None] = mapped_column(String(200))
    """Of the latest roster that had the person; None: none has."""
    is_gone: Mapped[bool] = mapped_column(default=False)
    """No longer in the platform's roster; kept because attempts and scores stay."""
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class ResourceLink(Base):
    """One placed link. Its id is unique within its deployment only (LTI Core 1.3, section 5.3.5)."""

    __tablename__ = "resource_link"
    __table_args__ = (
        UniqueConstraint("deployment_id", "resource_link_id"),
        Index("ix_resource_link_context_id", "context_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"))
    resource_link_id: Mapped[str] = mapped_column(String(500))
    context_id: Mapped[int | None] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text, default="")
    module_slug: Mapped[str | None] = mapped_column(String(100))
    """From the custom parameter `module`, or set by an instructor; None: not set up yet."""
    page: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """From the custom parameter `page`: `workbook` or `certificates`; empty: the link is for a module."""
    line_item_url: Mapped[str | None] = mapped_column(String(2000))
    """AGS `lineitem` of the latest launch; None where it was absent or empty."""
    line_items_url: Mapped[str | None] = mapped_column(String(2000))
    ags_scopes: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class LaunchedLink(Base):
    """This user has launched this link: so this link gets this user's score for its module."""

    __tablename__ = "launched_link"
    __table_args__ = (
        UniqueConstraint("user_id", "resource_link_id"),
        Index("ix_launched_link_resource_link_id", "resource_link_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    resource_link_id: Mapped[int] = mapped_column(ForeignKey("resource_link.id", ondelete="CASCADE"))
    first_launched_at: Mapped[datetime]
    last_launched_at: Mapped[datetime]
