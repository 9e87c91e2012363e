"""Who may frame a visit's pages: the platform, also where its pages lie elsewhere than its issuer (fault L11)."""
# ruff: noqa: F401, F811

from collections.abc import Iterator
from typing import Any

import pytest

from lti_tool.lti.claims import claim_names as names
from lti_tool.models.database import Database, open_database
from lti_tool.platforms.registering.registrations import change_service_hosts
from tests.certification.conftest import _serving, app, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import ABSENT, INSTRUCTOR, ISSUER, TOOL_URL
from tests.certification.tool import Tool


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


def ancestors(tool: Tool, landing: str) -> list[str]:
    policy = tool.browser.get(landing, base_url=TOOL_URL).headers["Content-Security-Policy"]
    (directive,) = [part.strip() for part in policy.split(";") if part.strip().startswith("frame-ancestors")]
    return directive.split()[1:]


def framed_after(tool: Tool, **changes: Any) -> list[str]:
    return ancestors(tool, tool.got_in(tool.launch(**changes)))


def test_the_platform_alone_may_frame(tool: Tool) -> None:
    assert framed_after(tool) == ["'self'", ISSUER]


@pytest.mark.parametrize("page", ["https://campus.test/kurs?id=3#top", "https://CAMPUS.test:443/x"])
def test_so_may_the_pages_to_which_a_launch_says_that_people_return(tool: Tool, page: str) -> None:
    assert framed_after(tool, launch_presentation={"return_url": page}) == ["'self'", ISSUER, "https://campus.test"]


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.test;script-src *",
        "https://evil.test,https://other.test/",
        "https://*.test/",
        "https://*/",
        "https://lms@evil.test/",
        "https://evil.test%20https:/",
        "http://campus.test/",
        "about:blank",
        "javascript:alert(1)",
        "https:",
        "*",
    ],
)
def test_a_return_address_that_says_more_than_an_origin_opens_nothing(tool: Tool, page: str) -> None:
    landing = tool.got_in(tool.launch(launch_presentation={"return_url": page}))
    policy = tool.browser.get(landing, base_url=TOOL_URL).headers["Content-Security-Policy"]
    assert ancestors(tool, landing) == ["'self'", ISSUER]
    assert "evil" not in policy
    assert "*" not in policy


def test_so_may_the_pages_where_the_choice_of_content_is_awaited(tool: Tool) -> None:
    settings = {"deep_link_return_url": "https://authoring.test/return", "accept_types": ["ltiResourceLink"]}
    changes = {"message_type": names.DEEP_LINKING_REQUEST, "resource_link": ABSENT, "roles": [INSTRUCTOR]}
    assert framed_after(tool, deep_linking_settings=settings, **changes) == ["'self'", ISSUER, "https://authoring.test"]


def test_so_may_the_pages_where_people_sign_in_and_those_listed(tool: Tool) -> None:
    database = tool.app.extensions["parts"].database
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE registration SET auth_login_url = 'https://login.test/auth'")
    with database.write.begin() as session:
        change_service_hosts(session, tool.registration_id, added=("https://portal.test",), is_production=True)
    assert framed_after(tool) == ["'self'", ISSUER, "https://login.test", "https://portal.test"]


def test_a_refused_launch_is_shown_where_its_platform_is_shown(tool: Tool) -> None:
    answer = tool.launch(version="1.1")
    assert f"frame-ancestors 'self' {ISSUER}" in answer.headers["Content-Security-Policy"]


def test_the_connection_check_names_who_may_frame(tool: Tool) -> None:
    tool.got_in(tool.launch(roles=[INSTRUCTOR], launch_presentation={"return_url": "https://campus.test/x"}))
    landing = tool.got_in(tool.launch(roles=[INSTRUCTOR], launch_presentation={"return_url": "https://campus.test/x"}))
    key = landing.partition("?v=")[2]
    page = tool.browser.get("/lti/check", query_string={"v": key}, base_url=TOOL_URL).text
    assert f"{ISSUER} https://campus.test" in page
