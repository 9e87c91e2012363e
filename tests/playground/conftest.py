"""A playground in memory with a registered tool, whose private key the tests hold."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from lti_tool.playground import Playground, create_playground
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.launching.signing import new_key, public_half, sign

# Half past six in Berlin.
START = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
TOOL_URL = "http://localhost:8000"
ISSUER = "http://127.0.0.1:8001"


@pytest.fixture(scope="session")
def platform_key() -> RSAKey:
    return new_key()


@pytest.fixture(scope="session")
def tool_key() -> RSAKey:
    return new_key()


@pytest.fixture
def lms(platform_key: RSAKey, tool_key: RSAKey) -> Playground:
    lms = Playground(ISSUER, signing_key=platform_key, now=lambda: START)
    lms.register_tool(TOOL_URL, jwks={"keys": [public_half(tool_key)]})
    return lms


@pytest.fixture
def client(lms: Playground) -> FlaskClient:
    return create_playground(lms).test_client()


@pytest.fixture
def signed(tool_key: RSAKey) -> Callable[..., str]:
    """Sign claims as the tool; header members by keyword, None leaves one out, `key` signs with another."""

    def sign_as_tool(claims: dict[str, Any], *, key: RSAKey | None = None, **header: Any) -> str:
        merged = {"alg": "RS256", "typ": "JWT", "kid": tool_key.kid, **header}
        return sign(claims, key or tool_key, {name: value for name, value in merged.items() if value is not None})

    return sign_as_tool


@pytest.fixture
def assertion(lms: Playground, signed: Callable[..., str]) -> Callable[..., str]:
    """Make a client assertion; claims are changed by keyword, None leaves one out."""

    def make(*, header: dict[str, Any] | None = None, **changes: Any) -> str:
        issued_at = int(lms.site.now().timestamp()) - 30
        claims: dict[str, Any] = {
            "iss": "playground-tool",
            "sub": "playground-tool",
            "aud": f"{ISSUER}/mod/lti/token.php",
            "iat": issued_at,
            "exp": issued_at + 300,
            "jti": secrets.token_hex(8),
            **changes,
        }
        return signed({name: value for name, value in claims.items() if value is not None}, **(header or {}))

    return make


@pytest.fixture
def ask_token(client: FlaskClient) -> Callable[..., TestResponse]:
    """Post a token request; parameters are changed by keyword, None leaves one out."""

    def ask(client_assertion: str, /, **changes: Any) -> TestResponse:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": client_assertion,
            "scope": " ".join(names.ALL_SCOPES),
            **changes,
        }
        return client.post("/mod/lti/token.php", data={key: value for key, value in form.items() if value is not None})

    return ask


@pytest.fixture
def bearer(assertion: Callable[..., str], ask_token: Callable[..., TestResponse]) -> Callable[..., dict[str, str]]:
    """Get an Authorization header for the scopes, all of them if none is named."""

    def get(*scopes: str) -> dict[str, str]:
        answer = ask_token(assertion(), scope=" ".join(scopes or names.ALL_SCOPES))
        return {"Authorization": f"Bearer {answer.get_json(force=True)['access_token']}"}

    return get


@pytest.fixture
def post_score(lms: Playground, client: FlaskClient, bearer: Callable[..., dict[str, str]]) -> Callable[..., TestResponse]:
    """Post a final score of 8 out of 10 for participant01 to module 1; members are changed by keyword, None leaves one out.

    `at_s` sets the timestamp relative to the playground's clock.
    """

    def post(*, column: str | int = "grundlagen-und-strategie", at_s: float = 0, **changes: Any) -> TestResponse:
        at = datetime.fromtimestamp(lms.site.now().timestamp() + at_s, UTC)
        body = {
            "userId": "4",
            "timestamp": at.isoformat().replace("+00:00", "Z"),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 8,
            "scoreMaximum": 10,
            **changes,
        }
        path, _, query = lms.line_item_url(column).removeprefix(ISSUER).partition("?")
        return client.post(
            f"{path}/scores?{query}",
            json={key: value for key, value in body.items() if value is not None},
            headers={**bearer(), "Content-Type": "application/vnd.ims.lis.v1.score+json"},
        )

    return post


def shape_of(value: Any) -> Any:
    """Reduce JSON to member names and types; a list to the shape of its first entry."""
    if isinstance(value, dict):
        return {name: shape_of(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape_of(each) for each in value[:1]]
    return type(value).__name__


@pytest.fixture
def shape() -> Callable[[Any], Any]:
    return shape_of
