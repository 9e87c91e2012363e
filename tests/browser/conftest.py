"""A real Chromium for the journeys: one for the whole run, a fresh context for each test."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from lti_tool.bootstrap import SHIPPED_PROGRAMME
from lti_tool.domain.programme import Programme
from lti_tool.programme.reader import read_programme
from tests.installation import Installation, installed
from tests.run import chromium

# Two cores carry browser, tool, playground and the other tests: patience costs nothing where all is well.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(_playwright: Playwright) -> Iterator[Browser]:
    """The Chromium that `make test` has started, or one of our own where a test file runs alone."""
    address = os.environ.get("LTI_TOOL_TEST_CHROMIUM")
    if address:
        connected = _playwright.chromium.connect_over_cdp(address)
        yield connected
        connected.close()
        return
    with chromium() as own:
        if own is None:
            pytest.skip("Chromium is missing. Install it with: apt-get install -y chromium")
        connected = _playwright.chromium.connect_over_cdp(own)
        yield connected
        connected.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without any history, in German."""
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture(scope="session")
def programme() -> Programme:
    return read_programme(SHIPPED_PROGRAMME)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path, _sqlite_template: Path) -> Iterator[Installation]:
    """The tool and the playground, as `make run` starts them; shared by the tests of one file."""
    folder = tmp_path_factory.mktemp("installation")
    database = folder / "tool.sqlite3"
    subprocess.run(["cp", str(_sqlite_template), str(database)], check=True)
    with installed(folder, f"sqlite:///{database}", keys_folder) as running:
        yield running
        print(running.logs())  # shown where a test failed
