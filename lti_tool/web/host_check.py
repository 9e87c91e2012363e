"""Refuse requests for another host than ours: whoever points a name at this server gets no page of it."""

import logging
from urllib.parse import urlsplit

from flask import Flask, request

from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.web.former_addresses import former_url
from lti_tool.web.parts import parts

log = logging.getLogger(__name__)

# Monitors ask by the address of one process; no page for people is among these.
_FOR_MONITORS = frozenset({"/livez", "/readyz", "/metrics"})


class WrongHost(ToolError):
    """The Host header names another server."""

    status = 421
    code = "wrong_host"

    def __init__(self) -> None:
        super().__init__(
            N_("Unter dieser Adresse ist das Angebot nicht zu erreichen."),
            next_step=N_("Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs."),
        )


def set_up(app: Flask) -> None:
    """Check every request in production (in development tools and tests come by several names)."""
    app.before_request(_check)


def _check() -> None:
    settings = parts().settings
    if not settings.is_production or request.path in _FOR_MONITORS:
        return
    # The port may differ behind a proxy, and every address that we make is built from PUBLIC_URL anyway.
    if _hostname(f"//{request.host}") != _hostname(settings.public_url) and former_url() is None:
        raise WrongHost


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
