"""Whatever comes to login and launch, the answer is a launch or a refusal; never a fault of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.models.database import Database, open_database
from tests.certification.platform import launch_claims, sign
from tests.certification.spoilt import spoilt_claims
from tests.certification.tool import Tool

many = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
names_of_parameters = st.sampled_from(
    ["iss", "login_hint", "target_link_uri", "client_id", "lti_message_hint", "lti_deployment_id", "check"]
)
# What a form can carry; a browser cannot send half a surrogate pair.
form_text = st.text(max_size=60) | st.sampled_from(["\x00", "a" * 5000, "%", "https://tool.test/lti/launch", "a.b.c"])


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@many
@given(spoilt_claims)
def test_no_claim_of_a_launch_breaks_the_tool(tool: Tool, changes: dict[str, Any]) -> None:
    begun = tool.begin()
    claims = launch_claims(begun.nonce, now=tool.clock()) | changes
    answer = tool.post(sign(tool.header(), claims, tool.key), begun.state)
    assert answer.status_code == 303 or 400 <= answer.status_code < 500


@many
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_token_breaks_the_tool(tool: Tool, head: bytes, tail: bytes) -> None:
    begun = tool.begin()
    good = tool.token(begun)
    for raw in (head.decode("latin-1"), good + tail.decode("latin-1"), head.decode("latin-1") + good, good[: len(head)]):
        answer = tool.post(raw, begun.state)
        assert answer.status_code == 303 or 400 <= answer.status_code < 500


@many
@given(st.dictionaries(st.sampled_from(["state", "id_token", "error", "error_description"]), form_text))
def test_no_form_breaks_the_launch(tool: Tool, form: dict[str, str]) -> None:
    answer = tool.browser.post("/lti/launch", data=form, base_url="https://tool.test")
    assert 400 <= answer.status_code < 500


@many
@given(st.dictionaries(names_of_parameters, form_text), st.sampled_from(["GET", "POST"]))
def test_no_parameter_breaks_the_login(tool: Tool, changes: dict[str, str], method: str) -> None:
    parameters: dict[str, Any] = dict(changes)
    answer = tool.login(method=method, headers={"Sec-Fetch-Dest": "iframe"}, **parameters)
    # A login too long for an address goes on by a page that posts itself.
    assert answer.status_code in (200, 302) or 400 <= answer.status_code < 500


@many
@given(st.text(max_size=60))
def test_no_cookie_breaks_the_launch(tool: Tool, value: str) -> None:
    begun = tool.begin()
    browser = tool.another_browser()
    key = next(iter(tool.browser._cookies or {}))[2]
    browser.set_cookie(key, value, domain="tool.test")
    assert tool.post(tool.token(begun), begun.state, browser=browser).status_code == 403
