"""Access tokens: how they are asked for, kept, renewed and where they may go."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.ports import AccessToken, Registration
from lti_tool.lti.service_hosts import check_service_url
from lti_tool.lti.transport.http import Http, HttpAnswer
from tests.lti.recording_platform import NOW, RecordingPlatform, TokensInMemory, a_client

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


def a_request(platform: RecordingPlatform, path: str = "/x") -> ServiceRequest:
    return ServiceRequest("GET", f"{platform.url}{path}", (SCORE,), accept="application/vnd.test+json")


def test_the_assertion_says_who_we_are_for_five_minutes(
    client: ServiceClient, platform: RecordingPlatform, tool_key: RSAKey
) -> None:
    client.fetch_token(platform.registration, (SCORE,), now=NOW)
    (asked,) = platform.asked_at("/token")
    assert asked.form["grant_type"] == "client_credentials"
    assert asked.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert asked.form["scope"] == SCORE
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    (assertion,) = platform.assertions(tool_key)
    assert assertion.header["kid"] == "tool-key-1"
    assert assertion.header["alg"] == "RS256"
    moment = int(NOW.timestamp())
    assert {name: assertion.claims[name] for name in ("iss", "sub", "aud", "iat", "exp")} == {
        "iss": "client-1",
        "sub": "client-1",
        "aud": f"{platform.url}/token",
        "iat": moment - 45,
        "exp": moment + 300,
    }


def test_every_assertion_has_a_jti_of_its_own(client: ServiceClient, platform: RecordingPlatform, tool_key: RSAKey) -> None:
    for _ in range(3):
        client.fetch_token(platform.registration, (SCORE,), now=NOW)
    assert len({assertion.claims["jti"] for assertion in platform.assertions(tool_key)}) == 3


def test_the_audience_of_the_registration_comes_first(
    client: ServiceClient, platform: RecordingPlatform, tool_key: RSAKey
) -> None:
    registration = replace(platform.registration, token_audience="https://audience.test")
    client.fetch_token(registration, (SCORE,), now=NOW)
    assert platform.assertions(tool_key)[0].claims["aud"] == "https://audience.test"


def test_a_token_answer_is_json_whatever_its_content_type(client: ServiceClient, platform: RecordingPlatform) -> None:
    token = client.fetch_token(platform.registration, (SCORE,), now=NOW)
    assert token == AccessToken("token-1", NOW + timedelta(seconds=3600), frozenset({SCORE}))


def test_a_token_is_used_until_a_minute_before_it_expires(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/x", 200, {}, times=4)
    for minutes in (0, 58.9, 59.1, 60):
        client.call(platform.registration, a_request(platform), now=NOW + timedelta(minutes=minutes))
    used = [asked.headers["Authorization"] for asked in platform.asked_at("/x")]
    assert used == ["Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"]


def test_another_process_uses_the_kept_token(
    client: ServiceClient, platform: RecordingPlatform, http: Http, tool_key: RSAKey, tokens: TokensInMemory
) -> None:
    platform.tell("/x", 200, {}, times=2)
    client.call(platform.registration, a_request(platform), now=NOW)
    a_client(http, tool_key, tokens).call(platform.registration, a_request(platform), now=NOW)
    assert platform.tokens_given == 1


def test_sixteen_threads_fetch_one_token(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/x", 200, {}, times=16)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: client.call(platform.registration, a_request(platform), now=NOW), range(16)))
    assert platform.tokens_given == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_no_longer_good_is_replaced_once(
    client: ServiceClient, platform: RecordingPlatform, tokens: TokensInMemory, status: int
) -> None:
    platform.tell("/x", status)
    platform.tell("/x", 200, {"fine": True})
    answer = client.call(platform.registration, a_request(platform), now=NOW)
    assert answer.status == 200
    assert [asked.headers["Authorization"] for asked in platform.asked_at("/x")] == ["Bearer token-1", "Bearer token-2"]
    assert tokens.kept[7, SCORE].value == "token-2"


def test_a_second_refusal_in_a_row_is_the_answer(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/x", 401, times=3)
    assert client.call(platform.registration, a_request(platform), now=NOW).status == 401
    assert len(platform.asked_at("/x")) == 2


def test_a_newer_token_of_another_process_is_not_dropped(
    client: ServiceClient, platform: RecordingPlatform, tokens: TokensInMemory
) -> None:
    platform.tell("/x", 200, {})
    client.call(platform.registration, a_request(platform), now=NOW)
    tokens.save(7, SCORE, AccessToken("of-another", NOW + timedelta(hours=1), frozenset({SCORE})))
    platform.tell("/x", 401)
    platform.tell("/x", 200, {})
    client.call(platform.registration, a_request(platform), now=NOW)
    assert platform.asked_at("/x")[-1].headers["Authorization"] == "Bearer of-another"
    assert platform.tokens_given == 1


@pytest.mark.parametrize("scope", ["", "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"])
def test_a_scope_that_the_platform_dropped_is_refused(client: ServiceClient, platform: RecordingPlatform, scope: str) -> None:
    platform.tell("/token", 200, {"access_token": "t", "expires_in": 3600, "scope": scope})
    with pytest.raises(ServiceRefused) as caught:
        client.call(platform.registration, a_request(platform), now=NOW)
    assert caught.value.code == "scope_not_granted"
    assert platform.asked_at("/x") == []


def test_a_grant_without_scope_is_all_that_was_asked(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/token", 200, {"access_token": "t", "token_type": "bearer"})
    token = client.fetch_token(platform.registration, (SCORE,), now=NOW)
    assert token == AccessToken("t", NOW + timedelta(hours=1), frozenset({SCORE}))


@pytest.mark.parametrize(
    ("status", "body", "code", "reason"),
    [
        (400, {"error": "invalid_client"}, "token_refused", "invalid_client"),
        (400, b'{"error" : ""kid" invalid, unable to lookup correct key"}', "token_refused", ""),
        (401, b"", "token_refused", ""),
        (503, b"", "token_http_503", ""),
        (429, b"", "token_http_429", ""),
        (302, b"", "token_http_302", ""),
        (200, b"<html>maintenance</html>", "not_json", "The platform did not answer with JSON."),
        (200, [], "token_unreadable", ""),
        (200, {"access_token": 5}, "token_unreadable", ""),
        (200, {"access_token": "a\nb"}, "token_unreadable", ""),
    ],
)
def test_no_token_now_means_to_try_again(
    client: ServiceClient, platform: RecordingPlatform, status: int, body: Any, code: str, reason: str
) -> None:
    platform.tell("/token", status, body)
    with pytest.raises(ServiceUnavailable) as caught:
        client.fetch_token(platform.registration, (SCORE,), now=NOW)
    assert (caught.value.code, caught.value.reason) == (code, reason)


@pytest.mark.parametrize("life", ["3600", 1800.5, -1, True, None, "soon", 10**12])
def test_odd_lifetimes_do_no_harm(client: ServiceClient, platform: RecordingPlatform, life: object) -> None:
    platform.tell("/token", 200, {"access_token": "t", "expires_in": life})
    token = client.fetch_token(platform.registration, (SCORE,), now=NOW)
    assert timedelta(0) < token.expires_at - NOW <= timedelta(hours=1)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x",
        "http://127.0.0.1:1/x",
        "http://localhost/x",
        "ftp://127.0.0.1/x",
        "//evil.example/x",
        "http://[",
        "",
        "http://127.0.0.1@evil.example/x",
        "http://evil.example\\@127.0.0.1/x",
    ],
)
def test_a_token_never_goes_to_a_foreign_address(client: ServiceClient, platform: RecordingPlatform, address: str) -> None:
    with pytest.raises(ServiceRefused) as caught:
        client.call(platform.registration, ServiceRequest("GET", address, (SCORE,)), now=NOW)
    assert caught.value.code == "foreign_address"
    assert platform.asked == []


def test_each_address_of_the_registration_counts_as_the_platforms(platform: RecordingPlatform) -> None:
    registration = replace(platform.registration, token_url="https://sso.platform.test/token")
    check_service_url(registration, "https://sso.platform.test/services/1")
    check_service_url(registration, "https://sso.platform.test:443/services/1")


class _Noted(Http):
    """Notes where a request would go and answers it with a token, or with nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def send(self, method: str, url: str, **rest: Any) -> HttpAnswer:
        self.asked.append(url)
        return HttpAnswer(200, "OK", {}, b'{"access_token": "t"}')


@pytest.mark.parametrize(
    ("named", "called"),
    [
        ("http://lms.test/item/1/scores?type_id=6", "https://lms.test/item/1/scores?type_id=6"),
        ("http://lms.test:443/item", "https://lms.test/item"),
        ("https://lms.test/item", "https://lms.test/item"),
    ],
)
def test_a_platform_behind_a_tls_proxy_is_called_where_the_proxy_is(tool_key: RSAKey, named: str, called: str) -> None:
    http = _Noted()
    registration = Registration(1, "https://lms.test", "c", "https://lms.test/a", "https://lms.test/t", "https://lms.test/k")
    a_client(http, tool_key).call(registration, ServiceRequest("GET", named, (SCORE,)), now=NOW)
    assert http.asked == ["https://lms.test/t", called]


@pytest.mark.parametrize("named", ["http://lms.test:8080/x", "http://other.test/x", "http://lms.test.evil.example/x"])
def test_no_token_goes_to_another_port_or_host_for_it(tool_key: RSAKey, named: str) -> None:
    http = _Noted()
    registration = Registration(1, "https://lms.test", "c", "https://lms.test/a", "https://lms.test/t", "https://lms.test/k")
    with pytest.raises(ServiceRefused):
        a_client(http, tool_key).call(registration, ServiceRequest("GET", named, (SCORE,)), now=NOW)
    assert http.asked == []
