"""Budgets over many requests, and one end for every single one: whatever a peer does, a thread comes back in time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest
from lti_tool.lti.errors import ServiceUnavailable
from lti_tool.lti.transport import http as module
from lti_tool.lti.transport import timed_connections
from lti_tool.lti.transport.http import Http
from lti_tool.lti.transport.patience import patience, time_for_call
from tests.lti.recording_platform import NOW, Asked, RecordingPlatform, Told


@contextmanager
def dripping(head: bytes, drop: bytes = b"x", *, every_s: float = 0.02) -> Iterator[str]:
    """A server that sends `head` and then drops for ever, to as many connections as come."""
    listener = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(head)
                while not is_over.wait(every_s):
                    connection.sendall(drop)
            except OSError:
                return

    def run() -> None:
        while not is_over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    is_over.set()
    listener.close()


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        pytest.param(b"", b"x", id="before the first line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-A: ", b"x", id="inside a header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", id="one header after the other"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0", id="inside a chunk's size"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", id="small chunks"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", id="the body"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", id="interim answers"),
    ],
)
def test_a_peer_that_drips_is_left_in_time_wherever_it_does(head: bytes, drop: bytes) -> None:
    http = Http(read_timeout_s=5.0)
    began = time.monotonic()
    with dripping(head, drop) as url, patience(0.3), pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", url)
    assert caught.value.code == "timeout"
    assert time.monotonic() - began < 2
    http.close()


def test_without_a_budget_a_single_request_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHOLE_REQUEST_S", 0.3)
    http = Http()
    with dripping(b"HTTP/1.1 200 OK\r\nX-A: ") as url, pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", url)
    assert caught.value.code == "timeout"
    http.close()


def test_a_host_with_many_addresses_where_nobody_answers_takes_no_longer_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def swallow(address: tuple[str, int], timeout: float, **_: Any) -> socket.socket:
        tried.append(address[0])
        time.sleep(timeout)
        raise TimeoutError

    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"192.0.2.{n}", 80)) for n in range(50)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: addresses)
    monkeypatch.setattr(timed_connections, "create_connection", swallow)
    began = time.monotonic()
    with patience(0.5), pytest.raises(ServiceUnavailable) as caught:
        Http().send("GET", "http://moodle.example/")
    assert caught.value.code == "timeout"
    assert time.monotonic() - began < 2
    assert len(tried) > 1, "the others are tried, too"


def test_when_the_budget_is_used_up_nobody_is_asked_any_more(http: Http, platform: RecordingPlatform) -> None:
    platform.tell("/x", 200)
    with patience(0.0), pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", f"{platform.url}/x")
    assert caught.value.code == "out_of_time"
    assert platform.asked == []


def test_an_inner_budget_never_lengthens_the_outer_one() -> None:
    with patience(5.0, call_s=2.0), patience(60.0, call_s=30.0):
        assert time_for_call(30.0) == 2.0
    with patience(5.0), patience(60.0):
        assert time_for_call(30.0) <= 5.0
    assert time_for_call(30.0) == 30.0


def test_each_thread_has_a_budget_of_its_own() -> None:
    found: list[float] = []
    with patience(1.0):
        other = threading.Thread(target=lambda: found.append(time_for_call(30.0)))
        other.start()
        other.join()
    assert found == [30.0]


def test_who_waits_for_the_token_that_another_thread_asks_for_waits_no_longer_than_their_budget(
    client: ServiceClient, platform: RecordingPlatform
) -> None:
    request = ServiceRequest("GET", f"{platform.url}/x", ("scope",))
    with client._lock_for((platform.registration.id, "scope")), patience(0.2), pytest.raises(ServiceUnavailable) as caught:
        client.call(platform.registration, request, now=NOW)
    assert caught.value.code == "timeout"


def test_those_who_waited_for_a_token_that_another_thread_asked_for_in_vain_do_not_ask_one_after_the_other(
    client: ServiceClient, platform: RecordingPlatform
) -> None:
    answered = platform.answer

    def hang(asked: Asked) -> Told:
        time.sleep(5)
        return answered(asked)

    platform.answer = hang  # type: ignore[method-assign]
    request = ServiceRequest("GET", f"{platform.url}/x", ("scope",))
    codes: list[str] = []

    def call() -> None:
        try:
            with patience(60, call_s=0.5):
                client.call(platform.registration, request, now=NOW)
        except ServiceUnavailable as err:
            codes.append(err.code)

    threads = [threading.Thread(target=call) for _ in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert codes == ["timeout"] * 8
    assert time.monotonic() - began < 2.5, "eight timeouts one after the other are four seconds"
    # Who comes later asks anew: the endpoint may be back.
    platform.answer = answered  # type: ignore[method-assign]
    platform.tell("/x", 200)
    assert client.call(platform.registration, request, now=NOW).status == 200
