"""A login kept by the platform where the frame has no cookies, from the tool's side and from an attacker's."""
# ruff: noqa: F401, F811

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.models.database import Database, open_database
from tests.certification.conftest import _serving, app, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import TOOL_URL
from tests.certification.tool import Begun, Tool, cookie_names

IN_FRAME = {"Sec-Fetch-Dest": "iframe"}
OWN_PAGE = {"Origin": TOOL_URL}
LAUNCH = "/lti/launch"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


def errand_of(answer: TestResponse) -> dict[str, str]:
    """Give what the page's script has to do."""
    form = re.search(r'<form id="errand"[^>]*>', answer.get_data(as_text=True))
    assert form is not None
    return {name: unescape(value) for name, value in re.findall(r'data-([a-z]+)="([^"]*)"', form[0])}


def begin_without_cookies(tool: Tool, browser: FlaskClient | None = None) -> tuple[Begun, dict[str, str]]:
    """Log in where no cookie comes back; give what goes to the platform, and what is put into its storage."""
    first = tool.login(headers=IN_FRAME, browser=tool.another_browser(), lti_storage_target="_parent")
    page = (browser or tool.another_browser()).get(first.location, base_url=TOOL_URL)
    assert page.status_code == 403
    tool.caplog.clear()
    errand = errand_of(page)
    query = {name: values[0] for name, values in parse_qs(urlsplit(errand["next"]).query).items()}
    return Begun(query["nonce"], query["state"], query), errand


def post(tool: Tool, begun: Begun, kept: str | None, origin: str | None = TOOL_URL) -> TestResponse:
    form = {"id_token": tool.token(begun), "state": begun.state} | ({} if kept is None else {"kept_login": kept})
    headers = {"Origin": origin} if origin else {}
    return tool.another_browser().post(LAUNCH, data=form, base_url=TOOL_URL, headers=headers)


def handover_of(answer: TestResponse) -> str:
    assert answer.status_code == 403
    found = re.search(r'name="handover" value="([^"]+)"', answer.get_data(as_text=True))
    assert found is not None
    return found[1]


def test_cookies_come_first_and_the_platform_is_asked_for_nothing(tool: Tool) -> None:
    first = tool.login(headers=IN_FRAME, lti_storage_target="_parent")
    second = tool.browser.get(first.location, base_url=TOOL_URL)
    assert second.status_code == 302
    query = {name: values[0] for name, values in parse_qs(urlsplit(second.location).query).items()}
    begun = Begun(query["nonce"], query["state"], query)
    tool.got_in(tool.post(tool.token(begun), begun.state))


def test_without_a_cookie_the_login_goes_to_the_platforms_authentication_origin_alone(tool: Tool) -> None:
    begun, errand = begin_without_cookies(tool)
    assert errand["frame"] == "_parent"
    assert errand["origin"] == "https://moodle.test"
    assert errand["next"].startswith("https://moodle.test/mod/lti/auth.php?")
    # The nonce is in the sealed value; the platform's own page could read it anyway.
    assert len(errand["value"]) < 4096
    assert begun.nonce not in errand["key"]


def test_browsers_too_old_to_say_that_they_load_a_frame_are_checked_where_storage_is_offered(tool: Tool) -> None:
    assert "/lti/login?check=" in tool.login(lti_storage_target="_parent").location
    assert "/lti/login?check=" not in tool.login().location
    assert "/lti/login?check=" not in tool.login(lti_storage_target="_parent", headers={"Sec-Fetch-Dest": "document"}).location


@pytest.mark.parametrize("target", ["", "a b", "x" * 101, "<script>", "frame/../top"])
def test_a_frame_that_cannot_be_one_is_taken_for_none(tool: Tool, target: str) -> None:
    first = tool.login(headers=IN_FRAME, lti_storage_target=target)
    page = tool.another_browser().get(first.location, base_url=TOOL_URL)
    assert page.status_code == 403
    assert 'id="errand"' not in page.get_data(as_text=True)
    assert 'target="_blank"' in page.get_data(as_text=True)


def test_a_launch_without_its_cookie_asks_the_platform_and_offers_a_window_meanwhile(tool: Tool) -> None:
    begun, kept = begin_without_cookies(tool)
    answer = post(tool, begun, None, origin="https://moodle.test")
    errand = errand_of(answer)
    assert errand["key"] == kept["key"]
    assert errand["origin"] == "https://moodle.test"
    assert errand["value"] == errand["next"] == ""
    assert 'target="_blank"' in answer.get_data(as_text=True)
    tool.refused(answer, "cookie_missing")


def test_what_our_page_brings_back_lets_in_and_is_carried_into_a_window_once(tool: Tool) -> None:
    begun, kept = begin_without_cookies(tool)
    offered = post(tool, begun, kept["value"])
    handover = handover_of(offered)
    assert "frame-ancestors 'self' https://moodle.test" in offered.headers["Content-Security-Policy"]
    assert offered.headers["Cache-Control"] == "no-store"
    assert not cookie_names(tool.browser, "__Host-visit-")
    window = tool.another_browser()
    answer = window.post("/lti/handover", data={"handover": handover}, base_url=TOOL_URL, headers=OWN_PAGE)
    landing = tool.got_in(answer)
    assert window.get(landing, base_url=TOOL_URL).status_code == 200
    again = tool.another_browser().post("/lti/handover", data={"handover": handover}, base_url=TOOL_URL, headers=OWN_PAGE)
    tool.refused(again, "nonce_used")


def test_a_launch_that_came_by_storage_cannot_be_replayed(tool: Tool) -> None:
    begun, kept = begin_without_cookies(tool)
    handover_of(post(tool, begun, kept["value"]))
    tool.refused(post(tool, begun, kept["value"]), "nonce_used")


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "https://moodle.test", "https://tool.test.evil.example"]
)
def test_login_csrf_an_attacker_who_knows_his_own_kept_login_gets_nobody_in(tool: Tool, origin: str | None) -> None:
    """He begins a launch of his own and lets the victim's browser post all of it: another site's word does not count."""
    begun, kept = begin_without_cookies(tool)
    answer = post(tool, begun, kept["value"], origin=origin)
    assert 'name="handover"' not in answer.get_data(as_text=True)
    tool.refused(answer, "cookie_missing")


def test_the_kept_login_of_another_login_does_not_count(tool: Tool) -> None:
    begun, _ = begin_without_cookies(tool)
    _, other = begin_without_cookies(tool)
    tool.refused(post(tool, begun, other["value"]), "cookie_missing")


@pytest.mark.parametrize("value", ["x", "W10.c2ln", "ä" * 50])
def test_a_made_up_value_does_not_count_and_the_platform_is_not_asked_again(tool: Tool, value: str) -> None:
    begun, _ = begin_without_cookies(tool)
    answer = post(tool, begun, value)
    assert 'id="errand"' not in answer.get_data(as_text=True)
    tool.refused(answer, "cookie_missing")


def test_the_nonce_of_the_kept_login_must_be_the_tokens(tool: Tool) -> None:
    begun, kept = begin_without_cookies(tool)
    other, _ = begin_without_cookies(tool)
    mixed = Begun(other.nonce, begun.state, begun.query)
    tool.refused(post(tool, mixed, kept["value"]), "nonce_wrong")


def test_a_kept_login_ends_after_ten_minutes(tool: Tool) -> None:
    begun, kept = begin_without_cookies(tool)
    tool.clock.advance(minutes=11)
    tool.refused(post(tool, begun, kept["value"]), "state_expired")


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "https://moodle.test"])
def test_login_csrf_another_site_cannot_put_its_own_handover_into_a_victims_browser(tool: Tool, origin: str | None) -> None:
    begun, kept = begin_without_cookies(tool)
    handover = handover_of(post(tool, begun, kept["value"]))
    headers = {"Origin": origin} if origin else {}
    victim = tool.another_browser()
    answer = victim.post("/lti/handover", data={"handover": handover}, base_url=TOOL_URL, headers=headers)
    tool.refused(answer, "state_missing")
    assert not cookie_names(victim, "__Host-visit-")


def test_a_handover_ends_after_ten_minutes(tool: Tool) -> None:
    begun, kept = begin_without_cookies(tool)
    handover = handover_of(post(tool, begun, kept["value"]))
    tool.clock.advance(minutes=11)
    answer = tool.another_browser().post("/lti/handover", data={"handover": handover}, base_url=TOOL_URL, headers=OWN_PAGE)
    tool.refused(answer, "state_expired")


@pytest.mark.parametrize("handover", ["", "x", "W10.c2ln"])
def test_a_made_up_handover_is_refused(tool: Tool, handover: str) -> None:
    answer = tool.another_browser().post("/lti/handover", data={"handover": handover}, base_url=TOOL_URL, headers=OWN_PAGE)
    tool.refused(answer, "state_missing")


def test_a_handover_stands_in_no_address(tool: Tool) -> None:
    assert tool.browser.get("/lti/handover", base_url=TOOL_URL).status_code == 405
