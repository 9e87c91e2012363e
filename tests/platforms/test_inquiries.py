"""What people want to know of a platform is asked in the background: once, by one, and no platform takes over two threads."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lti_tool.jobs.stop import Stop
from lti_tool.models import Course, Inquiry, RegistrationRow
from lti_tool.models.database import Database
from lti_tool.platforms.checking.inquirer import AT_ONCE_TO_ONE, Inquirer
from lti_tool.platforms.checking.inquiries import (
    CLAIM,
    MOST_TRIES,
    SLOW_AFTER,
    InquiredPlace,
    InquiryKind,
    InquiryState,
    claim_inquiries,
    end_inquiry,
    open_inquiry,
    state_of,
)
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration


@pytest.fixture
def registrations(database: Database, now: datetime) -> list[int]:
    """Four platforms."""
    ids = []
    for number in range(4):
        host = f"https://moodle{number}.test"
        new = NewRegistration(
            issuer=host,
            client_id="tool",
            auth_login_url=f"{host}/auth",
            token_url=f"{host}/token",
            jwks_url=f"{host}/jwks",
        )
        with database.write.begin() as session:
            ids.append(add_registration(session, new, is_production=True, now=now).id)
    return ids


def wish(database: Database, place: InquiredPlace, now: datetime, kind: InquiryKind = InquiryKind.CONNECTION) -> None:
    with database.write.begin() as session:
        open_inquiry(session, kind, place, now=now)


def state(database: Database, place: InquiredPlace, now: datetime, kind: InquiryKind = InquiryKind.CONNECTION) -> InquiryState:
    with database.read() as session:
        return state_of(session, kind, place, now=now)


def places(database: Database, registration_id: int, count: int) -> list[InquiredPlace]:
    """Some courses of a registration, for inquiries that differ."""
    with database.write.begin() as session:
        registration = session.get_one(RegistrationRow, registration_id)
        rows = [
            Course(
                platform_id=registration.platform_id,
                context_id=f"{registration_id}-{number}",
                registration_id=registration_id,
                created_at=registration.created_at,
                last_seen_at=registration.created_at,
            )
            for number in range(count)
        ]
        session.add_all(rows)
        session.flush()
        return [InquiredPlace(registration_id, row.id) for row in rows]


def test_an_answer_stays_until_there_is_a_newer_one(database: Database, registrations: list[int], now: datetime) -> None:
    place = InquiredPlace(registrations[0])
    assert state(database, place, now) == InquiryState()
    wish(database, place, now)
    assert state(database, place, now) == InquiryState(is_open=True)
    answers = iter(["one", "two"])
    inquirer = Inquirer(database, {InquiryKind.CONNECTION: lambda _: next(answers)}, clock=lambda: now)
    assert inquirer.run() == 1
    assert state(database, place, now) == InquiryState(answered_at=now, answer="one")
    wish(database, place, now + timedelta(hours=1))
    assert state(database, place, now + timedelta(hours=1)) == InquiryState(is_open=True, answered_at=now, answer="one")
    inquirer.run()
    assert state(database, place, now).answer == "two"


def test_wishing_again_changes_nothing_while_it_is_open(database: Database, registrations: list[int], now: datetime) -> None:
    place = InquiredPlace(registrations[0])
    for second in range(20):
        wish(database, place, now + timedelta(seconds=second))
    with database.read() as session:
        assert [row.asked_at for row in session.scalars(select(Inquiry))] == [now]
    asked: list[InquiredPlace] = []
    Inquirer(database, {InquiryKind.CONNECTION: asked.append}, clock=lambda: now).run()
    assert asked == [place]


def test_what_waits_too_long_is_told_as_slow(database: Database, registrations: list[int], now: datetime) -> None:
    place = InquiredPlace(registrations[0])
    wish(database, place, now)
    assert not state(database, place, now + SLOW_AFTER - timedelta(seconds=1)).is_slow
    assert state(database, place, now + SLOW_AFTER).is_slow
    assert state(database, place, now - timedelta(days=1)).is_slow, "a clock that was ahead"


def test_of_two_workers_one_asks(database: Database, registrations: list[int], now: datetime) -> None:
    wish(database, InquiredPlace(registrations[0]), now)
    with database.write.begin() as session:
        assert len(claim_inquiries(session, busy=(), limit=9, now=now)) == 1
    with database.write.begin() as session:
        assert claim_inquiries(session, busy=(), limit=9, now=now) == []


def test_what_a_dead_worker_had_taken_is_taken_over_and_its_late_answer_does_not_count(
    database: Database, registrations: list[int], now: datetime
) -> None:
    place = InquiredPlace(registrations[0])
    wish(database, place, now)
    with database.write.begin() as session:
        (dead,) = claim_inquiries(session, busy=(), limit=9, now=now)
    later = now + CLAIM
    with database.write.begin() as session:
        (heir,) = claim_inquiries(session, busy=(), limit=9, now=later)
    with database.write.begin() as session:
        end_inquiry(session, dead, "late", now=later)
    assert state(database, place, later).is_open
    with database.write.begin() as session:
        end_inquiry(session, heir, "right", now=later)
    assert state(database, place, later).answer == "right"


def test_a_claim_of_a_clock_that_was_a_day_ahead_rests_no_day(
    database: Database, registrations: list[int], now: datetime
) -> None:
    wish(database, InquiredPlace(registrations[0]), now)
    with database.write.begin() as session:
        claim_inquiries(session, busy=(), limit=9, now=now + timedelta(days=1))
    with database.write.begin() as session:
        assert len(claim_inquiries(session, busy=(), limit=9, now=now)) == 1


def test_one_that_brings_its_worker_down_is_given_up(database: Database, registrations: list[int], now: datetime) -> None:
    place = InquiredPlace(registrations[0])
    wish(database, place, now)
    for number in range(MOST_TRIES):
        with database.write.begin() as session:
            assert len(claim_inquiries(session, busy=(), limit=9, now=now + number * CLAIM)) == 1
    later = now + MOST_TRIES * CLAIM
    with database.write.begin() as session:
        assert claim_inquiries(session, busy=(), limit=9, now=later) == []
    assert not state(database, place, later).is_open
    wish(database, place, later)
    with database.write.begin() as session:
        assert len(claim_inquiries(session, busy=(), limit=9, now=later)) == 1


def test_a_fault_in_one_is_an_answer_and_stops_no_other(database: Database, registrations: list[int], now: datetime) -> None:
    for registration_id in registrations:
        wish(database, InquiredPlace(registration_id), now)

    def ask(place: InquiredPlace) -> str:
        if place.registration_id == registrations[1]:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x")
        return "good"

    assert Inquirer(database, {InquiryKind.CONNECTION: ask}, clock=lambda: now).run() == 4
    answers = [state(database, InquiredPlace(registration_id), now) for registration_id in registrations]
    assert [each.is_open for each in answers] == [False] * 4
    assert [each.answer for each in answers] == ["good", None, "good", "good"]


def in_thread(run: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


def test_a_platform_that_hangs_holds_two_threads_and_the_others_are_asked(
    database: Database, registrations: list[int], now: datetime
) -> None:
    hanging, *others = registrations
    released, lock = threading.Event(), threading.Lock()
    at_once = most = 0

    def ask(place: InquiredPlace) -> str:
        nonlocal at_once, most
        if place.registration_id != hanging:
            return "good"
        with lock:
            at_once += 1
            most = max(most, at_once)
        released.wait(20)
        with lock:
            at_once -= 1
        return "late"

    for place in places(database, hanging, 20):
        wish(database, place, now)
    running = in_thread(Inquirer(database, {InquiryKind.CONNECTION: ask}, clock=lambda: now).run)
    until(lambda: at_once == AT_ONCE_TO_ONE)
    for registration_id in others:
        wish(database, InquiredPlace(registration_id), now)
    until(lambda: all(state(database, InquiredPlace(each), now).answer == "good" for each in others))
    assert most == AT_ONCE_TO_ONE
    released.set()
    running.join(20)
    assert not running.is_alive()
    with database.read() as session:
        assert session.scalars(select(Inquiry).where(Inquiry.is_open)).all() == []
    assert most == AT_ONCE_TO_ONE


def test_a_process_that_is_to_end_takes_nothing_more(database: Database, registrations: list[int], now: datetime) -> None:
    wish(database, InquiredPlace(registrations[0]), now)
    assert Inquirer(database, {}, clock=lambda: now, stop=Stop(is_asked=True)).run() == 0
    assert state(database, InquiredPlace(registrations[0]), now).is_open
