"""The Reifegrad: how a person rates their municipality, at the beginning and at the end of the programme."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class ReifegradRound(Base):
    """One of a user's two self-assessments."""

    __tablename__ = "reifegrad_round"
    __table_args__ = (UniqueConstraint("user_id", "programme_slug", "moment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    programme_slug: Mapped[str] = mapped_column(String(100))
    moment: Mapped[str] = mapped_column(String(20))
    """before or after."""
    programme_version: Mapped[str] = mapped_column(String(20))
    saved_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    """When all dimensions were rated and the person said so; later changes leave it."""


class ReifegradRating(Base):
    """What one dimension was given. No level: only evidence was noted so far."""

    __tablename__ = "reifegrad_rating"
    __table_args__ = (UniqueConstraint("reifegrad_round_id", "dimension"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reifegrad_round_id: Mapped[int] = mapped_column(ForeignKey("reifegrad_round.id", ondelete="CASCADE"))
    dimension: Mapped[int]
    level: Mapped[int | None]
    evidence: Mapped[str] = mapped_column(Text)
