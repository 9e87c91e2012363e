"""What participants keep of the case library."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class MarkedCase(Base):
    """A case that somebody has marked for their strategy draft; seen by nobody else."""

    __tablename__ = "marked_case"
    __table_args__ = (UniqueConstraint("user_id", "programme_slug", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"))
    programme_slug: Mapped[str] = mapped_column(String(100))
    case_id: Mapped[str] = mapped_column(String(100))
    """As the programme's files name it; a later version may lack it."""
    marked_at: Mapped[datetime]
