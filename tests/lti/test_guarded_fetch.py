"""Requests to foreign addresses: an attacker names them, so the tests take the attacker's side."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.transport.guarded_fetch import GuardedHttp, is_forbidden

Serve = Callable[[Callable[[socket.socket], None]], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answer connections on a port of this machine with a function of the test."""
    listeners: list[socket.socket] = []

    def start(answer: Callable[[socket.socket], None]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    try:
                        peer.recv(65536)
                        answer(peer)
                    except OSError:
                        continue

        threading.Thread(target=run, daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    yield start
    for listener in listeners:
        listener.close()


def body_of(text: bytes, status: bytes = b"200 OK", extra: bytes = b"") -> Callable[[socket.socket], None]:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Length: " + str(len(text)).encode() + b"\r\n" + extra + b"\r\n"
    return lambda peer: peer.sendall(head + text)


def resolving_to(*addresses: str) -> GuardedHttp:
    return GuardedHttp(allow_private=False, resolve=lambda host, port: list(addresses))


def refusal(http: GuardedHttp, url: str) -> str:
    with pytest.raises((ServiceRefused, ServiceUnavailable)) as caught:
        http.send("GET", url)
    return caught.value.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.9",
        "192.168.178.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:db8::1",
        "no address",
    ],
)
def test_an_address_of_our_own_network_is_never_asked(address: str) -> None:
    assert is_forbidden(address, allow_private=False)
    assert refusal(resolving_to(address), "https://moodle.example/") == "private_address"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_an_address_of_the_internet_may_be_asked(address: str) -> None:
    assert not is_forbidden(address, allow_private=False)


@pytest.mark.parametrize("address", ["169.254.169.254", "168.63.129.16", "fe80::1", "224.0.0.1", "0.0.0.0", "fd00:ec2::254"])
def test_metadata_stays_forbidden_where_private_platforms_are_allowed(address: str) -> None:
    assert is_forbidden(address, allow_private=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "fc00::1"])
def test_private_addresses_are_allowed_by_the_setting(address: str) -> None:
    assert not is_forbidden(address, allow_private=True)


def test_one_private_address_among_several_is_enough_to_refuse() -> None:
    assert refusal(resolving_to("93.184.216.34", "10.0.0.1"), "https://moodle.example/") == "private_address"


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:7f00:1]", "169.254.169.254"]
)
def test_spellings_of_this_machine_are_seen_through(host: str) -> None:
    assert refusal(GuardedHttp(allow_private=False), f"https://{host}/openid-configuration") == "private_address"


@pytest.mark.parametrize("url", ["http://moodle.example/", "http://93.184.216.34/", "http://localhost:8001/"])
def test_http_is_refused_before_any_name_is_resolved(url: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError("resolved")

    assert refusal(GuardedHttp(allow_private=False, resolve=resolve), url) == "not_https"


def test_http_is_refused_for_a_private_host_even_where_private_platforms_are_allowed() -> None:
    assert refusal(GuardedHttp(allow_private=True), "http://10.0.0.1/") == "not_https"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "https://user@moodle.example/", "https://", "https://a b/", "moodle.example"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert refusal(GuardedHttp(allow_private=True), url) == "bad_address"


def test_a_name_without_address_says_so() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert refusal(GuardedHttp(allow_private=False, resolve=resolve), "https://nowhere.example/") == "unknown_host"


def test_the_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(serve: Serve) -> None:
    """A second answer of the name server, after the check, changes nothing (DNS rebinding)."""
    port = serve(body_of(b"{}"))
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

    answer = GuardedHttp(allow_private=True, resolve=resolve).send("GET", f"http://localhost:{port}/x?y=1")
    assert (answer.status, answer.body, asked) == (200, b"{}", ["localhost"])


def test_the_host_is_named_as_asked_although_an_address_is_connected_to(serve: Serve) -> None:
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        peer, _ = listener.accept()
        with peer:
            received.append(peer.recv(65536))
            body_of(b"ok")(peer)

    threading.Thread(target=run, daemon=True).start()
    port = listener.getsockname()[1]
    with closing(listener):
        GuardedHttp(allow_private=True, user_agent="lti-tool (+x)").send("GET", f"http://localhost:{port}/", bearer="t0k")
    lines = received[0].decode().split("\r\n")
    assert lines[0] == "GET / HTTP/1.1"
    assert {f"Host: localhost:{port}", "User-Agent: lti-tool (+x)", "Authorization: Bearer t0k"} <= set(lines)


@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"307 Temporary Redirect", b"308 Permanent Redirect"])
def test_a_redirect_is_not_followed(serve: Serve, status: bytes) -> None:
    port = serve(body_of(b"", status, b"Location: http://169.254.169.254/latest/meta-data/\r\n"))
    assert refusal(GuardedHttp(allow_private=True), f"http://127.0.0.1:{port}/") == "redirect"


def test_an_answer_that_announces_100_megabytes_is_not_read(serve: Serve) -> None:
    port = serve(lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\nx"))
    begun = time.monotonic()
    assert refusal(GuardedHttp(allow_private=True), f"http://127.0.0.1:{port}/") == "answer_too_large"
    assert time.monotonic() - begun < 1


def test_an_answer_of_100_megabytes_is_cut_where_its_length_is_not_told(serve: Serve) -> None:
    sent = [0]

    def flood(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            peer.sendall(b"x" * 1024 * 1024)
            sent[0] += 1

    port = serve(flood)
    assert refusal(GuardedHttp(allow_private=True), f"http://127.0.0.1:{port}/") == "answer_too_large"
    time.sleep(0.1)
    assert sent[0] < 20


def test_an_answer_of_100_megabytes_in_chunks_is_cut(serve: Serve) -> None:
    def flood(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(100):
            peer.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")

    port = serve(flood)
    assert refusal(GuardedHttp(allow_private=True), f"http://127.0.0.1:{port}/") == "answer_too_large"


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Drip: "])
def test_a_slow_drip_ends_at_the_deadline(serve: Serve, head: bytes) -> None:
    def drip(peer: socket.socket) -> None:
        peer.sendall(head)
        for _ in range(200):
            peer.sendall(b"x")
            time.sleep(0.05)

    port = serve(drip)
    begun = time.monotonic()
    assert refusal(GuardedHttp(allow_private=True, whole_request_s=0.5), f"http://127.0.0.1:{port}/") == "timeout"
    assert time.monotonic() - begun < 1.5


def test_a_server_that_says_nothing_ends_at_the_deadline(serve: Serve) -> None:
    port = serve(lambda peer: time.sleep(3))
    assert refusal(GuardedHttp(allow_private=True, whole_request_s=0.3), f"http://127.0.0.1:{port}/") == "timeout"


def test_an_answer_that_is_no_http_breaks_off(serve: Serve) -> None:
    port = serve(lambda peer: peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"))
    assert refusal(GuardedHttp(allow_private=True), f"http://127.0.0.1:{port}/") == "broken_off"


def test_a_port_without_server_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert refusal(GuardedHttp(allow_private=True), f"http://127.0.0.1:{port}/") == "unreachable"


def test_a_certificate_for_nobody_is_refused(serve: Serve) -> None:
    port = serve(lambda peer: peer.sendall(b"this is not TLS"))
    assert refusal(GuardedHttp(allow_private=True), f"https://127.0.0.1:{port}/") == "tls"
