"""Kept versions of the programme's files."""

from datetime import date, datetime

from sqlalchemy import LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lti_tool.models.base import Base


class ContentVersion(Base):
    """One version of a programme as it was first seen. Of the same programme, a later id is a newer version."""

    __tablename__ = "content_version"
    __table_args__ = (UniqueConstraint("programme_slug", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_slug: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(20))
    """As programme.toml says; attempts, completions and certificates name it."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the files' names and contents."""
    archive: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    """ZIP of the files."""
    dated_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text)
    """The authors' change note."""
    module_slugs: Mapped[str] = mapped_column(Text)
    """Separated by spaces: what a launch may ask for, without reading the archive."""
    first_seen_at: Mapped[datetime]
