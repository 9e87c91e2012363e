"""Strangers send what is no HTTP to the real server: they get a 400, and nobody is woken by an error of ours."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.installation import Installation, installed

# What a body in chunks may have wrong with it (RFC 9112, 7.1).
BODIES = {
    "a size that is no number": b"xyz\r\nhello\r\n0\r\n\r\n",
    "a size below zero": b"-5\r\nhello\r\n0\r\n\r\n",
    "a size in decimal with a point": b"5.0\r\nhello\r\n0\r\n\r\n",
    "no size": b"\r\nhello\r\n0\r\n\r\n",
    "an endless size": b"f" * 20_000,
    "a chunk longer than it says": b"2\r\nhello\r\n0\r\n\r\n",
    "a broken extension": b"5;=\x00\r\nhello\r\n0\r\n\r\n",
    "a broken trailer": b"5\r\nhello\r\n0\r\nno colon here\r\n\r\n",
    "bare line feeds": b"5\nhello\n0\n\n",
}
HEADS = {
    "no request line": b"hello\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n",
    "two lengths": b"POST /verify HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
    "length and chunks": b"POST /verify HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length that is no number": b"POST /verify HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\nabc",
    "an unknown coding": b"POST /verify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc",
}


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path, keys_folder: Path) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("tool")
    database = folder / "tool.sqlite3"
    database.write_bytes(_sqlite_template.read_bytes())
    with installed(folder, f"sqlite:///{database}", keys_folder, workers="1") as installation:
        yield installation


def answer_to(tool: Installation, sent: bytes, *, ends: bool = False) -> str:
    """Send bytes and give the first line of what comes back."""
    port = urlsplit(tool.tool_url).port or 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(sent)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while b"\r\n" not in received and (part := connection.recv(65536)):
            received += part
    return received.split(b"\r\n")[0].decode()


@pytest.mark.journey
@pytest.mark.parametrize("path", ["/verify/document", "/verify", "/lti/launch", "/lti/login", "/lti/register/x"])
@pytest.mark.parametrize("wrong", BODIES)
def test_a_malformed_chunk_is_a_400(tool: Installation, path: str, wrong: str) -> None:
    kind = b"application/x-www-form-urlencoded" if path != "/verify/document" else b"multipart/form-data; boundary=x"
    head = b"POST " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + kind
    answer = answer_to(
        tool,
        head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + BODIES[wrong],
        ends=wrong in ("an endless size", "bare line feeds"),
    )
    assert answer.split(" ")[1] in ("400", "404"), answer
    assert "Traceback" not in tool.logs()


@pytest.mark.journey
@pytest.mark.parametrize("wrong", HEADS)
def test_a_malformed_head_is_refused_without_a_traceback(tool: Installation, wrong: str) -> None:
    answer = answer_to(tool, HEADS[wrong])
    assert answer.split(" ")[1][0] == "4" or answer.split(" ")[1] == "501", answer
    assert "Traceback" not in tool.logs()


@pytest.mark.journey
@pytest.mark.parametrize("path", ["/verify/document", "/lti/launch"])
def test_whoever_hangs_up_in_the_middle_of_a_body_leaves_no_traceback(tool: Installation, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    answer_to(tool, f"{head}Content-Length: 500\r\n\r\nabc".encode(), ends=True)
    answer_to(tool, f"{head}Transfer-Encoding: chunked\r\n\r\n500\r\nabc".encode(), ends=True)
    assert answer_to(tool, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").endswith("200 OK")
    assert "Traceback" not in tool.logs()
