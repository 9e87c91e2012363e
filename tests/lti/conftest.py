"""A recording platform and a client that speaks to it."""

from collections.abc import Iterator

import pytest
from joserfc.jwk import RSAKey

from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.transport.http import Http
from tests.lti.recording_platform import RecordingPlatform, TokensInMemory, a_client, serve


@pytest.fixture(scope="session")
def tool_key() -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": "tool-key-1"})


@pytest.fixture
def platform() -> Iterator[RecordingPlatform]:
    with serve() as platform:
        yield platform


@pytest.fixture
def http() -> Iterator[Http]:
    http = Http(read_timeout_s=1.0)
    yield http
    http.close()


@pytest.fixture
def tokens() -> TokensInMemory:
    return TokensInMemory()


@pytest.fixture
def client(http: Http, tool_key: RSAKey, tokens: TokensInMemory) -> ServiceClient:
    return a_client(http, tool_key, tokens)
