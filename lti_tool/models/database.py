"""Opens the database: SQLite in WAL mode or PostgreSQL, with one way to write and one to read."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from lti_tool.models.write_turn import WriteTurn

BUSY_TIMEOUT_S = 10
# In the pool's entry of a connection: whose turn it can take, and whether it has.
_TURN, _HAS_TURN = "write_turn", "has_write_turn"


@dataclass(frozen=True)
class Database:
    """`with database.write.begin() as session:` changes things, `with database.read() as session:` looks at them."""

    engine: Engine
    write: sessionmaker[Session]
    read: sessionmaker[Session]

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @property
    def connections_in_use(self) -> int:
        """Tell how many connections this process has taken from its pool."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, *, pool_size: int = 10) -> Database:
    """Open the database at a SQLAlchemy URL; nothing is created or upgraded here."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # Names and answers are parameters: an error that is logged shall not tell them.
    engine = create_engine(parsed, pool_size=pool_size, max_overflow=10, pool_recycle=1800, hide_parameters=True)
    reading = engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        if parsed.database:
            turn = WriteTurn(Path(parsed.database))
            event.listen(engine, "connect", lambda _, entry: entry.record_info.update({_TURN: turn}))
            event.listen(engine, "checkin", _end_turn)
        reading = engine.execution_options(sqlite_begin="BEGIN")
    return Database(
        engine,
        sessionmaker(engine, expire_on_commit=False),
        sessionmaker(reading, expire_on_commit=False, autoflush=False),
    )


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver shall not begin transactions by itself: _begin_sqlite does.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a score or certificate once committed survives a power cut; a commit costs 0.1 ms more.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")


def begin_immediate(connection: PoolProxiedConnection) -> None:
    """Begin a SQLite transaction that writes; its turn ends when the connection goes back to the pool.

    IMMEDIATE takes the write lock at the start: a transaction that reads first and writes later could not get it in the middle
    without failing ("database is locked" in spite of busy_timeout).
    """
    entry = connection.record_info
    if entry is not None and _TURN in entry and not entry.get(_HAS_TURN):
        entry[_HAS_TURN] = entry[_TURN].take(BUSY_TIMEOUT_S)
    connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]


def _end_turn(_: sqlite3.Connection | None, entry: ConnectionPoolEntry) -> None:
    if entry.record_info.pop(_HAS_TURN, False):  # type: ignore[union-attr]
        entry.record_info[_TURN].give_back()  # type: ignore[index]


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("sqlite_begin") is not None:
        connection.exec_driver_sql("BEGIN")
    else:
        begin_immediate(connection.connection)
