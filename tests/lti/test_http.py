"""The way out to platforms: no redirects, small answers, short patience."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from zlib import compress

import pytest

from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.transport import http as module
from lti_tool.lti.transport.http import Http, HttpAnswer
from tests.lti.recording_platform import NOW, RecordingPlatform


def test_it_names_itself(http: Http, platform: RecordingPlatform) -> None:
    platform.tell("/x", 200)
    http.send("GET", f"{platform.url}/x")
    assert platform.asked[0].headers["User-Agent"] == "lti-tool"


def test_a_redirect_is_an_answer_and_not_followed(http: Http, platform: RecordingPlatform) -> None:
    platform.tell("/x", 302, Location=f"{platform.url}/y")
    assert http.send("GET", f"{platform.url}/x").status == 302
    assert platform.asked_at("/y") == []


def test_cookies_of_a_platform_are_not_kept(http: Http, platform: RecordingPlatform) -> None:
    platform.tell("/x", 200, times=2, Set_Cookie="MoodleSession=1; path=/")
    http.send("GET", f"{platform.url}/x")
    http.send("GET", f"{platform.url}/x")
    assert "Cookie" not in platform.asked[1].headers


def test_an_answer_beyond_the_cap_is_refused(http: Http, platform: RecordingPlatform) -> None:
    platform.tell("/x", 200, b"x" * 1001)
    with pytest.raises(ServiceRefused) as caught:
        http.send("GET", f"{platform.url}/x", largest=1000)
    assert caught.value.code == "answer_too_large"


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused(http: Http, platform: RecordingPlatform) -> None:
    platform.tell("/x", 200, compress(b"x" * 5_000_000), Content_Encoding="deflate")
    with pytest.raises(ServiceRefused) as caught:
        http.send("GET", f"{platform.url}/x", largest=100_000)
    assert caught.value.code == "answer_too_large"


@pytest.mark.parametrize("url", ["ftp://x/y", "file:///etc/passwd", "", "http://", "http://[", "nonsense", "http://a b/"])
def test_an_address_that_is_none_is_refused(http: Http, url: str) -> None:
    with pytest.raises(ServiceRefused) as caught:
        http.send("GET", url)
    assert caught.value.code == "bad_address"


def test_nobody_listening_is_unavailable(http: Http) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", f"http://127.0.0.1:{port}/")
    assert caught.value.code == "unreachable"


@contextmanager
def raw_server(*pieces: bytes, pause_s: float = 0.0, hold_s: float = 0.0) -> Iterator[str]:
    """Serve one connection with these bytes, slowly."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause_s)
                time.sleep(hold_s)
            except OSError:
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    listener.close()
    thread.join(5)


def test_a_platform_that_does_not_answer_is_a_timeout() -> None:
    http = Http(read_timeout_s=0.1)
    with raw_server(hold_s=0.4) as url, pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", url)
    assert caught.value.code == "timeout"
    http.close()


def test_an_answer_that_stops_in_the_middle_is_a_timeout() -> None:
    http = Http(read_timeout_s=0.1)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"
    with raw_server(head, hold_s=0.4) as url, pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", url)
    assert caught.value.code == "timeout"
    http.close()


def test_an_answer_that_trickles_ends_in_time(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHOLE_REQUEST_S", 0.2)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    began = time.monotonic()
    with raw_server(head, *[b"x"] * 40, pause_s=0.02) as url, pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", url)
    assert caught.value.code == "timeout"
    assert time.monotonic() - began < 5
    http.close()


def test_a_connection_is_kept_for_the_next_request(http: Http) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    # The server takes one connection only: a second request finds the first one's.
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        listener.close()
        with connection:
            for _ in range(2):
                connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    assert [http.send("GET", url).body for _ in range(2)] == [b"{}", b"{}"]
    thread.join(5)


def test_a_proxy_of_the_environment_is_used(platform: RecordingPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", platform.url.replace("http://", "http://tool:secret@"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    platform.tell("/x", 200, b"through")
    http = Http(read_timeout_s=1.0)
    assert http.send("GET", "http://moodle.invalid/x").body == b"through"
    sent = {name.lower(): value for name, value in platform.asked[0].headers.items()}
    assert sent["proxy-authorization"] == "Basic dG9vbDpzZWNyZXQ="
    http.close()


def test_an_answer_that_breaks_off_is_unavailable(http: Http) -> None:
    with (
        raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc") as url,
        pytest.raises(ServiceUnavailable) as caught,
    ):
        http.send("GET", url)
    assert caught.value.code == "broken_off"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("99999999999", 86400),
        ("Mon, 23 Nov 2026 09:31:30 GMT", 90),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: int | None) -> None:
    answer = HttpAnswer(429, "", {"Retry-After": value} if value else {}, b"")
    assert answer.retry_after_s(now_s=NOW.timestamp()) == seconds
