"""Failures on request: the next answers of a service are spoilt, so that people and tests can watch a tool cope."""

import threading
from dataclasses import dataclass, replace
from typing import Literal

Service = Literal["scores", "results", "lineitems", "token", "jwks", "memberships", "configuration", "registration"]
Kind = Literal["status", "hang", "reset", "page"]
# What a platform shows whom it takes for a person: with status 200, where a service should have answered.
SIGN_IN_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>Anmeldung</title></head><body>"
    '<form action="/login" method="post"><input name="username"><button>Anmelden</button></form></body></html>'
)

SERVICES: tuple[Service, ...] = (
    "scores",
    "results",
    "lineitems",
    "token",
    "jwks",
    "memberships",
    "configuration",
    "registration",
)

_EXACT: dict[str, Service] = {
    "/mod/lti/token.php": "token",
    "/mod/lti/certs.php": "jwks",
    "/mod/lti/openid-configuration.php": "configuration",
    "/mod/lti/openid-registration.php": "registration",
}
_ENDINGS: dict[str, Service] = {"scores": "scores", "results": "results", "memberships": "memberships"}


def service_of(path: str) -> Service | None:
    """Tell which service an address belongs to; None for pages and the authentication endpoint."""
    if path in _EXACT:
        return _EXACT[path]
    if not path.startswith("/mod/lti/services.php/"):
        return None
    return _ENDINGS.get(path.rpartition("/")[2], "lineitems")


@dataclass(frozen=True)
class Fault:
    """One kind of failure for the next requests."""

    kind: Kind
    service: Service | None
    times: int = 1
    status: int = 503
    retry_after: int | None = None
    seconds: float = 0.0
    after_work: bool = False
    """Whether the request is done before its answer is lost, so that the tool cannot know."""


class Faults:
    """A queue of failures; each request takes the first that fits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self.released = threading.Event()
        """Set when the server stops, so that hanging answers end."""

    def add(self, fault: Fault) -> None:
        """Queue a failure."""
        with self._lock:
            self._waiting.append(fault)

    def waiting(self) -> tuple[Fault, ...]:
        """List what has not happened yet."""
        with self._lock:
            return tuple(self._waiting)

    def let_go(self) -> None:
        """End the wait of all requests that hang now."""
        with self._lock:
            hanging, self.released = self.released, threading.Event()
        hanging.set()

    def clear(self) -> None:
        """Forget what has not happened yet."""
        with self._lock:
            self._waiting.clear()

    def take(self, service: Service) -> Fault | None:
        """Give the failure for a request to this service, if one waits, and count it."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.service in (None, service):
                    self._count_down(place, fault)
                    return fault
        return None

    def _count_down(self, place: int, fault: Fault) -> None:
        if fault.times > 1:
            self._waiting[place] = replace(fault, times=fault.times - 1)
        else:
            del self._waiting[place]
