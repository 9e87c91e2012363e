import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from lti_tool.models import Platform
from lti_tool.models.database import Database, open_database
from lti_tool.models.write_turn import WriteTurn

_TAKES_THE_TURN = """
import sys, time
from pathlib import Path
from lti_tool.models.write_turn import WriteTurn
assert WriteTurn(Path(sys.argv[1])).take(5)
print("taken", flush=True)
time.sleep(60)
"""


def test_a_turn_is_taken_by_one_at_a_time(tmp_path: Path) -> None:
    one, other = WriteTurn(tmp_path / "data.sqlite3"), WriteTurn(tmp_path / "data.sqlite3")
    assert one.take(1)
    assert not other.take(0.01)
    one.give_back()
    assert other.take(1)


def test_a_process_that_dies_gives_its_turn_back(tmp_path: Path) -> None:
    database = tmp_path / "data.sqlite3"
    mine = WriteTurn(database)
    process = subprocess.Popen([sys.executable, "-c", _TAKES_THE_TURN, str(database)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"taken\n"
        assert not mine.take(0.01)
    finally:
        process.kill()
        process.communicate()
    assert mine.take(5)


@pytest.fixture
def sqlite(sqlite_url: str) -> Database:
    return open_database(sqlite_url)


def test_a_writer_that_fails_leaves_the_turn_to_the_next(sqlite: Database) -> None:
    with pytest.raises(OperationalError), sqlite.write.begin() as session:
        session.execute(text("UPDATE no_such_table SET x = 1"))
    with sqlite.write.begin() as session:
        assert session.scalars(select(Platform)).all() == []


def test_readers_do_not_wait_for_a_writer(sqlite: Database) -> None:
    with sqlite.write.begin() as writing, sqlite.read() as reading:
        writing.execute(text("UPDATE platform SET product_family = ''"))
        assert reading.scalars(select(Platform)).all() == []
