from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.database import Database
from lti_tool.traffic.take_turn import Limit, source_of, sources_of, take_turn, take_turns

THREE = Limit("door", burst=3, interval_s=10)


def test_a_bucket_gives_its_turns_and_then_says_how_long_to_wait(session: Session, now: datetime) -> None:
    assert [take_turn(session, THREE, "a", now=now) for _ in range(4)] == [0, 0, 0, 10]
    assert take_turn(session, THREE, "a", now=now + timedelta(seconds=4)) == 6


def test_a_refused_try_costs_nothing(session: Session, now: datetime) -> None:
    for _ in range(20):
        take_turn(session, THREE, "a", now=now)
    assert take_turn(session, THREE, "a", now=now + timedelta(seconds=10)) == 0


def test_a_bucket_fills_up_again_but_not_above_its_rim(session: Session, now: datetime) -> None:
    for _ in range(3):
        take_turn(session, THREE, "a", now=now)
    later = now + timedelta(days=1)
    assert [take_turn(session, THREE, "a", now=later) for _ in range(4)] == [0, 0, 0, 10]


def test_sources_and_doors_have_buckets_of_their_own(session: Session, now: datetime) -> None:
    one = Limit("other", burst=1, interval_s=10)
    for _ in range(3):
        take_turn(session, THREE, "a", now=now)
    assert take_turn(session, THREE, "b", now=now) == 0
    assert take_turn(session, one, "a", now=now) == 0


def test_of_many_at_once_no_more_get_in_than_the_bucket_holds(database: Database, now: datetime) -> None:
    def knock(_: int) -> int:
        with database.write.begin() as session:
            return take_turn(session, THREE, "a", now=now)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(knock, range(24)))
    assert answers.count(0) == 3


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("64:ff9b::c000:207", "192.0.2.7", True),
        ("64:ff9b::c000:207", "64:ff9b::c000:208", False),
        ("2002:c000:207::1", "192.0.2.7", True),
        ("", "", True),
    ],
)
def test_an_ipv6_source_is_its_network(one: str, other: str, is_same: bool) -> None:
    assert (source_of(one, "secret") == source_of(other, "secret")) is is_same
    assert source_of(one, "secret") != source_of(one, "another secret")


@pytest.mark.parametrize(
    ("prefix", "turns"), [("2001:db8:1:2:{:x}::1", 3), ("2001:db8:1:1{:02x}::1", 12), ("2001:db8:1:{:x}00::1", 48)]
)
def test_whoever_has_a_large_network_has_no_more_turns_than_a_large_network_has(
    session: Session, now: datetime, prefix: str, turns: int
) -> None:
    """From one /64 as many as the limit says, from one /56 four times that, from one /48 sixteen times."""
    addresses = [prefix.format(number) for number in range(100)]
    answers = [take_turns(session, THREE, sources_of(address, "secret"), now=now) for address in addresses]
    assert answers.count(0) == turns
    assert take_turns(session, THREE, sources_of("2001:db8:2::1", "secret"), now=now) == 0


def test_a_household_that_is_refused_takes_no_turns_from_its_neighbours(session: Session, now: datetime) -> None:
    for _ in range(200):
        take_turns(session, THREE, sources_of("2001:db8:1:2::1", "secret"), now=now)
    assert take_turns(session, THREE, sources_of("2001:db8:1:3::1", "secret"), now=now) == 0


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(minutes=30), timedelta(seconds=91)])
def test_a_clock_that_was_ahead_keeps_nobody_out_once_it_is_right_again(
    session: Session, now: datetime, ahead: timedelta
) -> None:
    for _ in range(4):
        take_turn(session, THREE, "a", now=now + ahead)
    assert [take_turn(session, THREE, "a", now=now) for _ in range(4)] == [0, 0, 0, 10]


def test_two_machines_whose_clocks_differ_a_little_count_together(session: Session, now: datetime) -> None:
    fast = now + timedelta(seconds=30)
    assert [take_turn(session, THREE, "a", now=fast) for _ in range(4)] == [0, 0, 0, 10]
    assert take_turn(session, THREE, "a", now=now) > 0, "else two machines would give twice as many turns"
