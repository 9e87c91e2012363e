"""A database that blinks: broken connections are noticed, and what is the matter is told from the drivers' errors."""

import errno
import time
from datetime import datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from lti_tool.models import Platform
from lti_tool.models.database import Database, open_database
from lti_tool.models.trouble import Trouble, trouble_of


@pytest.fixture
def postgresql(postgresql_url: str) -> str:
    return postgresql_url


def end_all_connections(url: str) -> None:
    """End what others have open, as a restart of the server or an administrator does, and wait until it is so."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    admin = open_database(url)
    with admin.engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        while connection.scalar(text(f"SELECT count(*) {others}")):
            connection.rollback()
            time.sleep(0.02)
    admin.close()


def fill_pool(database: Database, count: int) -> None:
    connections = [database.engine.connect() for _ in range(count)]
    for connection in connections:
        connection.close()


def in_the_drivers_hands(database: Database, *statements: str) -> Any:
    """Execute statements past SQLAlchemy and give the first row of the last."""
    with database.raw_connection() as connection:
        driver: Any = connection.driver_connection
        for statement in statements[:-1]:
            driver.execute(statement)
        return driver.execute(statements[-1]).fetchone()


def write_much(database: Database, pragma: str, now: datetime) -> None:
    with database.write.begin() as session:
        session.execute(text(pragma))
        session.add_all([Platform(issuer=f"https://{number}.example/{'x' * 900}", created_at=now) for number in range(200)])


def test_connections_that_the_server_ended_cost_nobody_anything(postgresql: str) -> None:
    database = open_database(postgresql)
    fill_pool(database, 5)
    end_all_connections(postgresql)
    for _ in range(6):
        with database.read() as session:
            assert session.scalar(text("SELECT 1")) == 1
    database.close()


def test_the_drivers_own_cursor_gets_a_sound_connection_too(postgresql: str) -> None:
    database = open_database(postgresql)
    fill_pool(database, 3)
    end_all_connections(postgresql)
    for _ in range(4):
        assert in_the_drivers_hands(database, "SELECT 1") == (1,)
    database.close()


def test_a_connection_that_breaks_in_the_drivers_hands_is_told_as_such_and_thrown_away(postgresql: str) -> None:
    database = open_database(postgresql)
    with pytest.raises(DBAPIError) as told:
        in_the_drivers_hands(database, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert trouble_of(told.value) is Trouble.AWAY
    assert in_the_drivers_hands(database, "SELECT 1") == (1,)
    database.close()


def test_an_error_of_ours_is_no_trouble_of_the_database(database: Database) -> None:
    for statement in ("SELECT nothing FROM nowhere", "SELEC"):
        with pytest.raises(DBAPIError) as told, database.read() as session:
            session.execute(text(statement))
        assert trouble_of(told.value) is None
    assert trouble_of(KeyError("x")) is None


def test_a_server_that_nobody_finds_is_away(tmp_path: Path) -> None:
    database = open_database(f"postgresql://nobody@/none?host={tmp_path}")
    with pytest.raises(OperationalError) as told, database.read() as session:
        session.execute(text("SELECT 1"))
    assert trouble_of(told.value) is Trouble.AWAY
    with pytest.raises(OperationalError) as told, database.raw_connection():
        pass
    assert trouble_of(told.value) is Trouble.AWAY
    database.close()


def test_two_transactions_in_each_others_way_are_told_as_such(postgresql: str, now: datetime) -> None:
    database = open_database(postgresql)
    with database.write.begin() as session:
        session.execute(text("DELETE FROM platform WHERE issuer IN ('a', 'b')"))
        session.add_all([Platform(issuer=issuer, created_at=now) for issuer in "ab"])
    both_have_one, troubles = Barrier(2), []

    def lock(first: str, second: str) -> None:
        try:
            with database.write.begin() as session:
                session.execute(select(Platform).where(Platform.issuer == first).with_for_update())
                both_have_one.wait(10)
                session.execute(select(Platform).where(Platform.issuer == second).with_for_update())
        except DBAPIError as error:
            troubles.append(trouble_of(error))

    threads = [Thread(target=lock, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == [Trouble.COLLIDED]
    with database.write.begin() as session:
        session.execute(text("DELETE FROM platform WHERE issuer IN ('a', 'b')"))
    database.close()


def test_a_full_disk_and_a_read_only_one_are_told_as_such(sqlite_url: str, now: datetime) -> None:
    database = open_database(sqlite_url)
    for pragma in ("PRAGMA max_page_count = 1", "PRAGMA query_only = ON"):
        with pytest.raises(OperationalError) as told:
            write_much(database, pragma, now)
        assert trouble_of(told.value) is Trouble.CANNOT_WRITE
        database.engine.dispose()
    database.close()


def test_a_full_disk_in_the_drivers_hands_is_told_as_such(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with pytest.raises(DBAPIError) as told:
        in_the_drivers_hands(database, "PRAGMA max_page_count = 1", "CREATE TABLE large (text TEXT)")
    assert trouble_of(told.value) is Trouble.CANNOT_WRITE
    database.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_file_that_finds_no_room_is_the_same(number: int) -> None:
    assert trouble_of(OSError(number, "x")) is Trouble.CANNOT_WRITE
    assert trouble_of(OSError(errno.ENOENT, "x")) is None


def test_what_a_thread_has_committed_is_counted_for_that_thread(database: Database) -> None:
    before = database.commits
    with database.write.begin():
        pass
    with database.read() as session:
        session.execute(text("SELECT 1"))
    assert database.commits == before + 1
    seen = []
    thread = Thread(target=lambda: seen.append(database.commits))
    thread.start()
    thread.join()
    assert seen == [0]
