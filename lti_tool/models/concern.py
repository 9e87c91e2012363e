"""What people ask of the operator, or tell them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class Concern(Base):
    """A wish to be erased, or a barrier that somebody met. It outlives the person: the receipt still says what became of it."""

    __tablename__ = "concern"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the receipt's code, as hexadecimal digits: only who sent it knows the code."""
    kind: Mapped[str] = mapped_column(String(20))
    """`erasure` or `barrier`."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"), index=True)
    """Who wants to be erased; None: nobody's (a barrier), or they have been erased since."""
    page: Mapped[str] = mapped_column(String(300), default="", server_default="")
    text: Mapped[str] = mapped_column(Text, default="", server_default="")
    device: Mapped[str] = mapped_column(String(300), default="", server_default="")
    contact: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """Where an answer should go, as it was typed; forgotten when the concern is closed."""
    state: Mapped[str] = mapped_column(String(20), default="open", server_default="open")
    """`open`, `answered`, `withdrawn` or `done`."""
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    """None: open."""
