"""What is placed in a course: links, who launched them, and what deep linking asked for and offered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class ResourceLink(Base):
    """One placed link. Its id is unique within its deployment only (LTI Core 1.3, section 5.3.5)."""

    __tablename__ = "resource_link"
    __table_args__ = (
        UniqueConstraint("deployment_id", "resource_link_id"),
        Index("ix_resource_link_course_id", "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"))
    resource_link_id: Mapped[str] = mapped_column(String(500))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text, default="")
    module_slug: Mapped[str | None] = mapped_column(String(100))
    """From the custom parameter `module`, or set by an instructor; None: not set up yet."""
    page: Mapped[str] = mapped_column(String(100), default="", server_default="")
    """From the custom parameters `page` and `case`: `workbook`, `certificates`, `cases`, `cases/<id>`; empty: for a module."""
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


class DeepLinkingRequest(Base):
    """A platform's request to choose content, kept for the visit that it began."""

    __tablename__ = "deep_linking_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_key: Mapped[str] = mapped_column(String(20), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    deployment_id: Mapped[str] = mapped_column(String(255))
    """As the platform calls it."""
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(index=True)


class OfferedItem(Base):
    """Content that was handed to a course in a deep linking response; whether it was saved there, a launch will tell."""

    __tablename__ = "offered_item"
    __table_args__ = (UniqueConstraint("course_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    item: Mapped[str] = mapped_column(String(100))
    """A `Placeable.key`: a module's slug, or a page as in `ResourceLink.page`."""
    offered_at: Mapped[datetime]
