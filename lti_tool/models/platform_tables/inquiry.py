"""What people want to be asked of their platform."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class Inquiry(Base):
    """Something to be asked of a platform because somebody opened a page: the worker asks, the page shows what came of it.

    One row for each kind and place, however often it is wished for; the latest answer stays until there is a newer one.
    """

    __tablename__ = "inquiry"
    __table_args__ = (UniqueConstraint("kind", "place"), Index("ix_inquiry_is_open", "is_open", "asked_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(60))
    """What it is about, as one text, because a unique constraint tells no missing columns apart."""
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    resource_link_id: Mapped[int | None] = mapped_column(ForeignKey("resource_link.id", ondelete="CASCADE"))
    is_open: Mapped[bool]
    """It waits, or somebody is asking just now."""
    asked_at: Mapped[datetime]
    """When somebody wished for it first since the last answer."""
    tries: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    """A worker that has not answered by then has died."""
    answered_at: Mapped[datetime | None]
    answer: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
