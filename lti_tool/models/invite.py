"""Invites: single-use addresses with which a platform's administrator registers the tool."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class Invite(Base):
    """One invitation; of its secret only the SHA-256 is kept."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    platform_url: Mapped[str | None] = mapped_column(String(500))
    """Only a platform at this host may use it; None: any."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """Somebody is registering with it right now: of two clicks one registers."""
    used_at: Mapped[datetime | None]
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"))
    """What it was used for."""
