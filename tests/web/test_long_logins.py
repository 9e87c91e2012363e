"""Logins whose hints are too long for an address (fault L9): as long as a request may be, with and without cookies in a frame."""
# ruff: noqa: F401, F811

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.models.database import Database, open_database
from tests.certification.conftest import _serving, app, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import TOOL_URL
from tests.certification.tool import Begun, Tool

IN_FRAME = {"Sec-Fetch-Dest": "iframe"}
AT_THE_TOP = {"Sec-Fetch-Dest": "document"}
# Neither is made short by packing; the second has signs that addresses and pages write in several.
LONG = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(61))[:3900]
VERY_LONG = LONG + "é&<\"' " * 600


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


def form_of(answer: TestResponse, marked: str = "data-send-after") -> tuple[str, dict[str, str]]:
    """Give where a page posts itself, and what."""
    assert answer.status_code in (200, 403), answer.text
    form = re.search(rf'<form[^>]* action="([^"]+)"[^>]*{marked}[^>]*>(.*?)</form>', answer.text, re.DOTALL)
    assert form is not None, answer.text
    fields = re.findall(r'<input type="hidden" name="([^"]+)"(?: id="kept")? value="([^"]*)"', form[2])
    return html.unescape(form[1]), {name: html.unescape(value) for name, value in fields}


def begun_by(query: dict[str, str]) -> Begun:
    return Begun(query["nonce"], query["state"], query)


def queried(answer: TestResponse) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def post(browser: FlaskClient, address: str, form: dict[str, str], headers: dict[str, str] | None = None) -> TestResponse:
    return browser.post(address.removeprefix(TOOL_URL), data=form, base_url=TOOL_URL, headers=headers)


@pytest.mark.parametrize("name", ["lti_message_hint", "login_hint"])
def test_a_hint_of_4096_characters_travels_in_the_address(tool: Tool, name: str) -> None:
    changes: dict[str, Any] = {name: "x" * 4096}
    begun = tool.begin(headers=AT_THE_TOP, **changes)
    assert begun.query[name] == "x" * 4096
    tool.got_in(tool.post(tool.token(begun), begun.state))


@pytest.mark.parametrize("name", ["lti_message_hint", "login_hint"])
def test_what_is_too_long_for_an_address_is_posted_to_the_platform(tool: Tool, name: str) -> None:
    changes: dict[str, Any] = {name: VERY_LONG}
    answer = tool.login(headers=AT_THE_TOP, **changes)
    address, form = form_of(answer)
    assert address == "https://moodle.test/mod/lti/auth.php"
    assert form[name] == VERY_LONG
    assert form["redirect_uri"] == "https://tool.test/lti/launch"
    assert (form["scope"], form["response_type"], form["prompt"]) == ("openid", "id_token", "none")
    assert "form-action" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'type="submit"' in answer.text
    tool.got_in(tool.post(tool.token(begun_by(form)), form["state"]))


@pytest.mark.parametrize("hint", [LONG, VERY_LONG])
def test_a_long_login_in_a_frame_is_checked_by_a_page_that_posts_itself(tool: Tool, hint: str) -> None:
    address, form = form_of(tool.login(headers=IN_FRAME, lti_message_hint=hint))
    assert address == "https://tool.test/lti/login"
    second = post(tool.browser, address, form, IN_FRAME)
    query = queried(second) if hint == LONG else form_of(second)[1]
    assert query["lti_message_hint"] == hint
    tool.got_in(tool.post(tool.token(begun_by(query)), query["state"]))


@pytest.mark.parametrize("headers", [IN_FRAME, None])
def test_a_long_login_in_a_frame_without_cookies_offers_a_new_window(tool: Tool, headers: dict[str, str] | None) -> None:
    # Browsers older than 2023 do not say that they load a frame.
    address, form = form_of(tool.login(headers=headers, lti_message_hint=LONG))
    answer = post(tool.another_browser(), address, form, headers)
    assert answer.status_code == 403
    new_window, login = form_of(answer, 'target="_blank"')
    assert (new_window, login["lti_message_hint"]) == ("/lti/login", LONG)
    tool.refused(answer, "cookie_missing")
    window = tool.another_browser()
    query = queried(post(window, new_window, login, AT_THE_TOP))
    tool.got_in(tool.post(tool.token(begun_by(query)), query["state"], browser=window))


def test_a_long_login_is_kept_by_the_platform_where_it_offers_that(tool: Tool) -> None:
    address, form = form_of(tool.login(headers=IN_FRAME, lti_message_hint=VERY_LONG, lti_storage_target="_parent"))
    frame = tool.another_browser()
    kept = post(frame, address, form, IN_FRAME)
    value = re.search(r'data-value="([^"]+)"', kept.text)
    assert value is not None
    next_address, query = form_of(kept, "data-posts")
    assert next_address == "https://moodle.test/mod/lti/auth.php"
    # The platform answers into the same frame, which still has no cookie; the page there asks for what was kept.
    asking = tool.post(tool.token(begun_by(query)), query["state"], browser=frame)
    assert 'id="errand"' in asking.text
    assert "<button" not in asking.text
    again = {"id_token": tool.token(begun_by(query)), "state": query["state"], "kept_login": html.unescape(value[1])}
    offered = post(frame, "/lti/launch", again, {"Origin": TOOL_URL})
    assert 'name="handover"' in offered.text


def test_a_check_of_a_long_login_without_its_hints_is_refused(tool: Tool) -> None:
    _, form = form_of(tool.login(headers=IN_FRAME, lti_message_hint=LONG))
    answer = tool.browser.get("/lti/login", query_string={"check": form["check"]}, base_url=TOOL_URL)
    tool.refused(answer, "state_missing")


def test_another_browsers_check_goes_nowhere(tool: Tool) -> None:
    _, form = form_of(tool.login(headers=IN_FRAME, lti_message_hint=LONG))
    forged = form | {"login_hint": "somebody else"}
    answer = post(tool.another_browser(), "/lti/login", forged, IN_FRAME)
    tool.refused(answer, "cookie_missing")


def test_a_launch_that_comes_without_cookie_after_all_says_what_to_do(tool: Tool) -> None:
    _, form = form_of(tool.login(headers=IN_FRAME, lti_message_hint=VERY_LONG))
    begun = begun_by(form_of(post(tool.browser, "/lti/login", form, IN_FRAME))[1])
    answer = tool.post(tool.token(replace(begun)), begun.state, browser=tool.another_browser())
    assert "Erlauben Sie Cookies" in answer.text
    tool.refused(answer, "cookie_missing")


def test_a_hint_larger_than_a_request_may_be_is_too_large(tool: Tool) -> None:
    assert tool.login(lti_message_hint="x" * 70_000).status_code == 413


@pytest.mark.parametrize("name", ["iss", "client_id"])
def test_no_zero_reaches_the_database(tool: Tool, name: str) -> None:
    changes: dict[str, Any] = {"client_id": None, name: "a\x00b"}
    tool.refused(tool.login(**changes), "registration_unknown")
