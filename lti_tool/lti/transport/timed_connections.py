"""Connections with one end for everything: a peer that sends a byte now and then does not move it.

The timeouts of urllib3 count from byte to byte and for each address of a host, so an answer's headers, or a host with fifty
addresses where nobody listens, could hold a thread for hours.
"""

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family, create_connection

_ends: ContextVar[float] = ContextVar("ends", default=inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End every connection attempt and every answer of this block after so many seconds."""
    before = _ends.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(before)


def be_patient_only_in_time(manager: PoolManager) -> PoolManager:
    """Return a pool manager whose connections keep the end that `within` sets."""
    manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return manager


def left_s() -> float:
    """Return the seconds to the end.

    Raises:
        TimeoutError: there are none.
    """
    left = _ends.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _TimedReads(io.RawIOBase):
    """What comes out of a socket; each wait for more is no longer than what is left."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._wait_s = connected.gettimeout()
        # Counts as a user of the socket, which stays open until its last user is done.
        self._raw = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = left_s()
        self._socket.settimeout(left if self._wait_s is None else min(left, self._wait_s))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReads(sock))


class _Timed(HTTPConnection):
    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        """Connect to the first address that answers, as urllib3 does, with one end for all of them."""
        try:
            found = socket.getaddrinfo(self._dns_host.strip("[]"), self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except socket.gaierror as err:
            raise NameResolutionError(self.host, self, err) from err
        failure: OSError | None = None
        for number, (*_, address) in enumerate(found):
            try:
                # What is left is shared, so that a second address is tried although the first one swallows everything.
                wait_s = left_s() / (len(found) - number)
                if isinstance(self.timeout, int | float):
                    wait_s = min(wait_s, self.timeout)
                return create_connection((str(address[0]), int(address[1])), wait_s, socket_options=self.socket_options)
            except OSError as err:
                failure = err
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out.") from failure
        raise NewConnectionError(self, f"Failed to establish a new connection: {failure}") from failure


class _TimedHttps(_Timed, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Timed


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedHttps
