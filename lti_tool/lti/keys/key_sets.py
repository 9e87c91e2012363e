"""A platform's public keys: parsed once per process, kept by a port for all, asked for again when a launch does not fit them.

A launch whose key is known makes no request. An unknown kid (the platform has changed its key, or somebody makes tokens up)
asks the platform once per cooldown, across all processes; so does a signature that the known key did not make, because some
platforms put a new key under the old kid. One thread asks. The others wait a moment for its answer, but do not stand in line:
where a platform does not answer at once, their page comes again by itself.
What the platform then says replaces the kept set only if it has usable keys: so launches go on while its key address is down
or spoilt. A regular refresh (`refresh`) forgets the keys that a platform has withdrawn.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event, Lock

from joserfc.jwk import RSAKey

from lti_tool.lti.errors import LaunchRefusal, LaunchRejected, ServiceRefused, ServiceUnavailable
from lti_tool.lti.keys.jwks import KeysByKid, parse_key_set
from lti_tool.lti.ports import KeySetStore, Registration
from lti_tool.lti.transport.http import Http

log = logging.getLogger(__name__)

COOLDOWN = timedelta(seconds=30)
# After this a process looks at the kept set anew, so that a key withdrawn by the platform goes everywhere.
REREAD_AFTER = timedelta(seconds=60)
# As long as a request to a platform usually takes at most: after that nobody waits for the answer any more.
ANSWER_WITHIN = timedelta(seconds=20)
LARGEST_KEY_SET = 256 * 1024
# How long others wait for an answer, which usually comes in a tenth of that. Where it has not, nobody waits from then on,
# until it comes that fast again.
PATIENCE_S = 1.0
# Threads of a process that may ask at the same time, whatever platforms are down: the rest serve everybody else.
MOST_ASKING = 3


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of asking a platform for its keys; `problem` is empty where a good set came."""

    before: frozenset[str]
    after: frozenset[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Parsed:
    jwks_json: str
    keys: KeysByKid
    read_at: datetime
    asked_at: datetime | None = None
    """When some process asked the platform last, while the cooldown of that lasts."""
    is_answered: bool = True
    """Whether that asking has brought a set."""

    def is_awaited(self, now: datetime) -> bool:
        """Whether some process has asked just now and may still get its answer."""
        return self.asked_at is not None and not self.is_answered and now - self.asked_at < ANSWER_WITHIN


class KeySets:
    """The platforms' key sets as this process knows them."""

    def __init__(self, store: KeySetStore, http: Http) -> None:
        self._store = store
        self._http = http
        self._parsed: dict[str, _Parsed] = {}
        self._lock = Lock()
        self._asking: dict[str, Event] = {}
        self._slow: set[str] = set()
        self._failed: dict[str, datetime] = {}

    def find_keys(self, registration: Registration, kid: str, *, now: datetime) -> tuple[RSAKey, ...]:
        """Return the keys that sign as `kid`, usually one; empty if the platform has no such key.

        Raises:
            LaunchRejected: `keys_awaited` while somebody else is asking the platform, `keys_unavailable` if it has never given
                its keys and cannot be reached now.
        """
        url = registration.jwks_url
        parsed = self._parsed.get(url)
        if parsed is None or now - parsed.read_at > REREAD_AFTER or kid not in parsed.keys:
            parsed = self._reread(url, now=now)
        if kid not in parsed.keys:
            parsed = self._ask_once(registration, parsed, now=now)
        return parsed.keys.get(kid, ())

    def find_newer(self, registration: Registration, kid: str, tried: tuple[RSAKey, ...], *, now: datetime) -> tuple[RSAKey, ...]:
        """Return keys that have taken the place of those tried, after a signature that none of them made; empty: none have.

        Raises:
            LaunchRejected: `keys_awaited`.
        """
        parsed = self._reread(registration.jwks_url, now=now)
        if parsed.keys.get(kid) is tried:
            parsed = self._ask_once(registration, parsed, now=now)
        newer = parsed.keys.get(kid, ())
        return () if newer is tried else newer

    def refresh(self, registration: Registration, *, now: datetime, at_once: bool = False) -> Refreshed:
        """Ask the platform for its keys: so one that it has withdrawn is forgotten here, in every process within a minute.

        Args:
            at_once: ask also if somebody has just asked.
        """
        url = registration.jwks_url
        before = frozenset(self._reread(url, now=now).keys)
        if not self._store.claim_fetch(url, now=now, next_fetch_at=now + COOLDOWN) and not at_once:
            return Refreshed(before, before, "asked_just_now")
        try:
            fetched = self._fetch(registration, now=now)
        except (ServiceUnavailable, ServiceRefused) as failure:
            return Refreshed(before, before, failure.code)
        return Refreshed(before, before, "unusable") if fetched is None else Refreshed(before, frozenset(fetched.keys))

    def _ask_once(self, registration: Registration, kept: _Parsed, *, now: datetime) -> _Parsed:
        url = registration.jwks_url
        if kept.is_awaited(now) and self._failed.get(url) != kept.asked_at:
            return self._answer_of_another(url, now=now)
        if kept.asked_at is not None:
            return _as_kept(kept)
        with self._turn(url) as is_ours:
            if is_ours and self._store.claim_fetch(url, now=now, next_fetch_at=now + COOLDOWN):
                return self._ask(registration, kept, now=now)
        return self._answer_of_another(url, now=now)

    def _ask(self, registration: Registration, kept: _Parsed, *, now: datetime) -> _Parsed:
        begun = time.monotonic()
        try:
            fetched = self._fetch(registration, now=now)
        except (ServiceUnavailable, ServiceRefused):
            self._failed[registration.jwks_url] = now
            return _as_kept(kept)
        if time.monotonic() - begun < PATIENCE_S:
            self._slow.discard(registration.jwks_url)
        if fetched is None:
            self._failed[registration.jwks_url] = now
        return fetched or kept

    def _answer_of_another(self, url: str, *, now: datetime) -> _Parsed:
        """Return what another thread gets from the platform, if it gets it now.

        Raises:
            LaunchRejected: `keys_awaited`; the launch comes again by itself.
        """
        asking = self._asking.get(url)
        if asking is None or url in self._slow:
            raise LaunchRejected(LaunchRefusal.KEYS_AWAITED)
        if not asking.wait(PATIENCE_S):
            self._slow.add(url)
            raise LaunchRejected(LaunchRefusal.KEYS_AWAITED)
        return _as_kept(self._reread(url, now=now))

    @contextmanager
    def _turn(self, url: str) -> Iterator[bool]:
        """Take the turn to ask: one thread for each address, and few for all addresses together."""
        answered = Event()
        with self._lock:
            is_ours = url not in self._asking and len(self._asking) < MOST_ASKING
            if is_ours:
                self._asking[url] = answered
        try:
            yield is_ours
        finally:
            if is_ours:
                with self._lock:
                    del self._asking[url]
                answered.set()

    def _fetch(self, registration: Registration, *, now: datetime) -> _Parsed | None:
        """Ask the platform and keep its answer; None if there is no usable key in it."""
        url = registration.jwks_url
        try:
            answer = self._http.send("GET", url, largest=LARGEST_KEY_SET)
            if answer.status != 200:
                raise ServiceUnavailable(f"http_{answer.status}")
        except (ServiceUnavailable, ServiceRefused) as failure:
            log.warning("key_set_not_fetched", extra={"registration": registration.id, "reason": failure.code})
            raise
        jwks_json = answer.body.decode("utf-8", "replace")
        keys = parse_key_set(jwks_json)
        if not keys:
            log.warning("key_set_unusable", extra={"registration": registration.id})
            return None
        self._store.save(url, jwks_json, now=now)
        known = self._parsed.get(url)
        if known is not None and known.jwks_json == jwks_json:
            parsed = replace(known, read_at=now)
        else:
            parsed = _Parsed(jwks_json, keys, now)
        self._parsed[url] = parsed
        log.info("key_set_fetched", extra={"registration": registration.id, "keys": len(keys)})
        return parsed

    def _reread(self, url: str, *, now: datetime) -> _Parsed:
        stored = self._store.load(url)
        jwks_json = stored.jwks_json if stored else ""
        known = self._parsed.get(url)
        keys = known.keys if known is not None and known.jwks_json == jwks_json else parse_key_set(jwks_json)
        asked_at, is_answered = None, True
        if stored and stored.next_fetch_at and now < stored.next_fetch_at <= now + COOLDOWN:
            asked_at = stored.next_fetch_at - COOLDOWN
            is_answered = stored.fetched_at is not None and stored.fetched_at >= asked_at
        parsed = _Parsed(jwks_json, keys, now, asked_at, is_answered)
        self._parsed[url] = parsed
        return parsed


def _as_kept(kept: _Parsed) -> _Parsed:
    if not kept.keys:
        raise LaunchRejected(LaunchRefusal.KEYS_UNAVAILABLE)
    return kept
