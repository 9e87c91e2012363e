"""The versions at hand: read when needed, once, and only the latest few."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.content_versions.shelf import Shelf, VersionUnreadable
from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.models import ContentVersion
from lti_tool.models.database import Database, open_database
from lti_tool.programme.reader import read_programme
from tests.content_versions.conftest import SLUG

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def kept(database: Database, keep: Callable[[Session, str], bool]) -> None:
    with database.write.begin() as session:
        keep(session, "2026.1")
        keep(session, "2026.2")


def test_a_kept_version_is_read_as_it_was(database: Database, folders: dict[str, Path]) -> None:
    shelf = Shelf(database)
    assert shelf.get(Pin(SLUG, "2026.1")) == read_programme(folders["2026.1"])
    assert shelf.get(Pin(SLUG, "2026.1")) is shelf.get(Pin(SLUG, "2026.1"))
    assert shelf.get(Pin(SLUG, "1999.1")) is None


def test_many_threads_that_want_the_same_read_it_once(database: Database) -> None:
    shelf, all_ready = Shelf(database), Barrier(4)
    found: list[Programme | None] = []

    def want() -> None:
        all_ready.wait()
        found.append(shelf.get(Pin(SLUG, "2026.1")))

    threads = [Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(programme) for programme in found}) == 1


def test_only_the_latest_few_stay_but_all_their_drawings(database: Database) -> None:
    shelf = Shelf(database, most=1)
    first = shelf.get(Pin(SLUG, "2026.1"))
    shelf.get(Pin(SLUG, "2026.2"))
    assert first is not None
    name = next(iter(first.figures))
    assert shelf.figure(Pin(SLUG, "2026.1"), name) is first.figures[name]
    assert shelf.get(Pin(SLUG, "2026.1")) is not first
    assert shelf.figure(Pin(SLUG, "1999.1"), name) is None


def test_what_a_newer_release_wrote_is_said_to_be_under_way(database: Database, now: datetime) -> None:
    with database.write.begin() as session:
        session.execute(update(ContentVersion).where(ContentVersion.version == "2026.2").values(archive=_empty_archive()))
    with pytest.raises(VersionUnreadable):
        Shelf(database).get(Pin(SLUG, "2026.2"))


def _empty_archive() -> bytes:
    # An archive without files, as ZIP defines it.
    return b"PK\x05\x06" + bytes(18)
