"""The strategy draft: its fields with their versions, what was handed in or shown to others, and what they said to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class Workbook(Base):
    """A user's draft in a programme. Its row is locked while anything in it changes, so two tabs take turns."""

    __tablename__ = "workbook"
    __table_args__ = (UniqueConstraint("user_id", "programme_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    programme_slug: Mapped[str] = mapped_column(String(100))
    hides_questions: Mapped[bool] = mapped_column(default=False)
    """The author has put the guiding questions away."""
    created_at: Mapped[datetime]


class WorkbookChapter(Base):
    """Where a chapter stands; no row: nothing was written yet."""

    __tablename__ = "workbook_chapter"
    __table_args__ = (UniqueConstraint("workbook_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workbook_id: Mapped[int] = mapped_column(ForeignKey("workbook.id", ondelete="CASCADE"))
    number: Mapped[int]
    """As the programme numbers it; 0 is the summary, -1 the cover."""
    status: Mapped[str] = mapped_column(String(20))
    changed_at: Mapped[datetime]


class WorkbookField(Base):
    """What a field holds now; `version` rises with every change, so that a stale tab is noticed."""

    __tablename__ = "workbook_field"
    __table_args__ = (UniqueConstraint("workbook_id", "field_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workbook_id: Mapped[int] = mapped_column(ForeignKey("workbook.id", ondelete="CASCADE"))
    field_id: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]


class WorkbookVersion(Base):
    """A kept earlier (or the present) state of a field."""

    __tablename__ = "workbook_version"
    __table_args__ = (Index("ix_workbook_version_workbook_field_id", "workbook_field_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workbook_field_id: Mapped[int] = mapped_column(ForeignKey("workbook_field.id", ondelete="CASCADE"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(20))
    """saved; restored; conflict: typed in another tab and set aside."""
    is_closed: Mapped[bool] = mapped_column(default=False)
    """Later saves begin a new version."""
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]


class WorkbookEdition(Base):
    """A chapter frozen at one moment: handed in to the Lernbegleitung, or shown to the members of a course."""

    __tablename__ = "workbook_edition"
    __table_args__ = (
        UniqueConstraint("workbook_id", "chapter_number", "kind", "number"),
        Index("ix_workbook_edition_course_id", "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workbook_id: Mapped[int] = mapped_column(ForeignKey("workbook.id", ondelete="CASCADE"))
    chapter_number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    """submission or release."""
    number: Mapped[int]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"))
    """Where it was handed in; to whose members it is shown."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    programme_version: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Taken back by its author, or replaced by a later one."""
    decision: Mapped[str] = mapped_column(String(20), default="")
    """Of a submission: accepted, returned; empty: not read yet."""
    decided_at: Mapped[datetime | None]


class WorkbookFeedback(Base):
    """What somebody said to an edition, criterion by criterion."""

    __tablename__ = "workbook_feedback"
    __table_args__ = (
        UniqueConstraint("workbook_edition_id", "author_id", "number"),
        Index("ix_workbook_feedback_author_id", "author_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workbook_edition_id: Mapped[int] = mapped_column(ForeignKey("workbook_edition.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    number: Mapped[int]
    """1, 2 …: an instructor may say something twice; two clicks make one."""
    kind: Mapped[str] = mapped_column(String(20))
    """instructor or peer."""
    ratings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By criterion id: {"rating": …, "comment": …}."""
    comment: Mapped[str] = mapped_column(Text, default="")
    is_confirmed: Mapped[bool] = mapped_column(default=False)
    """A member of the course finds the task done."""
    given_at: Mapped[datetime]
