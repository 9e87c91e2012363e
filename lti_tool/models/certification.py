"""Certificates: the fact, its public handle, and the document as it was made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lti_tool.models.base import Base


class Certificate(Base):
    """One certificate of one person.

    `subject` is `programme` for the whole programme or a module's slug; `serial` counts reissues of the same, from 1. The
    person may be erased later: then `user_id` is None and what stays answers whether the paper is genuine.
    """

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("user_id", "programme_slug", "subject", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    programme_slug: Mapped[str] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(String(100))
    serial: Mapped[int] = mapped_column(default=1)
    check_code: Mapped[str] = mapped_column(String(40), unique=True)
    """Normalised: upper case, without separators."""
    name: Mapped[str] = mapped_column(Text)
    """As printed."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Everything that is printed, as it was at issue."""
    issued_at: Mapped[datetime]
    pdf: Mapped[bytes | None] = deferred(mapped_column(LargeBinary, nullable=True))
    """Typeset once from `facts`, right after the issue; never made again."""
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why the document could not be set (a letter no font has); then a human must look."""
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id", ondelete="SET NULL"))
