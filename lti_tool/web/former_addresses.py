"""Addresses where the tool was reached before it moved: printed codes lead on from there, and signed badges stay checkable.

What people and QR codes open leads on to the present address. What software of verifiers reads (did:web document, status lists)
is answered under the former address itself, because badges that were signed with it name it for ever.
"""

import re
from urllib.parse import urlsplit

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.web.parts import parts

_LEADS_ON = frozenset({"verify", "front", "legal"})
# Verifiers' software; our keys, so that platforms that know the old address still take scores; style sheets and monitors.
_ANSWERED = frozenset({"credentials", "jwks", "assets", "health", "metrics"})
# Browsers keep it for a day, not for ever: somebody may move back.
_KEPT_S = 86_400


class Moved(ToolError):
    """The request came to an address that the tool has left."""

    status = 421
    code = "moved"

    def __init__(self, public_url: str) -> None:
        super().__init__(
            N_("Dieses Angebot ist umgezogen. Es liegt jetzt unter %(address)s."),
            next_step=N_("Die Administration Ihrer Lernplattform trägt dort die neue Adresse ein; dann öffnet Ihr Kurs wieder."),
            address=public_url,
        )


def set_up(app: Flask) -> None:
    """Answer requests to former addresses; before the host is checked."""
    app.before_request(_answer)


def former_url() -> str | None:
    """Tell to which of our former addresses the present request came; None: to the present one, or to another host."""
    settings = parts().settings
    host = _host(f"//{request.host}")
    if not settings.former_public_urls or host == _host(settings.public_url):
        return None
    return next((each for each in settings.former_public_urls if _host(each) == host), None)


def _host(address: str) -> str:
    # Some write the port that goes without saying.
    return re.sub(r":(80|443)$", "", urlsplit(address).netloc.lower())


def _answer() -> Response | None:
    if former_url() is None or request.blueprint in _ANSWERED:
        return None
    public_url = parts().settings.public_url
    if request.blueprint not in _LEADS_ON:
        raise Moved(public_url)
    # The path begins with a slash, so it stays at our address whatever it holds. 308 keeps the file that somebody sends.
    path = request.full_path if request.query_string else request.path
    response = redirect(public_url + path, 308)
    response.headers["Cache-Control"] = f"public, max-age={_KEPT_S}"
    return response
