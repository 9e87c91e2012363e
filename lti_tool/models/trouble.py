"""What is the matter with the database, told from its drivers' errors: away for a moment, busy, full, or a fault of ours."""

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Trouble(StrEnum):
    """Why a request could not be served, where the database and not our code is the reason."""

    AWAY = "database_away"
    """It restarts, or a connection to it broke: worth another try at once."""
    COLLIDED = "database_collided"
    """Two transactions stood in each other's way, and this one was chosen to give way: worth another try at once."""
    BUSY = "database_busy"
    """Somebody had to wait for too long already."""
    CANNOT_WRITE = "storage_full"
    """The disk is full, or nothing may be written there."""


# https://www.postgresql.org/docs/current/errcodes-appendix.html
_BY_STATE = {
    "53300": Trouble.AWAY,  # too many connections: those of a server that has just been restarted, for one
    "57P01": Trouble.AWAY,  # an administrator ended the connection
    "57P02": Trouble.AWAY,
    "57P03": Trouble.AWAY,  # it is starting up or shutting down
    "25006": Trouble.CANNOT_WRITE,  # read only: a standby
    "40001": Trouble.COLLIDED,
    "40P01": Trouble.COLLIDED,  # deadlock
    "53100": Trouble.CANNOT_WRITE,  # disk full
    "55P03": Trouble.BUSY,
    "57014": Trouble.BUSY,  # statement timeout
}
# https://www.sqlite.org/rescode.html; the low byte is the primary code.
_BY_RESULT = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_READONLY: Trouble.CANNOT_WRITE,
    sqlite3.SQLITE_IOERR: Trouble.CANNOT_WRITE,
    sqlite3.SQLITE_FULL: Trouble.CANNOT_WRITE,
    sqlite3.SQLITE_CANTOPEN: Trouble.CANNOT_WRITE,
}
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def trouble_of(error: BaseException) -> Trouble | None:
    """Return what is the matter; None: the database is well, and the error is a fault of ours."""
    if isinstance(error, PoolTimeout):
        return Trouble.BUSY
    if isinstance(error, OSError):
        return Trouble.CANNOT_WRITE if error.errno in _NO_ROOM else None
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Trouble.AWAY
    # Beginning a transaction on SQLite goes past SQLAlchemy, which then does not wrap the driver's error.
    told: object = error.orig if isinstance(error, DBAPIError) else error
    result = getattr(told, "sqlite_errorcode", None)
    if result is not None:
        return _BY_RESULT.get(result & 0xFF)
    state = getattr(told, "sqlstate", None)
    if state is not None:
        return Trouble.AWAY if state.startswith("08") else _BY_STATE.get(state)
    # The driver never got as far as an answer of the server.
    return Trouble.AWAY if isinstance(error, OperationalError | InterfaceError) else None
