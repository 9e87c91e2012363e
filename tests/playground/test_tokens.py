"""The token endpoint answers in Moodle's words and really checks the client assertion."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from lti_tool.playground import Playground
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.launching.signing import new_key

Assertion = Callable[..., str]
Ask = Callable[..., TestResponse]

# 05:30 UTC as Unix time.
START_S = int(datetime(2026, 11, 23, 5, 30, tzinfo=UTC).timestamp())


def test_a_good_assertion_gets_a_token_labelled_as_html(ask_token: Ask, assertion: Assertion) -> None:
    answer = ask_token(assertion())
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    body = answer.get_json(force=True)
    assert list(body) == ["access_token", "token_type", "expires_in", "scope"]
    assert len(body["access_token"]) == 32
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 3600


def test_unknown_scopes_are_dropped_without_a_word(ask_token: Ask, assertion: Assertion) -> None:
    answer = ask_token(assertion(), scope=f"{names.SCOPE_SCORE} https://example.org/scope")
    assert answer.get_json(force=True)["scope"] == "https://purl.imsglobal.org/spec/lti-ags/scope/score"


def test_the_issuer_is_taken_as_audience_too(ask_token: Ask, assertion: Assertion) -> None:
    assert ask_token(assertion(aud="http://127.0.0.1:8001")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "https://example.org/scope"}, "invalid_scope"),
        ({"scope": None}, "invalid_request"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"client_assertion_type": "other"}, "invalid_request"),
        ({"client_assertion": "abc"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_refused_in_one_word(
    ask_token: Ask, assertion: Assertion, changes: dict[str, str | None], error: str
) -> None:
    answer = ask_token(assertion(), **changes)
    assert answer.status_code == 400
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.get_json(force=True) == {"error": error}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"sub": "nobody"}, "invalid_client"),
        ({"iss": "http://localhost:8000"}, "invalid_client"),
        ({"aud": "https://example.org"}, "invalid_client"),
        ({"jti": None}, "invalid_client"),
        ({"exp": None}, "invalid_client"),
        ({"iat": None}, "invalid_client"),
        ({"exp": START_S}, "Expired token"),
        ({"iat": START_S + 5}, "Cannot handle token prior to 2026-11-23T06:30:05+0100"),
        ({"header": {"kid": None}}, "error/Error: kid must be provided in JWT header."),
        ({"header": {"alg": "RS512"}}, "Algorithm not allowed"),
    ],
)
def test_a_wrong_assertion_is_refused(ask_token: Ask, assertion: Assertion, changes: dict[str, Any], error: str) -> None:
    answer = ask_token(assertion(**changes))
    assert answer.status_code == 400
    assert answer.get_json(force=True) == {"error": error}


def test_an_unknown_kid_gives_a_body_that_is_no_json(ask_token: Ask, assertion: Assertion) -> None:
    answer = ask_token(assertion(header={"kid": "other"}))
    assert answer.status_code == 400
    assert answer.text == '{\n  "error" : ""kid" invalid, unable to lookup correct key"\n}'


def test_a_foreign_key_with_the_right_kid_is_refused(ask_token: Ask, assertion: Assertion) -> None:
    answer = ask_token(assertion(header={"key": new_key()}))
    assert answer.get_json(force=True) == {"error": "Signature verification failed"}


def test_an_assertion_works_once(ask_token: Ask, assertion: Assertion) -> None:
    used = assertion()
    assert ask_token(used).status_code == 200
    assert ask_token(used).get_json(force=True) == {"error": "invalid_client"}


def test_json_instead_of_a_form_is_refused(lms: Playground, ask_token: Ask, assertion: Assertion, client: Any) -> None:
    answer = client.post("/mod/lti/token.php", json={"grant_type": "client_credentials"})
    assert answer.status_code == 400
    assert answer.get_json(force=True) == {"error": "invalid_request"}


def test_get_is_refused(client: Any) -> None:
    assert client.get("/mod/lti/token.php").status_code == 400


def test_a_token_holds_an_hour(lms: Playground, client: Any, bearer: Callable[..., dict[str, str]]) -> None:
    headers = bearer()
    lms.move_clock(3599)
    assert client.get("/mod/lti/services.php/2/lineitems", headers=headers).status_code == 200
    lms.move_clock(3600)
    assert client.get("/mod/lti/services.php/2/lineitems", headers=headers).status_code == 401


def test_revoked_tokens_hold_no_longer(lms: Playground, client: Any, bearer: Callable[..., dict[str, str]]) -> None:
    headers = bearer()
    lms.revoke_tokens()
    assert client.get("/mod/lti/services.php/2/lineitems", headers=headers).status_code == 401


def test_an_inactive_tool_gets_no_token(lms: Playground, ask_token: Ask, assertion: Assertion) -> None:
    lms.site.tool("1").is_active = False
    assert ask_token(assertion()).get_json(force=True) == {"error": "invalid_client"}


def test_the_platforms_own_key_signs_no_assertion(platform_key: RSAKey, ask_token: Ask, assertion: Assertion) -> None:
    answer = ask_token(assertion(header={"key": platform_key}))
    assert answer.status_code == 400
