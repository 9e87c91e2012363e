"""No page that everybody opens may read a large table from end to end: each of its queries has an index to go by."""
# ruff: noqa: F401, F811

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, text

from lti_tool.app import create_app
from lti_tool.models.database import Database, open_database
from lti_tool.parts import Parts
from lti_tool.passback.delivering import claim_deliveries
from tests.certification.conftest import _serving, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import TOOL_URL
from tests.certification.tool import Clock, Tool

# What grows with people; the others hold some rows for each platform or course.
LARGE = (
    "attempt",
    "attempt_item",
    "completion",
    "delivery_event",
    "due_score",
    "launched_link",
    "lesson_progress",
    "lti_user",
    "membership",
    "score_delivery",
    "workbook_field",
)


@pytest.fixture
def database(postgresql_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    # Tables are empty here, so a plan with an index must be the only one allowed where there is one.
    separator = "&" if "?" in postgresql_url else "?"
    from tests.conftest import _empty

    _empty(postgresql_url)
    database = open_database(f"{postgresql_url}{separator}options=-c%20enable_seqscan%3Doff")
    yield database
    database.close()


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts=parts)


class Listener:
    """Keeps every statement with its values."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.heard: dict[str, object] = {}
        event.listen(database.engine, "before_cursor_execute", self._hear)

    def _hear(self, _c: object, _cursor: object, statement: str, values: object, _context: object, is_many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            self.heard.setdefault(statement, values[0] if is_many else values)  # type: ignore[index]

    def whole_reads(self) -> list[str]:
        """List the statements that cannot but read a large table whole."""
        event.remove(self._database.engine, "before_cursor_execute", self._hear)
        found = []
        with self._database.engine.connect() as connection:
            for statement, values in self.heard.items():
                rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()  # type: ignore[arg-type]
                plan = "\n".join(rows)
                if any(re.search(rf"Seq Scan on {table}\b", plan) for table in LARGE):
                    found.append(f"{statement}\n{plan}")
        return found


def test_the_setting_shows_what_has_no_index(database: Database) -> None:
    listener = Listener(database)
    with database.engine.connect() as connection:
        connection.execute(text("SELECT id FROM lti_user WHERE locale = 'de'"))
    assert len(listener.whole_reads()) == 1


def test_launch_pages_and_course_page_go_by_indexes(database: Database, tool: Tool) -> None:
    listener = Listener(database)
    landing = tool.got_in(tool.launch())
    query = landing[landing.index("?") :]
    for path in (landing, "/modules" + query, "/certificates" + query, "/workbook" + query):
        assert tool.browser.get(path, base_url=TOOL_URL).status_code == 200, path
    teacher = tool.got_in(tool.launch(roles=["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]))
    answer = tool.browser.get("/course" + teacher[teacher.index("?") :], base_url=TOOL_URL)
    assert answer.status_code == 200
    assert len(listener.heard) > 30
    assert listener.whole_reads() == []


def test_the_worker_goes_by_indexes(database: Database, clock: Clock) -> None:
    listener = Listener(database)
    now = clock()
    with database.write.begin() as session:
        assert not claim_deliveries.is_anything_due(session, resting=(), now=now)
        assert claim_deliveries.claim_deliveries(session, claim="a", limit=10, now=now) == []
        assert claim_deliveries.claim_unresolved(session, claim="a", limit=10, now=now) == []
        assert claim_deliveries.claim_probe(session, registration_id=1, claim="a", now=now) == []
        assert claim_deliveries.release_expired(session, now=now) == 0
    assert len(listener.heard) > 3
    assert listener.whole_reads() == []
