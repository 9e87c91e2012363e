"""A platform on a port that answers what it was told to and keeps what it was asked: for answers no playground gives."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.ports import AccessToken, Registration
from lti_tool.lti.transport.http import Http

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Told:
    status: int
    body: bytes
    headers: dict[str, str]
    reason: str | None


@dataclass
class RecordingPlatform:
    """`tell` queues an answer for a path; token requests are answered by themselves unless told otherwise."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    _told: dict[str, list[Told]] = field(default_factory=dict)
    tokens_given: int = 0

    def tell(self, path: str, status: int, body: Any = b"", *, reason: str | None = None, times: int = 1, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else dumps(body).encode()
        told = Told(status, raw, {name.replace("_", "-"): value for name, value in headers.items()}, reason)
        self._told.setdefault(path, []).extend([told] * times)

    def asked_at(self, path: str) -> list[Asked]:
        return [each for each in self.asked if each.path == path]

    def answer(self, asked: Asked) -> Told:
        self.asked.append(asked)
        waiting = self._told.get(asked.path)
        if waiting:
            return waiting.pop(0)
        if asked.path == "/token":
            self.tokens_given += 1
            body = {
                "access_token": f"token-{self.tokens_given}",
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": asked.form["scope"],
            }
            # Moodle 4.2 sends this as text/html.
            return Told(200, dumps(body).encode(), {"Content-Type": "text/html; charset=utf-8"}, None)
        return Told(404, b"nothing told", {}, None)

    @property
    def registration(self) -> Registration:
        return Registration(
            id=7,
            issuer=self.url,
            client_id="client-1",
            auth_login_url=f"{self.url}/auth",
            token_url=f"{self.url}/token",
            jwks_url=f"{self.url}/jwks",
        )

    def assertions(self, key: RSAKey) -> list[jwt.Token]:
        """Verify and give the client assertions of all token requests."""
        return [jwt.decode(asked.form["client_assertion"], key, algorithms=["RS256"]) for asked in self.asked_at("/token")]


@contextmanager
def serve() -> Iterator[RecordingPlatform]:
    """Serve a recording platform on a port of this machine."""
    platform = RecordingPlatform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            told = platform.answer(
                Asked(
                    self.command,
                    parts.path,
                    parse_qs(parts.query, keep_blank_values=True),
                    dict(self.headers.items()),
                    self.rfile.read(length),
                )
            )
            self.send_response(told.status, told.reason)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    platform.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class TokensInMemory:
    """The token port without a database."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str], AccessToken] = {}

    def load(self, registration_id: int, scopes: str) -> AccessToken | None:
        return self.kept.get((registration_id, scopes))

    def save(self, registration_id: int, scopes: str, token: AccessToken) -> None:
        self.kept[registration_id, scopes] = token

    def drop(self, registration_id: int, scopes: str, token_value: str) -> None:
        kept = self.kept.get((registration_id, scopes))
        if kept is not None and kept.value == token_value:
            del self.kept[registration_id, scopes]


def a_client(http: Http, key: RSAKey, tokens: TokensInMemory | None = None) -> ServiceClient:
    return ServiceClient(http, tokens or TokensInMemory(), lambda: key)
