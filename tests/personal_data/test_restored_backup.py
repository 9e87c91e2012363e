"""Journey 34, the part of the erased: Friday's backup comes back on Monday, and nobody who was erased since comes with it."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL, make_url, select, text

from lti_tool import clock, migrations
from lti_tool.cli import main
from lti_tool.models import Platform, User
from lti_tool.models.database import Database, open_database
from tests.models.test_restore import PROGRAMS

Commands = Callable[..., Result]
SECRET = "s" * 40


def join(database: Database, name: str) -> int:
    """Let somebody be stored as a first launch stores them; gives our number of them."""
    now = clock.now()
    with database.write.begin() as session:
        platform = session.scalars(select(Platform)).one_or_none() or Platform(issuer="https://moodle.test", created_at=now)
        session.add(platform)
        session.flush()
        user = User(platform_id=platform.id, sub=f"sub-{name}", name=name, first_seen_at=now, last_seen_at=now)
        session.add(user)
        session.flush()
        return user.id


def names(database: Database) -> dict[int, str | None]:
    with database.read() as session:
        return {row.id: row.name for row in session.execute(select(User.id, User.name).order_by(User.id))}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[str]:
    """Address of a database that may be thrown away and put back."""
    if request.param == "sqlite":
        yield sqlite_url
        return
    server = make_url(request.getfixturevalue("postgresql_url"))
    own = server.set(database=f"{server.database}_friday")
    _as_admin(server, f"DROP DATABASE IF EXISTS {own.database} WITH (FORCE)", f"CREATE DATABASE {own.database}")
    database = open_database(own.render_as_string(hide_password=False))
    migrations.upgrade(database.engine)
    database.close()
    yield own.render_as_string(hide_password=False)
    _as_admin(server, f"DROP DATABASE IF EXISTS {own.database} WITH (FORCE)")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


def _as_admin(server: URL, *statements: str) -> None:
    admin = open_database(server.render_as_string(hide_password=False))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    admin.close()


def back_up(database: Database, folder: Path) -> Callable[[], None]:
    """Take a backup as docs/operations.md says; what is given puts it back in the database's place."""
    address = database.engine.url
    if not database.is_postgresql:
        copy = folder / "copy.sqlite3"
        _copy(address.database or "", copy)
        return lambda: _copy(copy, address.database or "")
    place = f"--dbname={address.set(drivername='postgresql').render_as_string(hide_password=False)}"
    dump = str(folder / "lti-tool.dump")
    _run("pg_dump", "--format=custom", f"--file={dump}", place)

    def restore() -> None:
        database.close()
        server = address.set(database="postgres")
        _as_admin(server, f"DROP DATABASE {address.database} WITH (FORCE)", f"CREATE DATABASE {address.database}")
        _run("pg_restore", "--exit-on-error", "--no-owner", place, dump)

    return restore


def _copy(source: Path | str, target: Path | str) -> None:
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    reading.backup(writing)
    reading.close()
    writing.close()


def _run(program: str, *arguments: str) -> None:
    subprocess.run([str(PROGRAMS / program), *arguments], check=True, env={**os.environ, "PGUSER": "postgres"})


@pytest.fixture
def command(url: str, tmp_path: Path) -> Commands:
    environment = {"LTI_TOOL_DATABASE_URL": url, "LTI_TOOL_DATA_DIR": str(tmp_path), "LTI_TOOL_SECRET_KEY": SECRET}

    def run(*arguments: str, group: str = "people", typed: str = "") -> Result:
        return CliRunner().invoke(main, [group, *arguments], env=environment, input=typed)

    return run


def test_journey_34_nobody_who_was_erased_comes_back_with_a_restored_backup(
    database: Database, command: Commands, tmp_path: Path
) -> None:
    anna, ben = join(database, "Anna"), join(database, "Ben")
    put_back = back_up(database, tmp_path)
    clara = join(database, "Clara")
    for person in (ben, clara):
        asked = command("erase", str(person), typed="y\n")
        assert asked.exit_code == 0
        assert names_asked(asked) == {ben: "Ben", clara: "Clara"}[person]
    assert names(database) == {anna: "Anna", ben: None, clara: None}
    put_back()
    assert join(database, "Dora") == clara, "the number must come back, or this test shows nothing"
    assert names(database)[ben] == "Ben"

    noticed = command("restored", group="db").output
    assert "1 person who was erased is in the database again: lti-tool people erase-again" in noticed
    said = command("erase-again", typed="n\n")
    assert "sub-Ben  Ben" in said.output
    assert "Dora" not in said.output
    assert names(database)[ben] == "Ben", "nothing is erased before somebody says yes"
    assert command("erase-again", "--yes").exit_code == 0
    assert names(database) == {anna: "Anna", ben: None, clara: "Dora"}
    again = command("erase-again")
    assert again.output == "2 erasures in the list; none of them is in the database again.\n"


def names_asked(asked: Result) -> str:
    """Give the name that stands in the line before the question."""
    line, _, question = asked.output.partition("Is this the person?")[0].partition("\n")
    assert "go for ever" in question
    return line.split("  ")[3]


def test_the_list_may_come_from_elsewhere_and_from_an_earlier_secret(
    database: Database, command: Commands, tmp_path: Path, url: str
) -> None:
    ben = join(database, "Ben")
    put_back = back_up(database, tmp_path)
    line = command("erase", str(ben), "--yes").output.splitlines()[-1]
    put_back()
    (tmp_path / "erased-people.jsonl").unlink()
    missing = command("erase-again", "--yes")
    assert missing.exit_code == 1
    assert "There is no list at" in missing.output
    (tmp_path / "former").write_text(f"{SECRET}\n")
    environment = {"LTI_TOOL_DATABASE_URL": url, "LTI_TOOL_DATA_DIR": str(tmp_path), "LTI_TOOL_SECRET_KEY": "n" * 40}
    unread = CliRunner().invoke(main, ["people", "erase-again", "-", "--yes"], env=environment, input=f"{line}\n")
    assert unread.exit_code == 1
    assert "1 line was written with another SECRET_KEY" in unread.output
    assert names(database) == {ben: "Ben"}
    arguments = ["people", "erase-again", "-", "--former-secret", str(tmp_path / "former"), "--yes"]
    assert CliRunner().invoke(main, arguments, env=environment, input=f"{line}\n").exit_code == 0
    assert names(database) == {ben: None}
