"""A course, what its instructors decide for it and grant its people, and the latest reading of its roster."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class Course(Base):
    """The platform's course room."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("platform_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    context_id: Mapped[str] = mapped_column(String(500))
    """The platform's id of it, under LTI's word."""
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    """The registration of the latest launch from here; services are called in its name."""
    title: Mapped[str] = mapped_column(Text, default="")
    label: Mapped[str] = mapped_column(Text, default="")
    memberships_url: Mapped[str | None] = mapped_column(String(2000))
    claim_names: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Names, never values, of the claims of the latest launch from here, separated by spaces."""
    unusable_claims: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Likewise of those in a shape that nobody can use; they count as absent."""
    told_begin: Mapped[str | None] = mapped_column(String(40))
    """When it begins, as the platform tells it in ISO 8601; empty: it says that there is no such day, None: it never said."""
    told_end: Mapped[str | None] = mapped_column(String(40))
    context_history: Mapped[str | None] = mapped_column(Text)
    """Ids of the courses that it was copied from, as the platform wrote them: it cannot be asked for them afterwards."""
    programme_slug: Mapped[str | None] = mapped_column(String(100))
    """The programme that this course learns with; None: nobody has chosen among several yet."""
    programme_version: Mapped[str | None] = mapped_column(String(20))
    """In which content version; there is one where there is a programme."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class CourseSettingsRow(Base):
    """What a course does differently from the programme's rules; None: as the programme says."""

    __tablename__ = "course_settings"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), unique=True)
    pass_mark_pct: Mapped[int | None]
    attempts: Mapped[int | None]
    time_limit_min: Mapped[int | None]
    """None: no time limit."""
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    conditions: Mapped[str | None] = mapped_column(String(60))
    """What completes a module here: names of parts, separated by spaces; None: as everywhere."""
    practice_rule: Mapped[str | None] = mapped_column(String(20))
    """How the practice task is done; None: its chapters are accepted."""
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))


class ExtraAttempt(Base):
    """One further attempt that somebody was granted, and why. Counts for (user, module) like the attempts themselves."""

    __tablename__ = "extra_attempt"
    __table_args__ = (Index("ix_extra_attempt_user_id_module_slug", "user_id", "module_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    module_slug: Mapped[str] = mapped_column(String(100))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime]


class ExtendedTime(Base):
    """How much more time somebody gets in a course's quizzes, as percent of the limit (Nachteilsausgleich)."""

    __tablename__ = "extended_time"
    __table_args__ = (UniqueConstraint("user_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    extra_pct: Mapped[int]
    """50: half as long again; 0: no extension any more."""
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime]


class RosterReading(Base):
    """The latest reading of a course's roster."""

    __tablename__ = "roster_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), unique=True)
    tried_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """The last time that it worked."""
    members: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(100), default="")
    """Code of what went wrong at `tried_at`; empty: nothing."""
