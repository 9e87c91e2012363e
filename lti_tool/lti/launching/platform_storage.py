"""A login kept by the platform where no cookie reaches our frame: what our pages put there and ask back.

1EdTech "LTI OIDC Login with LTI Client Side postMessages" 0.1 and "LTI postMessage Storage" 0.1. What is kept is the very
value of the login cookie, under the key of its state: sealed, bound to that state, worth nothing with another one. The
server takes it back only from our own page (`Origin`), since whoever begins a launch of his own knows his own value.
"""

import re
from collections.abc import Mapping
from typing import Final

from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.launching.state import LOGIN_COOKIE_PREFIX
from lti_tool.lti.login_initiation import StorageErrand
from lti_tool.signed_values import CookieToSet

# The field in which our page posts what it has found.
KEPT_FIELD: Final = "kept_login"
# `_parent`, or the name of a frame beside ours.
_TARGET: Final = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


def usable_target(name: str) -> str | None:
    """Give the frame's name; None for none, or for one that no frame would have."""
    return name if _TARGET.fullmatch(name) else None


def errand_to_keep(
    target: str,
    prefix: str,
    cookie: CookieToSet,
    authentication_request: str,
    form: Mapping[str, str] | None = None,
) -> StorageErrand | None:
    """Put a login's cookie value into the storage, then go on to the platform."""
    origin = origin_of(authentication_request)
    if origin is None:
        return None
    key = prefix + cookie.name.removeprefix(LOGIN_COOKIE_PREFIX)
    return StorageErrand(target, origin, key, cookie.value, authentication_request, form)


def errand_to_fetch(target: str, key: str, auth_login_url: str) -> StorageErrand | None:
    """Ask for what was put there for a state; the origin is that of the platform's authentication address (section 3)."""
    origin = origin_of(auth_login_url)
    return None if origin is None else StorageErrand(target, origin, key)
