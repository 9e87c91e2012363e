"""Key sets and tokens kept for all processes, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from lti_tool.lti.ports import AccessToken, StoredKeySet
from lti_tool.models.database import Database
from lti_tool.platforms.key_set_store import DatabaseKeySetStore
from lti_tool.platforms.registration_directory import DirectoryEntry
from lti_tool.platforms.token_store import DatabaseTokenStore

URL = "https://moodle.test/mod/lti/certs.php"
SCOPES = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


def test_a_key_set_is_kept_and_replaced(database: Database, now: datetime) -> None:
    store = DatabaseKeySetStore(database)
    assert store.load(URL) is None
    store.save(URL, '{"keys": [1]}', now=now)
    store.save(URL, '{"keys": [2]}', now=now + timedelta(hours=1))
    assert DatabaseKeySetStore(database).load(URL) == StoredKeySet('{"keys": [2]}', now + timedelta(hours=1))


def test_one_of_many_may_ask_the_platform_in_each_cooldown(database: Database, now: datetime) -> None:
    store = DatabaseKeySetStore(database)
    until = now + timedelta(seconds=30)

    def claim(_: int) -> bool:
        return store.claim_fetch(URL, now=now, next_fetch_at=until)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(claim, range(8))) == [False] * 7 + [True]
    assert not store.claim_fetch(URL, now=until - timedelta(seconds=1), next_fetch_at=until)
    assert store.claim_fetch(URL, now=until, next_fetch_at=until + timedelta(seconds=30))


def test_a_token_is_kept_replaced_and_dropped(database: Database, entry: DirectoryEntry, now: datetime) -> None:
    store = DatabaseTokenStore(database)
    registration = entry.registration.id
    old = AccessToken("old", now + timedelta(hours=1), frozenset({SCOPES}))
    new = AccessToken("new", now + timedelta(hours=2), frozenset({SCOPES, "other"}))
    assert store.load(registration, SCOPES) is None
    store.save(registration, SCOPES, old)
    assert store.load(registration, SCOPES) == old
    store.save(registration, SCOPES, new)
    store.drop(registration, SCOPES, "old")
    assert store.load(registration, SCOPES) == new
    store.drop(registration, SCOPES, "new")
    assert store.load(registration, SCOPES) is None


def test_a_token_of_a_registration_that_is_gone_is_not_kept_and_no_failure(database: Database, now: datetime) -> None:
    DatabaseTokenStore(database).save(99, SCOPES, AccessToken("x", now, frozenset()))
    assert DatabaseTokenStore(database).load(99, SCOPES) is None
