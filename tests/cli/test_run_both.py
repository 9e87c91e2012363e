"""`make run` names the port that it cannot have, before it sets anything up."""

import socket
from collections.abc import Iterator

import pytest

from lti_tool.cli.run_both import ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
        return number


@pytest.mark.parametrize(("name", "other"), [("PORT", "LMS_PORT"), ("LMS_PORT", "PORT")])
def test_a_port_in_use_is_named(monkeypatch: pytest.MonkeyPatch, taken: int, name: str, other: str) -> None:
    monkeypatch.setenv(name, str(taken))
    monkeypatch.setenv(other, str(free()))
    with pytest.raises(SystemExit, match=f"Port {taken} is in use. Choose another one: make run {name}="):
        ports()


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "²"])
def test_what_is_no_port_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(SystemExit, match="PORT must be a port number"):
        ports()


def test_one_port_for_both_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    number = str(free())
    monkeypatch.setenv("PORT", number)
    monkeypatch.setenv("LMS_PORT", number)
    with pytest.raises(SystemExit, match=f"PORT and LMS_PORT are both {number}"):
        ports()
