"""The hourly refresh of the platforms' keys."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy.orm import Session

from lti_tool.errors import NotFound, ToolError
from lti_tool.lti.keys.key_sets import KeySets
from lti_tool.lti.transport.http import Http
from lti_tool.models.database import Database
from lti_tool.platforms import refresh_key_sets as module
from lti_tool.platforms.key_set_store import DatabaseKeySetStore
from lti_tool.platforms.refresh_key_sets import refresh_key_set, refresh_key_sets
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration, disable_registration
from tests.certification.platform import KeyServer, new_key, public_half, serve_keys


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with serve_keys() as server:
        yield server


@pytest.fixture(scope="module")
def keys() -> list[RSAKey]:
    return [new_key("old"), new_key("new")]


@pytest.fixture
def key_sets(database: Database) -> Iterator[KeySets]:
    http = Http(read_timeout_s=1)
    yield KeySets(DatabaseKeySetStore(database), http)
    http.close()


def register(session: Session, jwks_url: str, client_id: str, now: datetime) -> int:
    new = NewRegistration("https://lms.test", client_id, "https://lms.test/a", "https://lms.test/t", jwks_url)
    return add_registration(session, new, is_production=False, now=now).id


def kids(database: Database, url: str) -> str:
    stored = DatabaseKeySetStore(database).load(url)
    return stored.jwks_json if stored else ""


def test_every_enabled_registration_is_asked_and_a_dead_one_stops_no_other(
    database: Database, key_sets: KeySets, server: KeyServer, keys: list[RSAKey], now: datetime
) -> None:
    server.publish(public_half(keys[0]))
    with database.write.begin() as session:
        register(session, "http://127.0.0.1:9/jwks", "dead", now)
        register(session, server.url, "alive", now)
        register(session, server.url, "the same address", now)
        disable_registration(session, register(session, f"{server.url}?disabled", "disabled", now))
    assert refresh_key_sets(database, key_sets, clock=lambda: now) == (1, 1)
    assert server.asked == 1
    assert '"old"' in kids(database, server.url)


def test_what_was_asked_for_lately_is_left_alone(
    database: Database, key_sets: KeySets, server: KeyServer, keys: list[RSAKey], now: datetime
) -> None:
    server.publish(public_half(keys[0]))
    with database.write.begin() as session:
        register(session, server.url, "alive", now)
    for minutes, asked in ((0, 1), (20, 1), (60, 2)):
        refresh_key_sets(database, key_sets, clock=lambda: now + timedelta(minutes=minutes))  # noqa: B023 - called at once
        assert server.asked == asked


def test_a_budget_ends_it_and_the_next_time_begins_with_the_others(
    database: Database, key_sets: KeySets, server: KeyServer, keys: list[RSAKey], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.publish(public_half(keys[0]))
    with database.write.begin() as session:
        first = register(session, server.url, "first", now)
        register(session, f"{server.url}?second", "second", now)
    refresh_key_set(database, key_sets, first, now=now)
    monkeypatch.setattr(module, "BUDGET_S", -1.0)
    assert refresh_key_sets(database, key_sets, clock=lambda: now + timedelta(hours=1)) == (0, 2)
    assert list(module._due(database, now=now + timedelta(hours=1)))[-1] == first


def test_an_operator_asks_at_once_and_hears_what_changed(
    database: Database, key_sets: KeySets, server: KeyServer, keys: list[RSAKey], now: datetime
) -> None:
    server.publish(public_half(keys[0]))
    with database.write.begin() as session:
        registration = register(session, server.url, "alive", now)
    assert refresh_key_set(database, key_sets, registration, now=now).after == {"old"}
    server.publish(public_half(keys[1]))
    refreshed = refresh_key_set(database, key_sets, registration, now=now)
    assert (refreshed.before, refreshed.after) == (frozenset({"old"}), frozenset({"new"}))


@pytest.mark.parametrize(("status", "body", "says"), [(503, b"", "http_503"), (200, b'{"keys": []}', "unusable")])
def test_an_operator_hears_that_it_did_not_work(
    database: Database, key_sets: KeySets, server: KeyServer, now: datetime, status: int, body: bytes, says: str
) -> None:
    server.status, server.body = status, body
    with database.write.begin() as session:
        registration = register(session, server.url, "alive", now)
    with pytest.raises(ToolError, match=says):
        refresh_key_set(database, key_sets, registration, now=now)


def test_there_are_no_keys_of_a_registration_that_does_not_exist(database: Database, key_sets: KeySets, now: datetime) -> None:
    with pytest.raises(NotFound):
        refresh_key_set(database, key_sets, 99, now=now)
