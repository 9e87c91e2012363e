"""Calls a platform's services with an access token: OAuth 2.0 client credentials with private_key_jwt.

Security Framework 1.0, section 4.1; RFC 7523. A token is kept for all processes until a minute before it expires.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE

from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.ports import AccessToken, Registration, SigningKey, TokenStore
from lti_tool.lti.service_hosts import check_service_url, with_registered_scheme
from lti_tool.lti.transport.http import WHOLE_REQUEST_S, Http, HttpAnswer
from lti_tool.lti.transport.patience import time_for_call

log = logging.getLogger(__name__)

# Moodle 4.2 grants no leeway: an `iat` five seconds ahead of its clock is refused.
ISSUED_IN_THE_PAST_S = 45
ASSERTION_LIFE_S = 300
EXPIRY_MARGIN = timedelta(seconds=60)
_DEFAULT_LIFE_S = 3600
_LARGEST_TOKEN_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """One call; `accept` and `content_type` to the letter, since platforms compare them so."""

    method: str
    url: str
    scopes: tuple[str, ...]
    accept: str | None = None
    content_type: str | None = None
    body: bytes | None = None
    named_by: str | None = None
    """Address whose answer named this one; None where a signed launch did."""


class ServiceClient:
    """Speaks to the services of all registered platforms; one per process, safe to use from its threads."""

    def __init__(self, http: Http, tokens: TokenStore, signing_key: SigningKey) -> None:
        self._http = http
        self._tokens = tokens
        self._signing_key = signing_key
        self._fresh: dict[tuple[int, str], AccessToken] = {}
        self._failed: dict[tuple[int, str], tuple[float, ServiceUnavailable]] = {}
        self._lock = Lock()
        self._fetch_locks: dict[tuple[int, str], Lock] = {}

    def call(self, registration: Registration, request: ServiceRequest, *, now: datetime) -> HttpAnswer:
        """Send a request with a token and give the answer, whatever its status.

        A 401 means that the token is no longer good; Open edX says 403 for the same. So after either the token is
        dropped and the call made once more with a new one.

        Raises:
            ServiceRefused: the address is not the platform's, or the platform does not grant the scopes.
            ServiceUnavailable: platform or token cannot be had now.
        """
        request = replace(request, url=with_registered_scheme(registration, request.url))
        check_service_url(registration, request.url, named_by=request.named_by)
        token = self._token(registration, request.scopes, now=now)
        answer = self._send(request, token)
        if answer.status in (401, 403):
            self._drop(registration, request.scopes, token)
            token = self._token(registration, request.scopes, now=now)
            answer = self._send(request, token)
        return answer

    def fetch_token(self, registration: Registration, scopes: Iterable[str], *, now: datetime) -> AccessToken:
        """Ask the platform's token endpoint for a new token, past all caches; also the connection check uses this.

        Raises:
            ServiceUnavailable: no token now. Also where the endpoint says no (`token_refused`): an administrator mends
                that at the platform, and then what waits shall go on by itself.
        """
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(registration, now=now),
            "scope": " ".join(sorted(scopes)),
        }
        answer = self._http.send(
            "POST",
            registration.token_url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode("ascii"),
            largest=_LARGEST_TOKEN_ANSWER,
        )
        return _read_token(answer, asked=frozenset(scopes), now=now)

    def _assertion(self, registration: Registration, *, now: datetime) -> str:
        """Sign who we are (Security Framework 4.1.1). Each has its own `jti`: the claims dict is made anew for each, since
        authlib writes the jti into the one it is given."""
        key = self._signing_key()
        moment = int(now.timestamp())
        assertion: str = private_key_jwt_sign(
            key,
            client_id=registration.client_id,
            token_endpoint=registration.token_audience or registration.token_url,
            header={"kid": key.kid},
            claims={},
            issued_at=moment - ISSUED_IN_THE_PAST_S,
            expires_at=moment + ASSERTION_LIFE_S,
        )
        return assertion

    def _token(self, registration: Registration, scopes: tuple[str, ...], *, now: datetime) -> AccessToken:
        asked = " ".join(sorted(scopes))
        place = (registration.id, asked)
        found = self._fresh.get(place)
        if found is None or found.expires_at - EXPIRY_MARGIN <= now:
            waited_from = time.monotonic()
            with self._only_one_asks(place):
                found = self._fresh.get(place)
                if found is None or found.expires_at - EXPIRY_MARGIN <= now:
                    found = self._ask_unless_just_failed(registration, asked, waited_from, now=now)
        lacking = set(scopes) - found.granted_scopes
        if lacking:
            # Moodle and Open edX drop unknown scopes from the grant without a word.
            raise ServiceRefused("scope_not_granted", f"The platform does not grant {' '.join(sorted(lacking))}.")
        return found

    def _ask_unless_just_failed(
        self, registration: Registration, asked: str, waited_from: float, *, now: datetime
    ) -> AccessToken:
        """Get a token; whoever waited while another thread asked in vain takes that for an answer.

        Else they would ask one after the other, each to the end of a timeout, where the endpoint hangs.
        """
        place = (registration.id, asked)
        failed = self._failed.get(place)
        if failed is not None and failed[0] >= waited_from:
            raise ServiceUnavailable(failed[1].code, failed[1].reason, retry_after_s=failed[1].retry_after_s)
        try:
            found = self._stored_or_new(registration, asked, now=now)
        except ServiceUnavailable as failure:
            self._failed[place] = (time.monotonic(), failure)
            raise
        self._fresh[place] = found
        return found

    def _stored_or_new(self, registration: Registration, asked: str, *, now: datetime) -> AccessToken:
        stored = self._tokens.load(registration.id, asked)
        if stored is not None and stored.expires_at - EXPIRY_MARGIN > now:
            return stored
        token = self.fetch_token(registration, asked.split(), now=now)
        self._tokens.save(registration.id, asked, token)
        return token

    def _drop(self, registration: Registration, scopes: tuple[str, ...], token: AccessToken) -> None:
        asked = " ".join(sorted(scopes))
        place = (registration.id, asked)
        with self._only_one_asks(place):
            if self._fresh.get(place) == token:
                del self._fresh[place]
            self._tokens.drop(registration.id, asked, token.value)

    def _send(self, request: ServiceRequest, token: AccessToken) -> HttpAnswer:
        headers: dict[str, str] = {}
        if request.accept is not None:
            headers["Accept"] = request.accept
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        return self._http.send(request.method, request.url, headers=headers, body=request.body, bearer=token.value)

    @contextmanager
    def _only_one_asks(self, place: tuple[int, str]) -> Iterator[None]:
        """Let one thread ask for a token; the others wait for it, but not for long: its platform may hang."""
        lock = self._lock_for(place)
        if not lock.acquire(timeout=time_for_call(WHOLE_REQUEST_S)):
            raise ServiceUnavailable("timeout", "The platform's token endpoint does not answer.")
        try:
            yield
        finally:
            lock.release()

    def _lock_for(self, place: tuple[int, str]) -> Lock:
        with self._lock:
            return self._fetch_locks.setdefault(place, Lock())


def checked(answer: HttpAnswer, *, now: datetime, accepted: Iterable[int] = (200,)) -> HttpAnswer:
    """Give an answer that is good; sort the others into refused and unavailable, in this one place.

    Raises:
        ServiceRefused: 4xx but 408, 425 and 429.
        ServiceUnavailable: those, 5xx, and redirects: a login page or a maintenance page stands where the service was.
    """
    status = answer.status
    if status in accepted:
        return answer
    if status in (408, 425, 429) or status >= 500 or 300 <= status < 400 or status < 200:
        raise ServiceUnavailable(
            f"http_{status}",
            f"The platform answered {status}.",
            retry_after_s=answer.retry_after_s(now_s=now.timestamp()),
        )
    raise ServiceRefused(f"http_{status}", f"The platform answered {status}.")


def json_of(answer: HttpAnswer) -> Any:
    """Read an answer's body, or say that the service is not there: error pages come with status 200, too.

    Raises:
        ServiceUnavailable: the body is no JSON.
    """
    try:
        return answer.json()
    except ValueError as err:
        raise ServiceUnavailable("not_json", "The platform did not answer with JSON.") from err


def _read_token(answer: HttpAnswer, *, asked: frozenset[str], now: datetime) -> AccessToken:
    retry_after_s = answer.retry_after_s(now_s=now.timestamp())
    if answer.status != 200:
        if 400 <= answer.status < 500 and answer.status not in (408, 425, 429):
            raise ServiceUnavailable("token_refused", _oauth_error(answer), retry_after_s=retry_after_s)
        raise ServiceUnavailable(f"token_http_{answer.status}", retry_after_s=retry_after_s)
    document = json_of(answer)
    value = document.get("access_token") if isinstance(document, dict) else None
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ServiceUnavailable("token_unreadable")
    assert isinstance(document, dict)
    life_s = document.get("expires_in", _DEFAULT_LIFE_S)
    if isinstance(life_s, str) and life_s.isdigit():
        life_s = int(life_s[:9])
    if isinstance(life_s, bool) or not isinstance(life_s, int | float) or not 0 < life_s < 10**7:
        life_s = _DEFAULT_LIFE_S
    scope = document.get("scope")
    # RFC 6749, 5.1: `scope` may be left out where all was granted.
    granted = frozenset(scope.split()) if isinstance(scope, str) else asked
    return AccessToken(value, now + timedelta(seconds=life_s), granted)


def _oauth_error(answer: HttpAnswer) -> str:
    """Give the platform's error word, for an administrator. Moodle puts whole sentences and invalid JSON there."""
    try:
        document = answer.json()
    except ValueError:
        return ""
    error: Mapping[str, object] = document if isinstance(document, dict) else {}
    word = error.get("error")
    return "".join(letter for letter in word if letter.isprintable())[:200] if isinstance(word, str) else ""
