"""A request's body that cannot be read is the client's fault: a 400 like any other, not an error of ours with a traceback."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from flask import Flask
from werkzeug.exceptions import BadRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

R = TypeVar("R")


def set_up(app: Flask) -> None:
    """Read every body through `_Body`."""
    app.wsgi_app = _guarded(app.wsgi_app)  # type: ignore[method-assign, assignment]


def _guarded(wsgi_app: "WSGIApplication") -> "WSGIApplication":
    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        return wsgi_app(environ, start_response)

    return application


class _Body:
    """What WSGI asks of `wsgi.input` (PEP 3333).

    Servers raise errors of their own where a chunk has no size, a chunk or its trailer does not end, or the connection does.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, *size: int) -> bytes:
        return self._tried(self._stream.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._tried(self._stream.readline, *size)

    def readlines(self, *hint: int) -> list[bytes]:
        return self._tried(self._stream.readlines, *hint)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def _tried(self, call: Callable[..., R], *size: int) -> R:
        try:
            return call(*size)
        except Exception as err:
            log.info("body_unreadable", extra={"code": type(err).__name__})
            raise BadRequest from err
