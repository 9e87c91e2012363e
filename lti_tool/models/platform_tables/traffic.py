"""How often somebody came: one bucket for each source and door, shared by all processes."""

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class RateBucket(Base):
    """The bucket of one source at one door. The source is a keyed hash, never an address."""

    __tablename__ = "rate_bucket"

    source_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    full_at: Mapped[float] = mapped_column(Float(53), index=True)
    """Seconds since 1970 at which the bucket is full again; from then on the row says nothing and may go."""
