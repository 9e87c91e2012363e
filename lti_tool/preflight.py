"""What must hold before a process serves people; asked at the start and by monitors."""

import logging
import os
import time
from functools import partial
from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from lti_tool import clock, migrations
from lti_tool.bootstrap import catalogue, secret_key
from lti_tool.content_versions.archive import pack
from lti_tool.content_versions.keep_version import check_not_taken, keep_version
from lti_tool.errors import ConfigurationError, ToolError
from lti_tool.keyring import Keyring
from lti_tool.models import ChoreRow
from lti_tool.models.database import open_database
from lti_tool.models.trouble import Trouble
from lti_tool.parts import Parts
from lti_tool.passback.delivering.after_restore import Sign, notice_restore
from lti_tool.personal_data.erasure_list import Marker, find_returned, read_erasures
from lti_tool.settings import Settings

log = logging.getLogger(__name__)

# Below this the next checkpoint or a larger page may fail.
LEAST_ROOM_BYTES = 16 * 1024 * 1024
# Monitors and strangers may ask as often as they like.
_WRITE_EVERY_S = 15.0


class Readiness:
    """What keeps this process from serving, asked by monitors: one word each; nothing means ready."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._written_at: float | None = None

    def __call__(self) -> list[str]:
        amiss = []
        if self._parts.keyring.signing_kid() is None:
            amiss.append("no_signing_key")
        try:
            found, expected = self._revision(), migrations.newest_revision()
            if found is None or (expected is not None and found < expected):
                return [*amiss, "migrations_pending"]
            problem = self._why_nothing_is_saved()
        except Exception as error:  # of SQLAlchemy or of a driver
            problem = _word_for(self._parts.database.trouble_of(error))
        return [*amiss, problem] if problem else amiss

    def _revision(self) -> str | None:
        # Reading: on SQLite a monitor should not stand in the writers' queue.
        with self._parts.database.read() as session:
            return migrations.revision_seen_by(session.connection())

    def _why_nothing_is_saved(self) -> str:
        """Look for room on the disk, and write a row now and then, so that it is not people at a quiz who notice first."""
        database = self._parts.database
        if not database.is_postgresql and database.engine.url.database:
            disk = os.statvfs(Path(database.engine.url.database).parent)
            if disk.f_bavail * disk.f_frsize < LEAST_ROOM_BYTES:
                return Trouble.CANNOT_WRITE.value
        moment = time.monotonic()
        if self._written_at is not None and moment - self._written_at < _WRITE_EVERY_S:
            return ""
        row = {"name": "readiness", "done_for": self._parts.now()}
        insert = postgresql.insert(ChoreRow) if database.is_postgresql else sqlite.insert(ChoreRow)
        statement = insert.values(row).on_conflict_do_update(index_elements=["name"], set_={"done_for": row["done_for"]})
        with database.write.begin() as session:
            session.execute(statement)
        self._written_at = moment
        return ""


def _word_for(trouble: Trouble | None) -> str:
    return "database_unavailable" if trouble is None or trouble is Trouble.AWAY else trouble.value


def keep_content(settings: Settings) -> None:
    """Keep the programme's present version for the courses that learn with it; on an upgraded database, before serving.

    Raises:
        VersionTaken: in production, files were changed without a new version.
    """
    database = open_database(settings.effective_database_url)
    try:
        for each in catalogue(settings).served:
            with database.write.begin() as session:
                keep_version(
                    session,
                    each.head,
                    each.sha256,
                    partial(pack, each.folder),
                    may_replace=not settings.is_production,
                    now=clock.now(),
                )
    finally:
        database.close()


def look_for_restore(settings: Settings) -> Sign | None:
    """Look for signs that the database was put back from a backup, on an upgraded database, before anything is sent."""
    database = open_database(settings.effective_database_url)
    try:
        sign = notice_restore(database, settings.data_dir, now=clock.now())
    finally:
        database.close()
    if sign is not None and (count := count_erased_who_are_back(settings)):
        log.warning("erased_people_are_back", extra={"people": count, "remedy": "lti-tool people erase-again"})
    return sign


def count_erased_who_are_back(settings: Settings) -> int:
    """Count who is in the list of erasures and in the database as before; 0 where there is no list that can be read."""
    path = settings.effective_erasure_list
    try:
        erasures = read_erasures(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, ToolError):
        # `doctor` says what is wrong with it.
        return 0
    database = open_database(settings.effective_database_url)
    try:
        with database.scan() as session:
            return len(find_returned(session, erasures, [Marker(secret_key(settings))]).people)
    finally:
        database.close()


def check_ready_to_serve(settings: Settings) -> None:
    """Stop the start with a sentence where something is missing; changes nothing.

    Raises:
        ConfigurationError: no key, no database, a database of another release, programme files with errors, or files that were
            changed without a new version.
    """
    Keyring(settings.keys_dir).signing_key()
    programmes = catalogue(settings)
    database = open_database(settings.effective_database_url)
    try:
        found, expected = migrations.current_revision(database.engine), migrations.newest_revision()
        if found is None:
            raise ConfigurationError("The database is empty. Prepare it with `lti-tool db upgrade`.")
        # A newer database is fine: while a rolling upgrade runs, the old release goes on serving.
        if expected is not None and found < expected:
            raise ConfigurationError(
                f"The database is at revision {found}, this release needs {expected}: `lti-tool db upgrade`."
            )
        if settings.is_production:
            with database.read() as session:
                for each in programmes.served:
                    check_not_taken(session, each.head, each.sha256)
    except SQLAlchemyError as err:
        cause = str(getattr(err, "orig", err)).strip().splitlines()[0]
        raise ConfigurationError(f"The database of LTI_TOOL_DATABASE_URL does not answer: {cause}") from err
    finally:
        database.close()
