"""INSERT … ON CONFLICT on both engines."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.models.base import Base


def insert_for(session: Session, model: type[Base]) -> "postgresql.Insert | sqlite.Insert":
    """Return an insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return sqlite.insert(model)
