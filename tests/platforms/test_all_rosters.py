"""At night every roster is read, whatever one of them does, and no platform keeps the others from it."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select

from lti_tool.jobs.turns import Shares, Turns
from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.transport.http import Http
from lti_tool.models import Course, Membership, RosterReading
from lti_tool.models.database import Database
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.platforms.roster.refresh_roster import FAILED, refresh_all_rosters, refresh_roster
from lti_tool.platforms.roster.store_members import NOBODY
from lti_tool.platforms.token_store import DatabaseTokenStore
from lti_tool.playground.launching.signing import new_key
from tests.lti.recording_platform import Asked, RecordingPlatform, Told, serve


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return new_key()


@pytest.fixture
def platform() -> Iterator[RecordingPlatform]:
    with serve() as platform:
        yield platform


@pytest.fixture
def client(database: Database, key: RSAKey) -> Iterator[ServiceClient]:
    http = Http(read_timeout_s=2.0)
    yield ServiceClient(http, DatabaseTokenStore(database), lambda: key)
    http.close()


def courses(database: Database, platform: RecordingPlatform, *names: str, now: datetime) -> list[int]:
    """Connect a platform with some courses, and return our ids of them."""
    new = NewRegistration(
        issuer=platform.url,
        client_id="tool",
        auth_login_url=f"{platform.url}/auth",
        token_url=f"{platform.url}/token",
        jwks_url=f"{platform.url}/jwks",
    )
    with database.write.begin() as session:
        added = add_registration(session, new, is_production=False, now=now)
        platform_id = session.connection().exec_driver_sql("SELECT max(id) FROM platform").scalar_one()
        rows = [
            Course(
                platform_id=platform_id,
                context_id=name,
                registration_id=added.id,
                memberships_url=f"{platform.url}/{name}",
                created_at=now,
                last_seen_at=now,
            )
            for name in names
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def readings(database: Database) -> dict[int, tuple[int, str]]:
    with database.read() as session:
        query = select(RosterReading.course_id, RosterReading.members, RosterReading.problem)
        return {course_id: (members, problem) for course_id, members, problem in session.execute(query)}


GOOD = {"members": [{"user_id": "1", "roles": ["Learner"]}]}


@pytest.mark.parametrize(
    "evil",
    [
        pytest.param(b'{"members": [{"user_id": "\\ud800", "roles": ["Learner"]}]}', id="half a surrogate pair"),
        pytest.param(b'{"members": [{"user_id": "\\u0000"}]}', id="a NUL"),
        pytest.param(b'{"members": [{"user_id": ' + b"1" * 5000 + b"}]}", id="a number without end"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"\xff\xfe\x00", id="no text at all"),
        pytest.param(b'{"members": NaN}', id="no list"),
    ],
)
def test_a_roster_that_nobody_can_read_does_not_stop_the_others(
    database: Database, client: ServiceClient, platform: RecordingPlatform, evil: bytes, now: datetime
) -> None:
    first, second = courses(database, platform, "evil", "good", now=now)
    platform.tell("/evil", 200, evil)
    platform.tell("/good", 200, GOOD)
    assert refresh_all_rosters(database, client, clock=lambda: now) == Turns(1, 1, 0)
    found = readings(database)
    assert found[second] == (1, "")
    assert found[first][1] != ""


def test_a_fault_of_ours_in_one_course_does_not_stop_the_others_and_is_told(
    database: Database, client: ServiceClient, platform: RecordingPlatform, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = courses(database, platform, "one", "two", now=now)
    for path in ("/one", "/two"):
        platform.tell(path, 200, GOOD)
    called = client.call

    def broken(registration: object, request: object, *, now: datetime) -> object:
        if request.url.startswith(f"{platform.url}/one"):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return called(registration, request, now=now)  # type: ignore[arg-type]

    monkeypatch.setattr(client, "call", broken)
    assert refresh_all_rosters(database, client, clock=lambda: now) == Turns(1, 1, 0)
    assert readings(database) == {first: (0, FAILED), second: (1, "")}


def test_a_platform_that_hangs_leaves_the_others_their_time(
    database: Database, client: ServiceClient, platform: RecordingPlatform, now: datetime
) -> None:
    hanging = [f"course-{number}" for number in range(20)]
    answered = platform.answer

    def hang(asked: Asked) -> Told:
        time.sleep(30 if asked.path.startswith("/course-") else 0)
        return answered(asked)

    platform.answer = hang  # type: ignore[method-assign]
    courses(database, platform, *hanging, now=now)
    with serve() as other:
        other.tell("/good", 200, GOOD)
        (good,) = courses(database, other, "good", now=now)
        began = time.monotonic()
        turns = refresh_all_rosters(database, client, Shares(turn_s=0.5), clock=lambda: now)
    assert (turns.done, turns.left) == (1, 0)
    assert readings(database)[good] == (1, "")
    assert time.monotonic() - began < 5


def test_the_longest_unread_comes_first(
    database: Database, client: ServiceClient, platform: RecordingPlatform, now: datetime
) -> None:
    ids = courses(database, platform, "a", "b", "c", now=now)
    for path, times in (("/a", 2), ("/b", 2), ("/c", 1)):
        platform.tell(path, 200, GOOD, times=times)
    refresh_roster(database, client, ids[1], now=now)
    refresh_roster(database, client, ids[0], now=now + timedelta(hours=1))
    refresh_all_rosters(database, client, clock=lambda: now + timedelta(hours=2))
    assert [asked.path for asked in platform.asked if asked.path != "/token"] == ["/b", "/a", "/c", "/b", "/a"]


@pytest.mark.parametrize("status", ["Deleted", "inactive"])
def test_a_reading_that_stores_nobody_is_no_success(
    database: Database, client: ServiceClient, platform: RecordingPlatform, status: str, now: datetime
) -> None:
    (course,) = courses(database, platform, "a", now=now)
    platform.tell("/a", 200, {"members": [{"user_id": "1", "roles": ["Learner"], "status": status}]})
    platform.tell("/a", 200, {"members": []})
    for _ in range(2):
        assert refresh_roster(database, client, course, now=now).problem == NOBODY
        with database.read() as session:
            reading = session.scalars(select(RosterReading)).one()
            assert (reading.read_at, reading.problem) == (None, NOBODY)
            assert session.scalars(select(Membership)).all() == []


def test_a_roster_that_goes_on_for_ever_ends_in_time(
    database: Database, client: ServiceClient, platform: RecordingPlatform, now: datetime
) -> None:
    (course,) = courses(database, platform, "a", now=now)
    count = 0

    def endless(asked: Asked) -> Told:
        nonlocal count
        if asked.path == "/token":
            body = {"access_token": "t", "expires_in": 3600, "scope": asked.form["scope"]}
            return Told(200, json.dumps(body).encode(), {}, None)
        count += 1
        time.sleep(0.05)
        members = json.dumps({"members": [{"user_id": str(count)}]}).encode()
        return Told(200, members, {"Link": f'<{platform.url}/a?page={count}>; rel="next"'}, None)

    platform.answer = endless  # type: ignore[method-assign]
    began = time.monotonic()
    with pytest.raises(Exception, match=r"^(timeout|out_of_time)$"):
        refresh_roster(database, client, course, whole_s=0.5, now=now)
    assert time.monotonic() - began < 3
    assert readings(database)[course][1] in ("out_of_time", "timeout")
