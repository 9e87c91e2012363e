"""An installation for the journeys in a real Chromium (the browser itself: tests/conftest.py)."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lti_tool.domain.content.programme import Programme
from tests.installation import Installation, installed
from tests.shipped import SHIPPED_FOLDER, read_programme


@pytest.fixture(scope="session")
def programme() -> Programme:
    """Without electives: what a course learns with that has placed none."""
    return read_programme(SHIPPED_FOLDER).offering(frozenset())


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path, _sqlite_template: Path) -> Iterator[Installation]:
    """The tool and the playground, as `make run` starts them; shared by the tests of one file."""
    folder = tmp_path_factory.mktemp("installation")
    database = folder / "tool.sqlite3"
    subprocess.run(["cp", str(_sqlite_template), str(database)], check=True)
    with installed(folder, f"sqlite:///{database}", keys_folder) as running:
        yield running
        print(running.logs())  # shown where a test failed
