"""Runs the playground on a port: in a thread for tests, as a program for people."""

import logging
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from lti_tool.errors import ConfigurationError
from lti_tool.messages import N_
from lti_tool.playground.application import create_playground
from lti_tool.playground.platform import Playground

log = logging.getLogger(__name__)


class _Handler(WSGIRequestHandler):
    """Closes each connection after its answer, and logs quietly."""

    protocol_version = "HTTP/1.0"

    def send_response(self, code: int, message: str | None = None) -> None:
        """Leave Date and Server to the application, whose clock may be wrong on purpose."""
        self.log_request(code)
        self.send_response_only(code, message)

    def log(self, type: str, message: str, *args: Any) -> None:
        log.debug("playground_request", extra={"kind": type, "line": message % args if args else message})


class _Server(ThreadedWSGIServer):
    """Lets `reset_connection` have its way: a socket set to linger 0 is closed without a polite end before."""

    def shutdown_request(self, request: Any) -> None:
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER) if request.fileno() >= 0 else 0
        if linger:
            self.close_request(request)
        else:
            super().shutdown_request(request)


class Served:
    """A playground that answers on a port; a context manager that stops it."""

    def __init__(self, server: ThreadedWSGIServer, lms: Playground) -> None:
        self._server = server
        self._lms = lms
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.base_url = lms.issuer
        self._thread.start()

    def stop(self) -> None:
        """End the server and every answer that hangs; more than once does no harm."""
        self._lms.faults.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def serve_in_thread(lms: Playground, port: int = 0, *, host: str = "127.0.0.1") -> Served:
    """Serve a playground in a thread of this process.

    Args:
        port: 0 takes a free one and makes `http://host:port` the playground's issuer.
    Returns:
        What has `base_url` and `stop()`, and stops at the end of a `with`.
    """
    server = _Server(host, port, create_playground(lms), handler=_Handler)
    if port == 0:
        lms.site.issuer = f"http://{host}:{server.server_port}"
    return Served(server, lms)


def refuse_in_production(environment: Literal["development", "production"]) -> None:
    """Stop where the settings say production: the playground lets anybody be anybody.

    Raises:
        ConfigurationError: it is production.
    """
    if environment == "production":
        raise ConfigurationError(
            N_("Die Playground-Lernplattform startet nicht, wo LTI_TOOL_ENVIRONMENT auf production steht."),
            next_step=N_("Verwenden Sie dort die Lernplattform Ihrer Organisation."),
        )


def main(
    bind: str,
    tool_url: str,
    data_dir: Path | None,
    *,
    environment: Literal["development", "production"],
) -> None:
    """Run the playground until it is interrupted.

    Args:
        bind: `HOST:PORT`; this is also its address for browsers.
        tool_url: public address of the tool that it launches.
        data_dir: where it keeps course, gradebook and keys; None keeps nothing.
        environment: what the settings say.
    """
    refuse_in_production(environment)
    host, _, port = bind.rpartition(":")
    shown_host = "127.0.0.1" if host in ("", "0.0.0.0") else host  # noqa: S104 - compared, not bound
    lms = Playground(f"http://{shown_host}:{port}", data_dir)
    lms.register_tool(tool_url)
    try:
        server = _Server(host or "127.0.0.1", int(port), create_playground(lms), handler=_Handler)
    except SystemExit as err:  # werkzeug's way to say that it cannot listen there
        raise ConfigurationError(
            N_("Die Playground-Lernplattform kann %(bind)s nicht belegen; dort läuft schon ein Programm."),
            next_step=N_("Wählen Sie einen anderen Port, zum Beispiel mit LMS_PORT=8011."),
            bind=bind,
        ) from err
    log.info("playground_ready", extra={"url": lms.issuer})
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        log.info("playground_stopped")
    finally:
        lms.faults.released.set()
        server.server_close()
