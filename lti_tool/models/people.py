"""People as the platforms name them, their roles in courses, and whom mentors accompany."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
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


class Membership(Base):
    """A user's roles in a course, as our Role words, sorted, separated by spaces.

    `roles` is what counts: as long as it is of the last weeks, the person's own launch says whether they teach, else the roster
    does. Both are kept: Moodle's roster calls tutors learners, its launches call them instructors.
    """

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "course_id"), Index("ix_membership_course_id", "course_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
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


class Mentoring(Base):
    """Whose progress a mentor may see in a course (LTI Core 1.3, claim `role_scope_mentor`); no row: it was not said."""

    __tablename__ = "mentoring"
    __table_args__ = (UniqueConstraint("user_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    subs: Mapped[list[str]] = mapped_column(JSON)
    """The platform's ids of those people."""
    told_at: Mapped[datetime]
