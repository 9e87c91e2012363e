"""A database that blinks costs no page and no answer; one that is away or full is told, with what to do."""
# ruff: noqa: F401, F811

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from lti_tool import preflight
from lti_tool.models import RateBucket
from lti_tool.models.database import Database, open_database
from lti_tool.parts import Parts
from lti_tool.web.endpoints import health
from lti_tool.web.parts import parts as parts_of_app
from lti_tool.web.visits.browser_session import csrf_field, without_csrf
from tests.certification.conftest import (
    _serving,
    app,
    clock,
    key_server,
    keyring,
    make_app,
    parts,
    platform_key,
    tool,
)
from tests.certification.platform import TOOL_URL
from tests.certification.tool import Tool
from tests.models.test_trouble import end_all_connections, fill_pool

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
END_MINE = text("SELECT pg_terminate_backend(pg_backend_pid())")


def post(tool: Tool, page: str) -> int:
    token = re.search(r'name="csrf_token" value="([^"]+)"', tool.browser.get(page, base_url=TOOL_URL).get_data(as_text=True))
    assert token is not None
    return tool.browser.post(page, data={"csrf_token": token[1]}, base_url=TOOL_URL).status_code


def count_rows(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(RateBucket)) or 0


def a_page(app: Flask, act: Callable[[Session, int], None], *, is_without_csrf: bool = False) -> None:
    """Add a page whose POST writes a row and does `act` with the number of its run, in one transaction."""
    runs = []

    def view() -> str:
        runs.append(1)
        with parts_of_app().database.write.begin() as session:
            session.add(RateBucket(source_hash=f"run {len(runs)}", full_at=0))
            session.flush()
            act(session, len(runs))
        return str(csrf_field())

    app.add_url_rule("/writes", "writes", without_csrf(view) if is_without_csrf else view, methods=["POST"])
    app.add_url_rule("/writes", "form", lambda: str(csrf_field()), methods=["GET"])


def address(tool: Tool) -> str:
    return "/writes?" + tool.got_in(tool.launch()).partition("?")[2]


@ON_POSTGRESQL
class TestARestart:
    def test_no_page_and_no_launch_notices_that_all_connections_were_ended(
        self, tool: Tool, database: Database, database_url: str
    ) -> None:
        for _ in range(3):
            fill_pool(database, 5)
            end_all_connections(database_url)
            landing = tool.got_in(tool.launch())
            end_all_connections(database_url)
            assert tool.browser.get(landing, base_url=TOOL_URL).status_code == 200
            end_all_connections(database_url)
            assert tool.browser.get("/readyz", base_url=TOOL_URL).status_code == 200

    def test_what_is_saved_when_the_connection_breaks_is_saved_once(self, app: Flask, tool: Tool, database: Database) -> None:
        def break_once(session: Session, run: int) -> None:
            if run == 1:
                session.execute(END_MINE)

        a_page(app, break_once)
        assert post(tool, address(tool)) == 200
        assert count_rows(database) == 1

    def test_two_who_stand_in_each_others_way_both_get_through(self, app: Flask, tool: Tool, database: Database) -> None:
        def collide(session: Session, run: int) -> None:
            if run == 1:
                session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$"))

        a_page(app, collide)
        assert post(tool, address(tool)) == 200
        assert count_rows(database) == 1

    def test_what_a_platform_sends_is_not_done_twice(self, app: Flask, tool: Tool, database: Database) -> None:
        def after_a_first_step(session: Session, run: int) -> None:
            with parts_of_app().database.write.begin() as other:
                other.add(RateBucket(source_hash=f"step {run}", full_at=0))
            session.execute(END_MINE)

        a_page(app, after_a_first_step, is_without_csrf=True)
        assert tool.browser.post("/writes", base_url=TOOL_URL).status_code == 503
        assert count_rows(database) == 1

    def test_a_launch_whose_connection_breaks_gets_in(self, tool: Tool, database: Database) -> None:
        begun = tool.begin()
        token = tool.token(begun)
        broken: list[object] = []

        def end_it(connection: object, entry: object, proxy: object) -> None:
            if not broken:
                broken.append(connection)
                end_all_connections(database.engine.url.render_as_string(hide_password=False))

        # After the pool has looked at it, so that the launch's own statement meets a connection that is no more.
        event.listen(database.engine, "checkout", end_it)
        tool.got_in(tool.post(token, begun.state))
        assert broken


@ON_POSTGRESQL
def test_a_database_that_stays_away_is_told_and_readiness_is_red(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.web.failures.once_more.PATIENCE_S", 0.3)
    gone = open_database("postgresql://nobody@/none?host=/nowhere")
    app = make_app(replace(parts, database=gone))
    app.add_url_rule("/reads", "reads", lambda: str(count_rows(gone)))
    browser = app.test_client()
    answer = browser.get("/reads", base_url=TOOL_URL)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "Die Datenbank ist gerade nicht erreichbar." in answer.get_data(as_text=True)
    told = browser.get("/reads", base_url=TOOL_URL, headers={"Accept": "application/json"})
    assert told.get_json()["code"] == "database_away"
    assert browser.get("/readyz", base_url=TOOL_URL).status_code == 503
    assert preflight.Readiness(replace(parts, database=gone))() == ["database_unavailable"]


@ON_SQLITE
class TestAFullDisk:
    def test_it_is_told_with_what_to_do_and_nothing_is_half_done(self, app: Flask, tool: Tool, database: Database) -> None:
        def fill(session: Session, run: int) -> None:
            session.execute(text("PRAGMA max_page_count = 1"))
            session.add_all([RateBucket(source_hash=f"{number:064}", full_at=0) for number in range(2000)])
            session.flush()

        a_page(app, fill)
        page = address(tool)
        assert post(tool, page) == 503
        database.engine.dispose()
        assert count_rows(database) == 0
        assert tool.browser.get(page, base_url=TOOL_URL).status_code == 200

    def test_readiness_says_so(self, tool: Tool, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "REMEMBERED_S", 0)
        assert tool.browser.get("/readyz", base_url=TOOL_URL).status_code == 200
        monkeypatch.setattr(preflight, "LEAST_ROOM_BYTES", 2**62)
        assert tool.browser.get("/readyz", base_url=TOOL_URL).status_code == 503
        assert preflight.Readiness(parts)() == ["storage_full"]

    def test_readiness_writes_a_row_to_see_whether_that_works(self, parts: Parts, database: Database) -> None:
        readiness = preflight.Readiness(parts)
        event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON"))
        database.engine.dispose()
        assert readiness() == ["storage_full"]
