"""The load client, a process of its own: plays browsers and the platform's signing.

    python -m tests.bench.client '{"tool_url": …, "platform_port": …, "key_file": …, "launches": …, "concurrency": …, …}'

One launch: login initiation (GET and POST in turn) → the answer's redirect and cookie → an id_token signed with the platform's
RSA-2048 key → POST to the tool with the cookie → the expected answer. Each launch is a browser without other cookies; each
thread keeps its connection. Anything unexpected counts as an error. The result goes to standard output as JSON.
"""

import itertools
import json
import random
import socket
import sys
import threading
import time
from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from tests.bench.platform import PARTICIPANTS, make_platform

TIMEOUT_S = 30
_HASH = SHA256()
_PADDING = padding.PKCS1v15()


@dataclass(frozen=True)
class Plan:
    tool_url: str
    platform_port: int
    key_file: str
    launches: int
    concurrency: int
    expected_status: int
    in_frame: bool = False


@dataclass
class Seen:
    """What one thread saw; latencies in seconds, the client's own signing left out."""

    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


class Unexpected(Exception):
    """An answer that is not the expected one."""


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    cookies: str
    size: int = 0
    """Of the body, in bytes."""


class Browser:
    """One kept connection that speaks as much HTTP/1.1 as the two requests of a launch need."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        # `localhost` may also mean ::1, where nobody listens.
        self._address = ("127.0.0.1", parts.port or 80)
        self._host = parts.netloc
        self._socket: socket.socket | None = None
        self._begun = b""
        self.body = b""
        """Of the latest answer."""

    def request(
        self, method: str, path: str, *, body: str = "", cookies: str = "", frame: bool = False, accept: str = "text/html"
    ) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", "User-Agent: bench", f"Accept: {accept}"]
        lines += ["Accept-Language: de-DE,de;q=0.9", f"Sec-Fetch-Dest: {'iframe' if frame else 'document'}"]
        if cookies:
            lines.append(f"Cookie: {cookies}")
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._begun = b""
        self._socket.sendall("\r\n".join([*lines, "", body]).encode())
        return self._read(self._socket)

    def _read(self, connection: socket.socket) -> Answer:
        data = self._begun
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive(connection)
        first, *headers = data[:end].decode("latin-1").split("\r\n")
        length, location, cookies, closes = 0, "", [], False
        for header in headers:
            name, _, value = header.partition(": ")
            match name.lower():
                case "content-length":
                    length = int(value)
                case "location":
                    location = value
                case "set-cookie":
                    cookies.append(value.partition(";")[0])
                case "connection":
                    closes = value.lower() == "close"
                case "transfer-encoding":
                    raise Unexpected("chunked answer")
        rest = data[end + 4 :]
        while len(rest) < length:
            rest += self._receive(connection)
        self.body, self._begun = rest[:length], rest[length:]
        if closes:
            self.close()
        return Answer(int(first.split(" ", 2)[1]), location, "; ".join(cookies), length)

    def _receive(self, connection: socket.socket) -> bytes:
        data = connection.recv(65536)
        if not data:
            raise Unexpected("connection closed")
        return data

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Signer:
    """Signs id_tokens; header and key are made once."""

    def __init__(self, kid: str, key: RSAPrivateKey) -> None:
        self._header = _base64(json.dumps({"typ": "JWT", "alg": "RS256", "kid": kid}).encode())
        self._key = key

    def sign(self, claims: dict[str, Any]) -> str:
        signed = self._header + b"." + _base64(json.dumps(claims).encode())
        return (signed + b"." + _base64(self._key.sign(signed, _PADDING, _HASH))).decode()


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


class Load:
    """Runs a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        platform = make_platform(plan.platform_port, Path(plan.key_file), plan.tool_url)
        key = platform.site.keys[-1]
        self._signer = Signer(str(key.kid), cast(RSAPrivateKey, key.raw_value))
        people = [f"participant{number:02}" for number in range(1, PARTICIPANTS + 1)]
        # Always the same people and modules in the same order, for whatever tool is measured.
        pairs = list(itertools.product(people, platform.activities))
        random.Random(1).shuffle(pairs)
        self._claims = [platform.claims(person, activity.id, nonce="") for person, activity in pairs]
        self._logins = [platform.initiate(person, activity.id) for person, activity in pairs]
        self._numbers = iter(range(plan.launches))
        self._numbers_lock = threading.Lock()

    def run(self) -> dict[str, Any]:
        seen = [Seen() for _ in range(self._plan.concurrency)]
        threads = [threading.Thread(target=self._launch_many, args=(own,)) for own in seen]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - begun
        errors: Counter[str] = sum((own.errors for own in seen), Counter())
        latencies = sorted(itertools.chain.from_iterable(own.latencies for own in seen))
        return {
            "took_s": took,
            "launches": len(latencies),
            "errors": dict(errors),
            "p50_ms": _percentile(latencies, 50),
            "p99_ms": _percentile(latencies, 99),
        }

    def _launch_many(self, seen: Seen) -> None:
        browser = Browser(self._plan.tool_url)
        while True:
            with self._numbers_lock:
                number = next(self._numbers, None)
            if number is None:
                break
            try:
                seen.latencies.append(self._launch(browser, number))
            except (Unexpected, OSError) as err:
                seen.errors[f"{type(err).__name__}: {err}"] += 1
                browser.close()
        browser.close()

    def _launch(self, browser: Browser, number: int) -> float:
        choice = number % len(self._claims)
        body = urlencode(self._logins[choice])
        frame = self._plan.in_frame
        begun = time.perf_counter()
        if number % 2:
            answer = browser.request("POST", "/lti/login", body=body, frame=frame)
        else:
            answer = browser.request("GET", f"/lti/login?{body}", frame=frame)
        cookies = answer.cookies
        if frame and answer.status == 302 and answer.location.startswith(f"{self._plan.tool_url}/lti/login?check="):
            answer = browser.request("GET", answer.location.removeprefix(self._plan.tool_url), cookies=cookies, frame=frame)
        took = time.perf_counter() - begun
        if answer.status != 302 or not cookies:
            raise Unexpected(f"login {answer.status}")
        query = parse_qs(urlsplit(answer.location).query)
        now = int(time.time())
        claims = {**self._claims[choice], "nonce": query["nonce"][0], "iat": now, "exp": now + 60}
        form = urlencode({"state": query["state"][0], "id_token": self._signer.sign(claims)})
        begun = time.perf_counter()
        answer = browser.request("POST", "/lti/launch", body=form, cookies=cookies, frame=frame)
        took += time.perf_counter() - begun
        if answer.status != self._plan.expected_status:
            raise Unexpected(f"launch {answer.status}")
        return took


def _percentile(ordered: list[float], percent: int) -> float:
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000


def main() -> None:
    result = Load(Plan(**json.loads(sys.argv[1]))).run()
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
