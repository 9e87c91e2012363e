"""A platform's public keys: parsed once per process, kept by a port for all, asked for again only when a kid is unknown.

A launch with a known kid makes no request. An unknown kid (the platform has changed its key, or somebody makes tokens
up) asks the platform once per cooldown, across all processes. What the platform then says replaces the kept set only
if it has usable keys: so launches go on while its key address is down or spoilt.
"""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lti_tool.lti.errors import LaunchRejected, ServiceRefused, ServiceUnavailable
from lti_tool.lti.http import Http
from lti_tool.lti.ports import KeySetStore, Registration

log = logging.getLogger(__name__)

COOLDOWN = timedelta(seconds=30)
# After this a process looks at the kept set anew, so that a key withdrawn by the platform goes everywhere.
REREAD_AFTER = timedelta(seconds=60)
WAIT_STEPS = 10
WAIT_STEP_S = 0.2
LARGEST_KEY_SET = 256 * 1024
_MOST_KEYS = 50
# RFC 7518, 3.3: RS256 needs 2048 bits or more. The upper end keeps somebody's giant key from eating the processor.
_KEY_BITS = range(2048, 8193)
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def parse_key_set(jwks_json: str) -> dict[str, RSAKey]:
    """Take the RSA signing keys out of a JWKS document, by kid; empty if it has none or is no JWKS.

    `alg` and `use` are optional (RFC 7517; Open edX sends neither): a key is passed over only where they say that it
    serves something else. Symmetric keys, and keys published with their private half, are never taken.
    """
    try:
        document: Any = json.loads(jwks_json)
    except (ValueError, RecursionError):
        return {}
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return {}
    keys: dict[str, RSAKey] = {}
    for entry in entries[:_MOST_KEYS]:
        kid = entry.get("kid") if isinstance(entry, dict) else None
        if isinstance(kid, str) and kid and kid not in keys and (key := _signing_key(entry)) is not None:
            keys[kid] = key
    return keys


def _signing_key(entry: Mapping[str, Any]) -> RSAKey | None:
    if entry.get("kty") != "RSA" or _PRIVATE_MEMBERS & entry.keys():
        return None
    if entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    modulus, exponent = entry.get("n"), entry.get("e")
    if not isinstance(modulus, str) or not isinstance(exponent, str) or len(modulus) > 1400 or len(exponent) > 12:
        return None
    # Looked at before joserfc does, which warns about short keys but takes them.
    if len(modulus) * 6 + 6 < _KEY_BITS.start:
        return None
    try:
        key = RSAKey.import_key({"kty": "RSA", "n": modulus, "e": exponent})
        bits = key.public_key.key_size
    except (JoseError, ValueError, TypeError):
        return None
    return key if bits in _KEY_BITS else None


@dataclass(frozen=True, slots=True)
class _Parsed:
    jwks_json: str
    keys: Mapping[str, RSAKey]
    read_at: datetime
    asked_at: datetime | None = None
    """When some process asked the platform last, if its answer has not been kept (yet)."""


class KeySets:
    """The platforms' key sets as this process knows them."""

    def __init__(self, store: KeySetStore, http: Http) -> None:
        self._store = store
        self._http = http
        self._parsed: dict[str, _Parsed] = {}
        self._locks: dict[str, Lock] = {}
        self._locks_lock = Lock()
        self._awaited: dict[str, datetime] = {}

    def find_key(self, registration: Registration, kid: str, *, now: datetime) -> RSAKey | None:
        """Give the key that signs as `kid`; None if the platform has no such key.

        Raises:
            LaunchRejected: the platform has never given us its keys and cannot be reached now.
        """
        url = registration.jwks_url
        parsed = self._parsed.get(url)
        if parsed is None or now - parsed.read_at > REREAD_AFTER:
            parsed = self._reread(url, now=now)
        if kid in parsed.keys:
            return parsed.keys[kid]
        # One thread asks, the others wait and look again.
        with self._lock_for(url):
            parsed = self._reread(url, now=now)
            if kid not in parsed.keys:
                parsed = self._ask_platform(registration, parsed, now=now)
        return parsed.keys.get(kid)

    def refresh(self, registration: Registration, *, now: datetime) -> bool:
        """Ask the platform for its keys unless somebody just did; tell whether a good set came.

        For a job that runs now and then: so a key that a platform withdraws is forgotten here, too.
        """
        if not self._store.claim_fetch(registration.jwks_url, now=now, next_fetch_at=now + COOLDOWN):
            return False
        try:
            return self._fetch(registration, now=now) is not None
        except (ServiceUnavailable, ServiceRefused) as failure:
            log.warning("key_set_not_fetched", extra={"registration": registration.id, "reason": failure.code})
            return False

    def _ask_platform(self, registration: Registration, kept: _Parsed, *, now: datetime) -> _Parsed:
        if not self._store.claim_fetch(registration.jwks_url, now=now, next_fetch_at=now + COOLDOWN):
            return self._wait_for_other_process(registration.jwks_url, now=now)
        try:
            fetched = self._fetch(registration, now=now)
        except (ServiceUnavailable, ServiceRefused) as failure:
            log.warning("key_set_not_fetched", extra={"registration": registration.id, "reason": failure.code})
            if not kept.keys:
                raise LaunchRejected(code="keys_unavailable") from failure
            return kept
        if fetched is None:
            log.warning("key_set_unusable", extra={"registration": registration.id})
            return kept
        return fetched

    def _wait_for_other_process(self, url: str, *, now: datetime) -> _Parsed:
        """Give the answer of whoever asked within the cooldown a moment to arrive.

        Else, when a whole class opens the first link ever, one process gets the keys and the others refuse their launches.
        """
        kept = self._reread(url, now=now)
        if kept.asked_at is None or self._awaited.get(url) == kept.asked_at:
            return kept
        # Once for each asking: made-up kids shall not hold up threads while a platform is down.
        self._awaited[url] = kept.asked_at
        for _ in range(WAIT_STEPS):
            time.sleep(WAIT_STEP_S)
            kept = self._reread(url, now=now)
            if kept.asked_at is None:
                break
        return kept

    def _fetch(self, registration: Registration, *, now: datetime) -> _Parsed | None:
        answer = self._http.send("GET", registration.jwks_url, largest=LARGEST_KEY_SET)
        if answer.status != 200:
            raise ServiceUnavailable(f"http_{answer.status}")
        jwks_json = answer.body.decode("utf-8", "replace")
        keys = parse_key_set(jwks_json)
        if not keys:
            return None
        self._store.save(registration.jwks_url, jwks_json, now=now)
        parsed = _Parsed(jwks_json, keys, now)
        self._parsed[registration.jwks_url] = parsed
        log.info("key_set_fetched", extra={"registration": registration.id, "keys": len(keys)})
        return parsed

    def _reread(self, url: str, *, now: datetime) -> _Parsed:
        stored = self._store.load(url)
        jwks_json = stored.jwks_json if stored else ""
        known = self._parsed.get(url)
        keys = known.keys if known is not None and known.jwks_json == jwks_json else parse_key_set(jwks_json)
        asked_at = None
        if stored and stored.next_fetch_at and now < stored.next_fetch_at:
            claimed_at = stored.next_fetch_at - COOLDOWN
            asked_at = claimed_at if stored.fetched_at is None or stored.fetched_at < claimed_at else None
        parsed = _Parsed(jwks_json, keys, now, asked_at)
        self._parsed[url] = parsed
        return parsed

    def _lock_for(self, url: str) -> Lock:
        with self._locks_lock:
            return self._locks.setdefault(url, Lock())
