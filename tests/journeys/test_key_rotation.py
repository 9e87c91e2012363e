"""The tool changes its signing key while a platform, which keeps our key set, goes on giving tokens."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from flask import request
from pydantic import SecretStr
from werkzeug.serving import make_server

from lti_tool import bootstrap, clock
from lti_tool.app import create_app
from lti_tool.errors import ToolError
from lti_tool.keyring import Keyring
from lti_tool.lti.claims.claim_names import SCOPE_SCORE
from lti_tool.lti.errors import ServiceUnavailable
from lti_tool.lti.ports import Registration
from lti_tool.passback.gradebooks import ClockedServiceClient
from lti_tool.platforms.token_store import DatabaseTokenStore
from lti_tool.playground import Playground
from lti_tool.playground.server import serve_in_thread
from lti_tool.settings import Settings

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Tool:
    """The tool on a port, with a clock for its keys that the test moves."""

    url: str
    keyring: Keyring
    client: ClockedServiceClient
    moment: datetime = START
    key_set_fetches: int = 0

    def wait(self, **time: float) -> None:
        self.moment += timedelta(**time)

    def published(self) -> set[str]:
        return {key["kid"] for key in requests.get(f"{self.url}/lti/jwks", timeout=5).json()["keys"]}

    def gets_a_token(self, lms: Playground) -> None:
        """Ask for a token with a fresh assertion, past all caches."""
        offered = lms.registration()
        registration = Registration(
            1, offered["issuer"], offered["client_id"], offered["auth_login_url"], offered["token_url"], offered["jwks_url"]
        )
        token = self.client.fetch_token(registration, [SCOPE_SCORE], now=clock.now())
        assert token.granted_scopes == {SCOPE_SCORE}


@pytest.fixture
def tool(sqlite_url: str, tmp_path: Path) -> Iterator[Tool]:
    settings = Settings(
        public_url="http://localhost:8000",
        database_url=sqlite_url,
        data_dir=tmp_path,
        keys_dir=tmp_path / "keys",
        secret_key=SecretStr("s" * 40),
    )
    parts = bootstrap.build(settings)
    keyring = Keyring(settings.keys_dir, now=lambda: made.moment)
    client = ClockedServiceClient(parts.http, DatabaseTokenStore(parts.database), keyring.signing_key, clock=clock.now)
    app = create_app(parts=replace(parts, keyring=keyring, service_client=client))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    made = Tool(f"http://127.0.0.1:{server.server_port}", keyring, client)

    @app.before_request
    def count() -> None:
        made.key_set_fetches += request.path == "/lti/jwks" and request.headers.get("User-Agent", "").startswith("Playground")

    keyring.new()
    made.wait(days=30)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()
    parts.database.close()


@pytest.fixture
def lms(tool: Tool) -> Iterator[Playground]:
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        lms.register_tool(tool.url, with_modules=False)
        yield lms


def test_a_key_is_changed_without_one_refused_token(tool: Tool, lms: Playground) -> None:
    old = tool.keyring.signing_kid()
    tool.gets_a_token(lms)
    assert tool.key_set_fetches == 1

    new = tool.keyring.new().kid
    assert tool.published() == {old, new}
    assert tool.keyring.signing_kid() == old
    tool.gets_a_token(lms)
    assert tool.key_set_fetches == 1  # the platform keeps our key set, as Moodle does

    tool.wait(hours=23, minutes=59)
    assert tool.keyring.signing_kid() == old
    tool.wait(minutes=2)
    assert tool.keyring.signing_kid() == new
    tool.gets_a_token(lms)
    assert tool.key_set_fetches == 2  # a key it did not know: it looked once more

    assert old is not None
    tool.keyring.retire(old)
    assert tool.published() == {old, new}
    tool.gets_a_token(lms)
    tool.wait(days=7, minutes=1)
    assert tool.published() == {new}
    tool.gets_a_token(lms)
    assert tool.key_set_fetches == 2


def test_a_platform_that_asks_once_a_day_knows_the_new_key_when_it_begins_to_sign(tool: Tool, lms: Playground) -> None:
    tool.gets_a_token(lms)
    tool.keyring.new()
    tool.wait(hours=23)
    # Its daily look at our key set; after this it does not come back, whatever happens.
    lms.register_tool(tool.url, jwks=requests.get(f"{tool.url}/lti/jwks", timeout=5).json())
    tool.wait(hours=2)
    fetches = tool.key_set_fetches
    tool.gets_a_token(lms)
    assert tool.key_set_fetches == fetches


def test_the_key_that_signs_cannot_be_retired_before_another_is_ready(tool: Tool) -> None:
    old = tool.keyring.signing_kid()
    assert old is not None
    with pytest.raises(ToolError):
        tool.keyring.retire(old)
    tool.keyring.new()
    tool.wait(hours=23)
    with pytest.raises(ToolError):
        tool.keyring.retire(old)
    tool.wait(hours=2)
    assert tool.keyring.retire(old).retired_at == tool.moment


def test_without_the_day_between_a_platform_that_keeps_keys_would_refuse(tool: Tool, lms: Playground) -> None:
    """Why the order is what it is: the same change with the new key signing at once."""
    tool.gets_a_token(lms)
    lms.register_tool(tool.url, jwks=requests.get(f"{tool.url}/lti/jwks", timeout=5).json())
    tool.keyring.new()
    tool.wait(hours=25)
    with pytest.raises(ServiceUnavailable) as caught:
        tool.gets_a_token(lms)
    assert caught.value.code == "token_refused"
