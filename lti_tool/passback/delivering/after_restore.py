"""Notices that our data were put back from a backup. Then what stands in a gradebook is read before anything is sent.

What waited when the backup was taken may have been sent since, and a better score after it; what somebody reached since is not
in our data at all. So for a year nothing is sent without a look, whatever it is: a better grade stays.

Two signs are looked for whenever a process starts, besides the operator's own word (`lti-tool db restored`): the database is
another one than the data say (a dump goes into a new database), and the ledger has fewer lines than a file beside the data saw.
Where neither tells, as with a copy made a moment ago, nothing can be lost either but that moment.
"""

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lti_tool.models import DatabaseIdentity, DeliveryEvent, Restoration, ScoreDelivery
from lti_tool.models.database import Database
from lti_tool.passback.delivery import CLAIMED, WAITING
from lti_tool.passback.outbox import insert_into

log = logging.getLogger(__name__)

Sign = Literal["operator", "other_database", "older_ledger"]

LOOKS_FIRST_FOR: Final = timedelta(days=365)
MARK: Final = "ledger-mark"
_IDENTITIES: Any = DatabaseIdentity.__table__


def is_after_restore(session: Session, *, now: datetime) -> bool:
    """Whether our data were put back from a backup within the last year."""
    latest = session.scalar(select(func.max(Restoration.noticed_at)))
    return latest is not None and latest > now - LOOKS_FIRST_FOR


def note_restored(session: Session, *, how: Sign, now: datetime) -> int:
    """Note that the data were put back; return how many scores wait, all of which are sent after a look only."""
    session.add(Restoration(noticed_at=now, how=how))
    _note_identity(session)
    waiting = select(func.count()).where(ScoreDelivery.state.in_((WAITING, CLAIMED)))
    count = session.scalar(waiting) or 0
    log.warning("database_restored", extra={"sign": how, "waiting": count})
    return count


def notice_restore(database: Database, folder: Path, *, now: datetime) -> Sign | None:
    """Look for signs that the data were put back, before anything is sent; return what was found.

    Args:
        folder: where the file lies that saw the ledger's end.
    """
    with database.write.begin() as session:
        sign = _sign(session, folder)
        if sign is not None:
            note_restored(session, how=sign, now=now)
        else:
            _note_identity(session)
        end = _end_of_ledger(session)
    _write_mark(folder, end)
    return sign


def mark_ledger(database: Database, folder: Path) -> None:
    """Keep in mind how far the ledger has got, so that an older one is noticed. Where nothing can be written, nothing is."""
    with database.read() as session:
        end = _end_of_ledger(session)
    if end > _read_mark(folder):
        _write_mark(folder, end)


def _sign(session: Session, folder: Path) -> Sign | None:
    known = session.scalar(select(DatabaseIdentity.identity).where(DatabaseIdentity.id == 1))
    if known is not None and known != _identity(session):
        return "other_database"
    return "older_ledger" if _end_of_ledger(session) < _read_mark(folder) else None


def _note_identity(session: Session) -> None:
    insert = insert_into(session, _IDENTITIES).values(id=1, identity=_identity(session))
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"identity": insert.excluded.identity}))


def _identity(session: Session) -> str:
    """Name the database that this is, so that a dump of it which lies in another one is not taken for it."""
    engine = session.get_bind()
    if engine.dialect.name != "postgresql":
        path = engine.engine.url.database or ""
        try:
            return f"file {os.stat(path).st_ino}"
        except OSError:
            return "memory"
    number = session.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    try:
        with session.begin_nested():
            cluster = session.scalar(text("SELECT system_identifier FROM pg_control_system()"))
    except SQLAlchemyError:  # not everybody may ask
        cluster = ""
    return f"database {number} {cluster}".rstrip()


def _end_of_ledger(session: Session) -> int:
    return session.scalar(select(func.max(DeliveryEvent.id))) or 0


def _read_mark(folder: Path) -> int:
    try:
        return int((folder / MARK).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _write_mark(folder: Path, end: int) -> None:
    try:
        half = folder / f"{MARK}.new"
        half.write_text(f"{end}\n", encoding="ascii")
        half.replace(folder / MARK)
    except OSError as err:
        log.info("ledger_not_marked", extra={"reason": type(err).__name__})
