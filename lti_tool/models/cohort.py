"""What instructors decide and see of a context: settings, extra attempts, extended time, the roster, content offered to it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class CourseSettings(Base):
    """What a course does differently from the programme's rules; None: as the programme says."""

    __tablename__ = "course_settings"

    id: Mapped[int] = mapped_column(primary_key=True)
    context_id: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"), unique=True)
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
    context_id: Mapped[int | None] = mapped_column(ForeignKey("context.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime]


class ExtendedTime(Base):
    """How much more time somebody gets in a course's quizzes, as percent of the limit (Nachteilsausgleich)."""

    __tablename__ = "extended_time"
    __table_args__ = (UniqueConstraint("user_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    context_id: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    extra_pct: Mapped[int]
    """50: half as long again; 0: no extension any more."""
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime]


class RosterReading(Base):
    """The latest reading of a context's roster."""

    __tablename__ = "roster_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    context_id: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"), unique=True)
    tried_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """The last time that it worked."""
    members: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(100), default="")
    """Code of what went wrong at `tried_at`; empty: nothing."""


class Mentoring(Base):
    """Whose progress a mentor may see in a context (LTI Core 1.3, claim `role_scope_mentor`); no row: it was not said."""

    __tablename__ = "mentoring"
    __table_args__ = (UniqueConstraint("user_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    context_id: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    subs: Mapped[list[str]] = mapped_column(JSON)
    """The platform's ids of those people."""
    told_at: Mapped[datetime]


class DeepLinkingRequest(Base):
    """A platform's request to choose content, kept for the visit that it began."""

    __tablename__ = "deep_linking_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_key: Mapped[str] = mapped_column(String(20), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    deployment_id: Mapped[str] = mapped_column(String(255))
    """As the platform calls it."""
    context_id: Mapped[int | None] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(index=True)


class OfferedItem(Base):
    """Content that was handed to a course in a deep linking response; whether it was saved there, a launch will tell."""

    __tablename__ = "offered_item"
    __table_args__ = (UniqueConstraint("context_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_id: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    item: Mapped[str] = mapped_column(String(100))
    """A module's slug, `workbook` or `certificates`."""
    offered_at: Mapped[datetime]
