"""`lti-tool serve` is asked to stop in the middle of requests: each of them is answered to its end."""

import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.installation import installed

FORM = b"iss=https%3A%2F%2Funknown.test&login_hint=4&target_link_uri=x&client_id=y"
REQUESTS = 8


def begin_request(port: int) -> socket.socket:
    """Send a request but for the last part of its body."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    head = f"POST /lti/login HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    connection.sendall(head.encode() + f"Content-Length: {len(FORM)}\r\n\r\n".encode() + FORM[:20])
    return connection


def rest_of_answer(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


@pytest.mark.journey
def test_no_request_is_cut_when_serving_ends(tmp_path: Path, sqlite_url: str, keys_folder: Path) -> None:
    with installed(tmp_path, sqlite_url, keys_folder, workers="2") as installation:
        (process,) = installation.processes
        port = urlsplit(installation.tool_url).port or 0
        connections = [begin_request(port) for _ in range(REQUESTS)]
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.poll() is None
        for connection in connections:
            connection.sendall(FORM[20:])
        answers = [rest_of_answer(connection) for connection in connections]
        for connection in connections:
            connection.close()
        assert process.wait(30) == 0
    assert [answer.split(b" ", 2)[1] for answer in answers] == [b"400"] * REQUESTS
    assert all(answer.rstrip().endswith(b"</html>") for answer in answers)
