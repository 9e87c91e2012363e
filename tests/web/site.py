"""The application with the two courses of `two_courses.py`, served for a real Chromium: fixtures to be imported."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from lti_tool.domain.people import Visitor
from lti_tool.models import WorkbookChapter
from lti_tool.models.database import Database, open_database
from tests.shipped import read_programme
from tests.web.two_courses import TwoCourses
from tests.workbook.cast import MONDAY
from tests.workbook.site import a_site

PROGRAMME = read_programme()


@dataclass
class Site:
    world: TwoCourses
    address: str

    def enter(self, page: Page, path: str, role: str) -> None:
        page.goto(f"{self.address}/enter/{role}?to={path}")


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def site(sqlite_url: str, database: Database, tmp_path: Path) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    people: dict[str, Visitor] = {}
    address = f"http://localhost:{port}"
    app = a_site(sqlite_url, tmp_path, people, programme=PROGRAMME, address=address)
    world = TwoCourses.build(app, database, now=MONDAY)
    people.update(world.courses["A"].people)
    with database.write.begin() as session:
        session.add(WorkbookChapter(workbook_id=1, number=1, status="submitted", changed_at=MONDAY))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Site(world, address)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
