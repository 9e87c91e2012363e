"""WSGI layer that spoils answers as `faults` says: a status, a long wait, a connection that is reset."""

import json
import socket
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Response

from lti_tool.playground.faults import SIGN_IN_PAGE, Fault, Faults, service_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def reset_connection(environ: "WSGIEnvironment") -> None:
    """Make the server's socket send RST instead of a polite end when it is closed."""
    connection: Any = environ.get("werkzeug.socket") or environ.get("gunicorn.socket")
    if isinstance(connection, socket.socket):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    raise ConnectionResetError("the playground was told to reset this connection")


class FaultyWsgi:
    """Wraps the playground's application."""

    def __init__(self, application: "WSGIApplication", faults: Faults) -> None:
        self._application = application
        self._faults = faults

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        service = service_of(environ.get("PATH_INFO", ""))
        fault = self._faults.take(service) if service else None
        if fault is None:
            return self._application(environ, start_response)
        answer = self._work(environ) if fault.after_work else None
        if fault.kind == "reset":
            reset_connection(environ)
        if fault.kind == "hang":
            self._faults.released.wait(fault.seconds)
            status, headers, body = answer or self._work(environ)
            start_response(status, headers)
            return [body]
        _read_body(environ)
        return self._spoilt(fault, start_response)

    def _work(self, environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
        """Let the application do the request, and hold its answer back."""
        response = Response.from_app(self._application, environ, buffered=True)
        return response.status, list(response.headers), response.get_data()

    def _spoilt(self, fault: Fault, start_response: "StartResponse") -> Iterable[bytes]:
        if fault.kind == "page":
            page = SIGN_IN_PAGE.encode()
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))])
            return [page]
        body = json.dumps({"status": fault.status, "reason": "Playground fault"}).encode()
        headers = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))]
        if fault.retry_after is not None:
            headers.append(("Retry-After", str(fault.retry_after)))
        start_response(f"{fault.status} Playground fault", headers)
        return [body]


def _read_body(environ: "WSGIEnvironment") -> None:
    # An unread body would make the server close with RST, and the client might never see the status.
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdigit():
        environ["wsgi.input"].read(int(length))
