"""What a participant does: lessons read, attempts made, modules completed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class LessonProgress(Base):
    """How far a user is in a lesson. Belongs to (user, module), wherever the module is placed."""

    __tablename__ = "lesson_progress"
    __table_args__ = (UniqueConstraint("user_id", "module_slug", "lesson_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    lesson_code: Mapped[str] = mapped_column(String(10))
    programme_version: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    position: Mapped[str] = mapped_column(String(200), default="")
    """Anchor of the heading where the reader stopped; empty: the beginning."""
    checks_right: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Ids of the self-checks last answered rightly, separated by spaces; only the reader sees them."""


class TransferNote(Base):
    """What somebody wrote to the Transferfrage of a lesson; nobody else reads it. An empty note has no row."""

    __tablename__ = "transfer_note"
    __table_args__ = (UniqueConstraint("user_id", "module_slug", "lesson_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    lesson_code: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


class Attempt(Base):
    """One try at a module's quiz. Drawn from `seed` and `programme_version`, so that it can be drawn again for review."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("user_id", "module_slug", "number"),
        Index(
            "ix_attempt_ends_at",
            "ends_at",
            postgresql_where=text("submitted_at IS NULL"),
            sqlite_where=text("submitted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    number: Mapped[int]
    """1, 2, 3 …: the unique constraint keeps two tabs from opening two attempts."""
    seed: Mapped[int] = mapped_column(BigInteger)
    programme_version: Mapped[str] = mapped_column(String(20))
    pass_mark_pct: Mapped[int]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"))
    started_at: Mapped[datetime]
    time_limit_min: Mapped[int | None]
    """The course's limit when it began, without anybody's extension; None: no limit."""
    ends_at: Mapped[datetime | None]
    """When its time is over, extension included; only ever moved to later."""
    submitted_at: Mapped[datetime | None]
    is_ended_by_time: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Handed in because its time was over; `submitted_at` is then `ends_at`, whenever somebody noticed."""
    points: Mapped[float | None]
    points_possible: Mapped[int]
    is_passed: Mapped[bool | None]


class AttemptItem(Base):
    """One drawn item of an attempt and what was answered."""

    __tablename__ = "attempt_item"
    __table_args__ = (UniqueConstraint("attempt_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    position: Mapped[int]
    item_id: Mapped[str] = mapped_column(String(20))
    order: Mapped[list[int]] = mapped_column(JSON, name="shown_order")
    """In which order the item's options were shown: authored indices."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    saved_at: Mapped[datetime | None]
    points: Mapped[float | None]


class Completion(Base):
    """A module is passed by a user; once there, it stays."""

    __tablename__ = "completion"
    __table_args__ = (UniqueConstraint("user_id", "module_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    programme_version: Mapped[str] = mapped_column(String(20))
    completed_at: Mapped[datetime]
    had_exam: Mapped[bool] = mapped_column(default=True)
    """False: chapters and attendance completed it; its score is then the full points."""
