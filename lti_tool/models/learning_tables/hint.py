"""What readers tell the authors about a lesson or a case. Who wrote it is not stored."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class LessonHint(Base):
    """One hint. The versions say what the reader had before them."""

    __tablename__ = "lesson_hint"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_key: Mapped[str] = mapped_column(String(40), unique=True)
    """From the hidden field of the form: sent twice, stored once."""
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), index=True)
    module_slug: Mapped[str] = mapped_column(String(100))
    lesson_code: Mapped[str] = mapped_column(String(10))
    """Empty, as the module is: the hint is about a case."""
    lesson_version: Mapped[str] = mapped_column(String(20))
    """Of a case, which has no version: the day up to which its facts were looked at."""
    case_id: Mapped[str] = mapped_column(String(100), default="", server_default="")
    programme_version: Mapped[str] = mapped_column(String(20))
    heading: Mapped[str] = mapped_column(String(200))
    """The heading it is about, as it read; empty: the whole."""
    text: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    """None: open."""
