"""Brings a database to the newest revision; the revisions are in versions/.

Web processes only compare revisions and do so without alembic, which would cost each of them 11 MB.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent
# Two processes that start at once must not both migrate; the number is arbitrary but fixed.
_ADVISORY_LOCK = 7_203_141


def _config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade the database; a second process that tries the same waits and then finds nothing to do."""
    from alembic import command  # noqa: PLC0415 - see above

    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to a revision."""
    from alembic import command  # noqa: PLC0415 - see above

    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def current_revision(engine: Engine) -> str | None:
    """Tell which revision the database has; None for an empty one."""
    with engine.connect() as connection:
        return revision_seen_by(connection)


def revision_seen_by(connection: Connection) -> str | None:
    """Return which revision the database of a connection has; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def newest_revision() -> str | None:
    """Tell which revision this release expects: each file's name begins with its own."""
    return max((path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py")), default=None)
