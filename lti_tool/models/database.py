"""Opens the database: SQLite in WAL mode or PostgreSQL, with one way to write and one to read."""

import select
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from lti_tool.models.trouble import Trouble, trouble_of
from lti_tool.models.write_turn import WriteTurn

BUSY_TIMEOUT_S = 10
# A server that is gone without a word (power, failover, a firewall) is noticed in seconds, not after a quarter of an hour.
_POSTGRESQL_TIMEOUTS = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# In the pool's entry of a connection: whose turn it can take, and whether it has.
_TURN, _HAS_TURN = "write_turn", "has_write_turn"


@dataclass(frozen=True)
class Database:
    """`with database.write.begin() as session:` changes things, `with database.read() as session:` looks at them."""

    engine: Engine
    write: sessionmaker[Session]
    read: sessionmaker[Session]
    scan: sessionmaker[Session]
    """For looking at what is read in pieces (`yield_per`): in a transaction, which PostgreSQL's cursors want."""
    _commits: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    def __post_init__(self) -> None:
        event.listen(self.write, "after_commit", lambda _: self.count_commit())

    def count_commit(self) -> None:
        """Note that this thread has committed; whoever commits a raw connection says so."""
        self._commits.count = self.commits + 1

    @property
    def commits(self) -> int:
        """How many transactions this thread has committed so far: whether a request has left anything behind."""
        return getattr(self._commits, "count", 0)

    @staticmethod
    def trouble_of(error: BaseException) -> Trouble | None:
        """Return what is the matter with the database; None: the error is a fault of ours."""
        return trouble_of(error)

    @contextmanager
    def raw_connection(self) -> Iterator[PoolProxiedConnection]:
        """Lend a connection for the driver's own cursor, where SQLAlchemy would cost too much; errors come as SQLAlchemy's.

        One that breaks is thrown away: without this the driver's errors would leave it in the pool for the next person.
        """
        dialect = self.engine.dialect
        driver_error: Any = dialect.loaded_dbapi.Error
        connection = None
        try:
            connection = self.engine.raw_connection()
            yield connection
        except driver_error as error:
            is_broken = connection is None or dialect.is_disconnect(error, connection.driver_connection, None)
            if is_broken and connection is not None:
                connection.invalidate(error)
            raise DBAPIError.instance(
                None, None, error, driver_error, hide_parameters=True, connection_invalidated=is_broken, dialect=dialect
            ) from error
        finally:
            if connection is not None:
                connection.close()

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
    is_postgresql = parsed.get_backend_name() == "postgresql"
    # A string in the address wins: operators may know better.
    timeouts = {name: value for name, value in _POSTGRESQL_TIMEOUTS.items() if is_postgresql and name not in parsed.query}
    engine = create_engine(
        parsed, pool_size=pool_size, max_overflow=10, pool_recycle=1800, hide_parameters=True, connect_args=timeouts
    )
    reading = scanning = engine
    if is_postgresql:
        event.listen(engine, "checkout", _notice_broken)
        # Under READ COMMITTED each statement sees what is committed when it begins, in a transaction or without one. Without,
        # a page saves BEGIN and ROLLBACK: two round trips of some six.
        reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        if parsed.database:
            turn = WriteTurn(Path(parsed.database))
            event.listen(engine, "connect", lambda _, entry: entry.record_info.update({_TURN: turn}))
            event.listen(engine, "checkin", _end_turn)
        reading = scanning = engine.execution_options(sqlite_begin="BEGIN")
    return Database(
        engine,
        write=sessionmaker(engine, expire_on_commit=False),
        read=sessionmaker(reading, expire_on_commit=False, autoflush=False),
        scan=sessionmaker(scanning, expire_on_commit=False, autoflush=False),
    )


def _notice_broken(connection: Any, _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
    """Let the pool replace a connection that the server has closed meanwhile.

    A server says nothing on an idle connection but that it ends it. Looking whether there is something to read costs
    microseconds, where asking the server (`pool_pre_ping`) would cost every launch and page a round trip.
    """
    if connection.closed:
        raise DisconnectionError("the connection was closed")
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError("the server has closed the connection")


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
