"""Key sets across processes: one asks the platform, nobody waits in line, and all share the answer."""

import json
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta
from itertools import islice
from threading import Barrier, Event, Lock
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from lti_tool.lti.errors import LaunchRejected, ServiceUnavailable
from lti_tool.lti.keys.key_sets import ANSWER_WITHIN, COOLDOWN, MOST_ASKING, PATIENCE_S, KeySets
from lti_tool.lti.ports import Registration, StoredKeySet
from lti_tool.lti.transport.http import Http
from tests.lti.recording_platform import NOW, RecordingPlatform


class SharedStore:
    """The key set port without a database, shared by several `KeySets` as by processes."""

    def __init__(self) -> None:
        self.kept: dict[str, StoredKeySet] = {}
        self.loads = 0
        self.lock = Lock()

    def load(self, jwks_url: str) -> StoredKeySet | None:
        self.loads += 1
        return self.kept.get(jwks_url)

    def claim_fetch(self, jwks_url: str, *, now: datetime, next_fetch_at: datetime) -> bool:
        with self.lock:
            known = self.kept.get(jwks_url, StoredKeySet("", None))
            if known.next_fetch_at is not None and now < known.next_fetch_at <= next_fetch_at:
                return False
            self.kept[jwks_url] = StoredKeySet(known.jwks_json, known.fetched_at, next_fetch_at)
            return True

    def save(self, jwks_url: str, jwks_json: str, *, now: datetime) -> None:
        self.kept[jwks_url] = StoredKeySet(jwks_json, now, self.kept[jwks_url].next_fetch_at)


class Hanging:
    """In place of HTTP: platforms that take connections and do not answer, until the test says so."""

    def __init__(self) -> None:
        self.is_asked, self.goes_on = Event(), Event()
        self.at_once = self.most_at_once = 0
        self._lock = Lock()

    def registration(self, number: int) -> Registration:
        issuer = f"https://{number}.test"
        return Registration(number, issuer, "client", issuer, issuer, f"{issuer}/jwks")

    def send(self, *_: object, **__: object) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.is_asked.set()
        assert self.goes_on.wait(10)
        with self._lock:
            self.at_once -= 1
        raise ServiceUnavailable("timeout")


def key_set(kid: str) -> dict[str, Any]:
    key = RSAKey.generate_key(2048).as_dict(private=False)
    return {"keys": [{"kty": "RSA", "kid": kid, "n": key["n"], "e": key["e"]}]}


@pytest.fixture(scope="module")
def jwks() -> dict[str, Any]:
    return key_set("k1")


@pytest.fixture(scope="module")
def replaced() -> dict[str, Any]:
    """Another key under the same kid."""
    return key_set("k1")


@pytest.fixture
def store() -> SharedStore:
    return SharedStore()


def code_of(call: Any) -> str:
    with pytest.raises(LaunchRejected) as caught:
        call()
    return caught.value.code


def test_a_known_kid_asks_neither_the_platform_nor_the_database(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    keys = KeySets(store, http)
    assert keys.find_keys(platform.registration, "k1", now=NOW)
    loads = store.loads
    for second in range(60):
        assert keys.find_keys(platform.registration, "k1", now=NOW + timedelta(seconds=second))
    assert (store.loads, len(platform.asked)) == (loads, 1)


def test_another_process_finds_the_keys_in_the_database(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    KeySets(store, http).find_keys(platform.registration, "k1", now=NOW)
    assert KeySets(store, http).find_keys(platform.registration, "k1", now=NOW)
    assert len(platform.asked) == 1


def test_a_key_that_was_withdrawn_is_forgotten_in_every_process(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    platform.tell("/jwks", 200, key_set("k2"))
    one, two = KeySets(store, http), KeySets(store, http)
    for keys in (one, two):
        assert keys.find_keys(platform.registration, "k1", now=NOW)
    later = NOW + timedelta(minutes=2)
    refreshed = one.refresh(platform.registration, now=later)
    assert (refreshed.before, refreshed.after, refreshed.problem) == (frozenset({"k1"}), frozenset({"k2"}), "")
    for keys in (one, two):
        assert keys.find_keys(platform.registration, "k1", now=later) == ()
        assert keys.find_keys(platform.registration, "k2", now=later)


def test_a_key_put_in_place_of_another_under_its_kid_is_asked_for_once_in_a_cooldown(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any], replaced: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    platform.tell("/jwks", 200, replaced, times=5)
    keys = KeySets(store, http)
    old = keys.find_keys(platform.registration, "k1", now=NOW)
    assert keys.find_newer(platform.registration, "k1", old, now=NOW) == ()
    later = NOW + COOLDOWN
    new = keys.find_newer(platform.registration, "k1", old, now=later)
    assert [key.as_dict(private=False)["n"] for key in new] == [replaced["keys"][0]["n"]]
    for second in range(10):
        assert keys.find_newer(platform.registration, "k1", new, now=later + timedelta(seconds=second)) == ()
    assert len(platform.asked) == 2


def test_a_process_that_still_has_the_old_key_finds_the_new_one_in_the_database(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any], replaced: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    platform.tell("/jwks", 200, replaced)
    one, two = KeySets(store, http), KeySets(store, http)
    old = [keys.find_keys(platform.registration, "k1", now=NOW) for keys in (one, two)]
    later = NOW + COOLDOWN
    assert one.find_newer(platform.registration, "k1", old[0], now=later)
    assert two.find_newer(platform.registration, "k1", old[1], now=later)
    assert len(platform.asked) == 2


def test_a_refresh_heeds_the_cooldown_and_survives_a_platform_that_is_down(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    platform.tell("/jwks", 503)
    platform.tell("/jwks", 200, {"keys": []})
    keys = KeySets(store, http)
    problems = [keys.refresh(platform.registration, now=NOW + timedelta(seconds=second)).problem for second in (0, 29, 31, 62)]
    assert problems == ["", "asked_just_now", "http_503", "unusable"]
    assert keys.find_keys(platform.registration, "k1", now=NOW + timedelta(days=2))


def test_an_operators_refresh_does_not_wait_for_the_cooldown(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    platform.tell("/jwks", 200, key_set("k2"))
    keys = KeySets(store, http)
    keys.refresh(platform.registration, now=NOW)
    assert keys.refresh(platform.registration, now=NOW + timedelta(seconds=1), at_once=True).after == {"k2"}


def test_while_another_process_asks_this_one_does_not_wait(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    url = platform.registration.jwks_url
    assert store.claim_fetch(url, now=NOW, next_fetch_at=NOW + COOLDOWN)
    keys = KeySets(store, http)
    assert code_of(lambda: keys.find_keys(platform.registration, "k1", now=NOW)) == "keys_awaited"
    store.save(url, json.dumps(jwks), now=NOW)
    assert keys.find_keys(platform.registration, "k1", now=NOW)
    assert platform.asked == []


def test_an_answer_that_does_not_come_is_awaited_for_so_long_and_then_asked_for_anew(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    assert store.claim_fetch(platform.registration.jwks_url, now=NOW, next_fetch_at=NOW + COOLDOWN)
    keys = KeySets(store, http)
    assert code_of(lambda: keys.find_keys(platform.registration, "k1", now=NOW + ANSWER_WITHIN)) == "keys_unavailable"
    assert keys.find_keys(platform.registration, "k1", now=NOW + COOLDOWN)


def test_an_asking_that_has_failed_is_not_awaited(platform: RecordingPlatform, http: Http, store: SharedStore) -> None:
    platform.tell("/jwks", 503)
    keys = KeySets(store, http)
    for _ in range(2):
        assert code_of(lambda: keys.find_keys(platform.registration, "k1", now=NOW)) == "keys_unavailable"
    assert len(platform.asked) == 1


def test_made_up_kids_do_not_wait_in_line_for_a_platform_that_hangs(store: SharedStore) -> None:
    hanging = Hanging()
    registration = hanging.registration(1)
    keys = KeySets(store, hanging)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(keys.find_keys, registration, "made-up", now=NOW)
        assert hanging.is_asked.wait(5)
        begun = time.monotonic()
        for _ in range(20):
            assert code_of(lambda: keys.find_keys(registration, "made-up", now=NOW)) == "keys_awaited"
        # The first of them waits for a moment, and no other ever after.
        assert time.monotonic() - begun < 2 * PATIENCE_S
        assert not first.done()
        hanging.goes_on.set()
        assert getattr(first.exception(5), "code", "") == "keys_unavailable"


def test_however_many_platforms_hang_few_threads_hang_with_them(store: SharedStore) -> None:
    hanging = Hanging()
    keys = KeySets(store, hanging)  # type: ignore[arg-type]
    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(keys.find_keys, hanging.registration(number), "made-up", now=NOW) for number in range(12)]
        refused = [getattr(each.exception(), "code", "") for each in islice(as_completed(asked, timeout=10), 12 - MOST_ASKING)]
        hanging.goes_on.set()
    assert refused == ["keys_awaited"] * (12 - MOST_ASKING)
    assert hanging.most_at_once == MOST_ASKING


def test_many_first_launches_at_once_ask_once_and_all_get_the_key(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    keys = KeySets(store, http)
    barrier = Barrier(12)

    def launch(_: int) -> bool:
        barrier.wait()
        return bool(keys.find_keys(platform.registration, "k1", now=NOW))

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(launch, range(12)))
    assert len(platform.asked) == 1


def test_a_platform_that_never_gave_its_keys_and_is_down_is_said_to_be(
    platform: RecordingPlatform, http: Http, store: SharedStore
) -> None:
    platform.tell("/jwks", 500)
    assert code_of(lambda: KeySets(store, http).find_keys(platform.registration, "k1", now=NOW)) == "keys_unavailable"


def test_a_clock_that_was_ahead_keeps_nobody_from_asking(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, Any]
) -> None:
    platform.tell("/jwks", 200, jwks)
    ahead = NOW + timedelta(days=1)
    store.kept[platform.registration.jwks_url] = StoredKeySet("", None, ahead)
    assert KeySets(store, http).find_keys(platform.registration, "k1", now=NOW)
