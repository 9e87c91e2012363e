"""The shipped proxy: it takes what the tool promises, and slow connections end at it.

With `caddy` on the PATH it is started before a server of the tool; without, its configuration is read.
"""

import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from lti_tool.app import MAX_BODY_BYTES
from lti_tool.certificates.verify.verify_document import DOCUMENT_BYTES_MAX
from lti_tool.web.visits.browser_session import VISITORS_BODY_BYTES
from tests.installation import Installation, free_port, installed

CADDYFILE = Path(__file__).parents[2] / "docker/proxy/Caddyfile"
INGRESS = Path(__file__).parents[2] / "docker/kubernetes/ingress.yaml"
MB = 1000 * 1000


def block(name: str) -> str:
    found = re.search(rf"{name} {{(.*?)}}", CADDYFILE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, name
    return found[1]


def size(text: str) -> int:
    found = re.search(r"(\d+)(MB|m)\b", text)
    assert found is not None, text
    return int(found[1]) * MB


def test_it_takes_the_largest_bodies_that_the_tool_takes() -> None:
    assert size(block("request_body @large")) > max(DOCUMENT_BYTES_MAX, VISITORS_BODY_BYTES) + 64 * 1024
    assert size(block("request_body @small")) > MAX_BODY_BYTES
    assert size(INGRESS.read_text(encoding="utf-8")) > DOCUMENT_BYTES_MAX + 64 * 1024


def test_it_hands_on_no_body_before_it_is_whole() -> None:
    buffered = re.search(r"request_buffers (\S+)", CADDYFILE.read_text(encoding="utf-8"))
    assert buffered is not None
    assert size(buffered[1]) >= size(block("request_body @large"))
    assert 'proxy-request-buffering: "on"' in INGRESS.read_text(encoding="utf-8")


def test_it_waits_for_nobody_for_long() -> None:
    timeouts = dict(re.findall(r"(read_header|read_body|idle) (\d+)", block("timeouts")))
    assert 0 < int(timeouts["read_header"]) <= 10
    assert 0 < int(timeouts["read_body"]) <= 60
    # A body of the largest size fits in that time even from a slow connection (2 Mbit/s).
    assert DOCUMENT_BYTES_MAX * 8 / int(timeouts["read_body"]) < 2 * MB


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path, keys_folder: Path) -> Iterator[str]:
    """The tool behind the shipped Caddyfile, on a port of this machine."""
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is missing. Where it is on the PATH, it is started here.")
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "tool.sqlite3").write_bytes(_sqlite_template.read_bytes())
    port = free_port()
    with installed(folder, f"sqlite:///{folder}/tool.sqlite3", keys_folder, workers="2", rate_limits="off") as installation:
        environment = {
            "LTI_TOOL_HOST": f"http://127.0.0.1:{port}",
            "LTI_TOOL_UPSTREAM": urlsplit(installation.tool_url).netloc,
            "HOME": str(folder),
        }
        process = subprocess.Popen(
            [caddy, "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)], env=environment, cwd=folder
        )
        try:
            _wait(port, installation)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int, installation: Installation) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(installation.logs())


def slow_connection(proxy: str, sent: bytes) -> socket.socket:
    host, port = proxy.split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall(sent)
    return connection


FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
FILE = b"Content-Type: multipart/form-data; boundary=x\r\n"
BEGUN = b'--x\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n' + b"x" * 400_000


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x",
        b"POST /lti/launch HTTP/1.1\r\nHost: HOST\r\n" + FORM + b"Content-Length: 100000\r\n\r\n" + b"x" * 20_000,
        b"POST /verify/document HTTP/1.1\r\nHost: HOST\r\n" + FILE + b"Content-Length: 3000000\r\n\r\n" + BEGUN,
        b"POST /verify/document HTTP/1.1\r\nHost: HOST\r\n" + FILE + b"Transfer-Encoding: chunked\r\n\r\n7a120\r\n" + BEGUN,
        b"",
    ],
    ids=["half a header", "half a body", "half a large body", "half a chunk", "nothing"],
)
def test_forty_slow_connections_hold_nobody_up(proxy: str, sent: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(slow_connection(proxy, sent.replace(b"HOST", proxy.encode())))
        time.sleep(0.5)
        for _ in range(10):
            begun = time.monotonic()
            with urllib.request.urlopen(f"http://{proxy}/verify", timeout=10) as answer:
                assert answer.status == 200
            assert time.monotonic() - begun < 2


@pytest.mark.parametrize(("length", "status"), [(5_200_000, 400), (7_000_000, 413)])
def test_a_document_is_taken_up_to_five_megabytes(proxy: str, length: int, status: int) -> None:
    """The first is no PDF, and the tool says so; the second is none of the tool's business."""
    answer = requests.post(f"http://{proxy}/verify/document", files={"document": ("a.pdf", b"x" * length)}, timeout=60)
    assert answer.status_code == status
    assert ("<h1" in answer.text) == (status == 400)
