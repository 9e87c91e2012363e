"""Regular chores of the workers: which is done for when, so that of several processes one does it."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class ChoreRow(Base):
    """The latest moment that a chore was done for; on PostgreSQL procrastinate keeps this itself."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    done_for: Mapped[datetime]
