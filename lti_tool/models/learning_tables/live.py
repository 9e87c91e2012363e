"""The live part: when a course meets, who was there, and what those wrote who make up for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class LiveMeeting(Base):
    """What a course says of one of the programme's live sessions; no row: nothing but what the programme says."""

    __tablename__ = "live_meeting"
    __table_args__ = (UniqueConstraint("course_id", "module_slug", "session_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    session_code: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime | None]
    told_starts_at: Mapped[datetime | None]
    """The latest date that it had: calendars may hold it, also after it was taken back."""
    minutes: Mapped[int | None]
    """None: as long as the programme says."""
    link: Mapped[str] = mapped_column(Text, default="")
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    """It does not take place in this course, so nobody needs it and its hours do not count."""
    revision: Mapped[int] = mapped_column(default=0)
    """Rises with each change, so that a calendar takes the later entry (RFC 5545, section 3.8.7.4)."""
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))


class Attendance(Base):
    """Whether somebody was at a live session of a course, as it stands now."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id", "module_slug", "session_code"),
        Index("ix_attendance_course_id", "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    session_code: Mapped[str] = mapped_column(String(20))
    presence: Mapped[str] = mapped_column(String(20))
    """present, partly, excused, made_up; empty: taken back."""
    changed_at: Mapped[datetime]


class AttendanceChange(Base):
    """One entry of the change log of attendance; only ever added to."""

    __tablename__ = "attendance_change"
    __table_args__ = (Index("ix_attendance_change_course_id_user_id", "course_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    session_code: Mapped[str] = mapped_column(String(20))
    before: Mapped[str] = mapped_column(String(20))
    after: Mapped[str] = mapped_column(String(20))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime]


class FollowUp(Base):
    """What somebody answered to a session's questions (Nachbereitung). Belongs to (user, session), in whichever course."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("user_id", "module_slug", "session_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    session_code: Mapped[str] = mapped_column(String(20))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"))
    """Where it was written last: who teaches there reads the answers, elsewhere only that it is done."""
    answers: Mapped[list[Any]] = mapped_column(JSON)
    """Texts in the order of the questions."""
    programme_version: Mapped[str] = mapped_column(String(20))
    saved_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    """When all questions were answered for the first time; it stays, unless an instructor sends the answers back."""
    returned_at: Mapped[datetime | None]
    """When an instructor sent them back; None: nobody did, or they have been finished since."""
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    return_reason: Mapped[str | None] = mapped_column(Text)
