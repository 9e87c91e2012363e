"""Invites: single-use addresses with which a platform's administrator registers the tool; proposals: what came of some."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class Invite(Base):
    """One invitation; of its secret only the SHA-256 is kept."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    platform_url: Mapped[str | None] = mapped_column(String(500))
    """Only a platform at this address, or below it, may use it; None: any."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """Somebody is registering with it right now: of two clicks one registers."""
    used_at: Mapped[datetime | None]
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"))
    """What it was used for."""
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    """The one registration that it may bring up to date; None: it may only make a new one."""


class Proposal(Base):
    """What came by an invitation and waits for the operator: it would touch a platform that is known here already."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    invite_id: Mapped[int | None] = mapped_column(ForeignKey("invite.id", ondelete="SET NULL"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    """What it would change; None: it would be a new one."""
    reason: Mapped[str] = mapped_column(String(20))
    issuer: Mapped[str] = mapped_column(String(500), index=True)
    client_id: Mapped[str] = mapped_column(String(255))
    told: Mapped[str] = mapped_column(Text)
    """Everything that the administrator or the platform said, as JSON."""
    created_at: Mapped[datetime]
