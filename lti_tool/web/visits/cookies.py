"""Sets and ends cookies that also work in a frame of the platform, and keeps the login cookies few."""

from flask import request
from werkzeug.wrappers import Response

from lti_tool.lti.launching.state import LOGIN_COOKIE_PREFIX
from lti_tool.signed_values import CookieToSet

MOST_LOGINS = 4


def set_cookie(response: Response, cookie: CookieToSet) -> None:
    """Set a cookie that also works in a frame: Chromium drops unpartitioned third-party cookies without a word."""
    response.set_cookie(
        cookie.name,
        cookie.value,
        max_age=cookie.max_age_s,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )


def end_cookie(response: Response, name: str) -> None:
    """Remove a cookie; all attributes must be those it was set with, else a partitioned one stays."""
    set_cookie(response, CookieToSet(name, "", 0))


def end_old_logins(response: Response) -> None:
    """Keep the login cookies few. Browsers send the older ones first (RFC 6265, 5.4)."""
    names = [name for name in request.cookies if name.startswith(LOGIN_COOKIE_PREFIX)]
    for name in names[: max(0, len(names) - (MOST_LOGINS - 1))]:
        end_cookie(response, name)
