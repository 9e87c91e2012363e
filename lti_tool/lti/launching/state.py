"""What a login leaves behind: a signed state that travels through the platform, and a signed cookie in the browser.

Nothing is stored on the server. The two belong together: the cookie's name holds the state's key, its content the
state's digest and the nonce. Security Framework 1.0, section 5.1.3 step 9 and 7.3.1 (login CSRF); OIDC Core 3.1.2.1.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, fields
from datetime import datetime

from lti_tool.lti.login_initiation import LoginInitiation
from lti_tool.signed_values import CookieToSet, SignedValues

LOGIN_LIFETIME_S = 600
# `__Host-`: only this host, over a secure connection, can set it; nobody else on the domain (RFC 6265bis, 4.1.3.2).
LOGIN_COOKIE_PREFIX = "__Host-login-"


@dataclass(frozen=True, slots=True)
class OpenedState:
    """What a state says about itself: its key, when it was made, and the login that led to it (if short enough)."""

    key: str
    made_at: int
    initiation: LoginInitiation | None
    trimmed: LoginInitiation | None = None
    """The login without its hints, where it was too long with them: it cannot be begun anew, but says whose it was."""


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """What the login cookie holds."""

    key: str
    state_digest: str
    nonce: str
    issuer: str
    client_id: str
    target_link_uri: str
    made_at: int

    def is_expired(self, now: datetime) -> bool:
        return not -60 <= now.timestamp() - self.made_at <= LOGIN_LIFETIME_S


_LOGIN_FIELDS = tuple(field.name for field in fields(LoginInitiation))
_PENDING_FIELDS = tuple(field.name for field in fields(PendingLogin))


class Seals:
    """Signs what a login leaves behind and reads what it has signed; each kind has its own key."""

    def __init__(self, secret: str) -> None:
        self._state = SignedValues(secret, "lti.login-state", "key", "signed_at", *_LOGIN_FIELDS)
        self._cookie = SignedValues(secret, "lti.login-cookie", *_PENDING_FIELDS)

    def seal_state(self, initiation: LoginInitiation, *, now: datetime) -> tuple[str, str]:
        """Return a new key and the state that carries it."""
        key = secrets.token_urlsafe(12)
        kept = initiation if initiation.is_short else initiation.without_hints()
        carried = {name: getattr(kept, name) if kept.is_short else None for name in _LOGIN_FIELDS}
        return key, self._state.sign(key=key, signed_at=int(now.timestamp()), **carried)

    def open_state(self, state: str) -> OpenedState | None:
        """Read a state; None if we did not make it."""
        values = self._state.read(state)
        if values is None:
            return None
        key, made_at = values.pop("key"), values.pop("signed_at")
        login = LoginInitiation(**values) if values["issuer"] else None
        if login is None or login.login_hint:
            return OpenedState(key, made_at, login)
        return OpenedState(key, made_at, None, trimmed=login)

    def seal_login(self, login: PendingLogin) -> CookieToSet:
        # Not `asdict`: it copies deeply, and a login is on the way of every launch.
        values = {name: getattr(login, name) for name in _PENDING_FIELDS}
        return CookieToSet(LOGIN_COOKIE_PREFIX + login.key, self._cookie.sign(**values), LOGIN_LIFETIME_S)

    def open_login(self, value: str) -> PendingLogin | None:
        """Read a login cookie; None if we did not make it."""
        values = self._cookie.read(value)
        return None if values is None else PendingLogin(**values)


def digest_of(state: str) -> str:
    """Give what a login cookie keeps of its state: 24 characters, 144 bits of its SHA-256, base64url."""
    return urlsafe_b64encode(hashlib.sha256(state.encode("utf-8", "replace")).digest()[:18]).decode()
