"""Security headers: who may frame a page, what it may load, who may keep it; keys and health for machines."""
# ruff: noqa: F401, F811

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lti_tool.models.database import Database, open_database
from lti_tool.web.endpoints.health import set_readiness
from tests.certification.conftest import _serving, app, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import TOOL_URL
from tests.certification.tool import Tool


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


def get(tool: Tool, address: str) -> TestResponse:
    return tool.browser.get(address, base_url=TOOL_URL)


def ancestors(answer: TestResponse) -> str:
    (directive,) = [part.strip() for part in answer.headers["Content-Security-Policy"].split(";") if "frame-ancestors" in part]
    return directive.removeprefix("frame-ancestors ")


def test_a_launched_page_may_be_framed_by_its_platform_alone(tool: Tool) -> None:
    answer = get(tool, tool.got_in(tool.launch()))
    assert ancestors(answer) == "'self' https://moodle.test"
    assert "X-Frame-Options" not in answer.headers


def test_a_public_page_may_be_framed_by_nobody(tool: Tool) -> None:
    answer = get(tool, "/lti/jwks")
    assert ancestors(answer) == "'none'"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_refused_launch_shows_its_page_in_the_platforms_frame(tool: Tool) -> None:
    answer = tool.launch(version="11.3")
    assert ancestors(answer) == "'self' https://moodle.test"


def test_a_refusal_of_an_unknown_platform_may_be_shown_anywhere(tool: Tool) -> None:
    assert ancestors(tool.login(iss="https://unknown.test")) == "*"


def test_nothing_inline_and_nothing_foreign_may_run(tool: Tool) -> None:
    policy = get(tool, tool.got_in(tool.launch())).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "form-action 'self'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy


def test_the_new_window_form_may_lead_on_to_the_platform(tool: Tool) -> None:
    begun = tool.begin()
    answer = tool.post(tool.token(begun), begun.state, browser=tool.another_browser())
    assert "form-action" not in answer.headers["Content-Security-Policy"]


def test_personal_pages_and_refusals_are_kept_by_nobody(tool: Tool) -> None:
    landing = tool.got_in(tool.launch())
    for answer in (get(tool, landing), get(tool, "/modules"), tool.login(), tool.launch(), tool.launch(sub=4)):
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_answer_names_its_type_and_tells_no_referrer(tool: Tool) -> None:
    for address in ("/lti/jwks", "/livez", "/nothing-here", tool.got_in(tool.launch())):
        headers = get(tool, address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_page_that_is_not_there_is_a_page_for_people(tool: Tool) -> None:
    answer = get(tool, "/nothing-here")
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht." in answer.get_data(as_text=True)


def test_a_fault_of_ours_is_a_500_with_the_reference_of_its_log_line(app: Flask, tool: Tool) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise KeyError("a name that nobody shall see")

    answer = get(tool, "/broken")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "nobody shall see" not in page
    (record,) = [record for record in tool.caplog.records if record.getMessage() == "request_failed"]
    assert record.__dict__["reference"] in page


def test_refusals_come_in_english_where_the_browser_asks_for_it(tool: Tool) -> None:
    answer = tool.browser.get("/nothing-here", base_url=TOOL_URL, headers={"Accept-Language": "en-GB,en"})
    assert '<html lang="en">' in answer.get_data(as_text=True)


def test_the_public_keys_may_be_kept_for_an_hour_and_hold_no_private_half(tool: Tool) -> None:
    answer = get(tool, "/lti/jwks")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.content_type == "application/json"
    (key,) = json.loads(answer.data)["keys"]
    assert key["kty"] == "RSA"
    assert {"kid", "n", "e"} <= set(key)
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


def test_livez_answers_whatever_else_is_amiss(tool: Tool) -> None:
    assert get(tool, "/livez").status_code == 200


def test_readyz_tells_strangers_whether_and_not_why(app: Flask, tool: Tool) -> None:
    set_readiness(app, lambda: ["database"])
    answer = get(tool, "/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "not ready"})
    set_readiness(app, lambda: [])
    answer = get(tool, "/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_readyz_asks_the_database_once_a_second_however_often_it_is_asked(app: Flask, tool: Tool) -> None:
    asked: list[int] = []
    set_readiness(app, lambda: asked.append(1) or [])  # type: ignore[func-returns-value]
    for _ in range(20):
        assert get(tool, "/readyz").status_code == 200
    assert len(asked) <= 3
