"""Key sets across processes: one asks the platform, the others wait for its answer and share it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from joserfc.jwk import RSAKey

from lti_tool.lti import key_sets as module
from lti_tool.lti.errors import LaunchRejected
from lti_tool.lti.http import Http
from lti_tool.lti.key_sets import KeySets
from lti_tool.lti.ports import StoredKeySet
from tests.lti.recording_platform import NOW, RecordingPlatform


class SharedStore:
    """The key set port without a database, shared by several `KeySets` as by processes."""

    def __init__(self) -> None:
        self.kept: dict[str, StoredKeySet] = {}
        self.loads = 0

    def load(self, jwks_url: str) -> StoredKeySet | None:
        self.loads += 1
        return self.kept.get(jwks_url)

    def claim_fetch(self, jwks_url: str, *, now: datetime, next_fetch_at: datetime) -> bool:
        known = self.kept.get(jwks_url, StoredKeySet("", None))
        if known.next_fetch_at is not None and known.next_fetch_at > now:
            return False
        self.kept[jwks_url] = StoredKeySet(known.jwks_json, known.fetched_at, next_fetch_at)
        return True

    def save(self, jwks_url: str, jwks_json: str, *, now: datetime) -> None:
        self.kept[jwks_url] = StoredKeySet(jwks_json, now, self.kept[jwks_url].next_fetch_at)


@pytest.fixture(scope="module")
def jwks() -> dict[str, object]:
    key = RSAKey.generate_key(2048).as_dict(private=False)
    return {"keys": [{"kty": "RSA", "kid": "k1", "n": key["n"], "e": key["e"]}]}


@pytest.fixture
def store() -> SharedStore:
    return SharedStore()


def test_a_known_kid_asks_neither_the_platform_nor_the_database(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, object]
) -> None:
    platform.tell("/jwks", 200, jwks)
    keys = KeySets(store, http)
    assert keys.find_key(platform.registration, "k1", now=NOW) is not None
    loads = store.loads
    for second in range(60):
        assert keys.find_key(platform.registration, "k1", now=NOW + timedelta(seconds=second)) is not None
    assert (store.loads, len(platform.asked)) == (loads, 1)


def test_another_process_finds_the_keys_in_the_database(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, object]
) -> None:
    platform.tell("/jwks", 200, jwks)
    KeySets(store, http).find_key(platform.registration, "k1", now=NOW)
    assert KeySets(store, http).find_key(platform.registration, "k1", now=NOW) is not None
    assert len(platform.asked) == 1


def test_a_key_that_was_withdrawn_is_forgotten_in_every_process(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, object]
) -> None:
    other = RSAKey.generate_key(2048).as_dict(private=False)
    platform.tell("/jwks", 200, jwks)
    platform.tell("/jwks", 200, {"keys": [{"kty": "RSA", "kid": "k2", "n": other["n"], "e": other["e"]}]})
    one, two = KeySets(store, http), KeySets(store, http)
    for keys in (one, two):
        assert keys.find_key(platform.registration, "k1", now=NOW) is not None
    later = NOW + timedelta(minutes=2)
    assert one.refresh(platform.registration, now=later)
    assert one.find_key(platform.registration, "k1", now=later) is None
    assert two.find_key(platform.registration, "k1", now=later) is None


def test_a_refresh_heeds_the_cooldown_and_survives_a_platform_that_is_down(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, object]
) -> None:
    platform.tell("/jwks", 200, jwks)
    platform.tell("/jwks", 503)
    keys = KeySets(store, http)
    assert keys.refresh(platform.registration, now=NOW)
    assert not keys.refresh(platform.registration, now=NOW + timedelta(seconds=29))
    assert not keys.refresh(platform.registration, now=NOW + timedelta(seconds=31))
    assert keys.find_key(platform.registration, "k1", now=NOW + timedelta(days=2)) is not None


def test_while_another_process_asks_the_platform_this_one_waits_for_its_answer(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = platform.registration.jwks_url
    assert store.claim_fetch(url, now=NOW, next_fetch_at=NOW + module.COOLDOWN)
    # The other process gets its answer while this one sleeps.
    monkeypatch.setattr("lti_tool.lti.key_sets.time.sleep", lambda _: store.save(url, json.dumps(jwks), now=NOW))
    assert KeySets(store, http).find_key(platform.registration, "k1", now=NOW) is not None
    assert platform.asked == []


def test_it_waits_once_for_each_asking_and_no_longer_than_two_seconds(
    platform: RecordingPlatform, http: Http, store: SharedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("lti_tool.lti.key_sets.time.sleep", slept.append)
    assert store.claim_fetch(platform.registration.jwks_url, now=NOW, next_fetch_at=NOW + module.COOLDOWN)
    keys = KeySets(store, http)
    for number in range(5):
        assert keys.find_key(platform.registration, f"made-up-{number}", now=NOW) is None
    assert sum(slept) == pytest.approx(2.0)


def test_many_first_launches_at_once_ask_once_and_all_get_the_key(
    platform: RecordingPlatform, http: Http, store: SharedStore, jwks: dict[str, object]
) -> None:
    platform.tell("/jwks", 200, jwks)
    keys = KeySets(store, http)
    barrier = Barrier(12)

    def launch(_: int) -> bool:
        barrier.wait()
        return keys.find_key(platform.registration, "k1", now=NOW) is not None

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(launch, range(12)))
    assert len(platform.asked) == 1


def test_a_platform_that_never_gave_its_keys_and_is_down_is_said_to_be(
    platform: RecordingPlatform, http: Http, store: SharedStore
) -> None:
    platform.tell("/jwks", 500)
    with pytest.raises(LaunchRejected) as caught:
        KeySets(store, http).find_key(platform.registration, "k1", now=NOW)
    assert caught.value.code == "keys_unavailable"
