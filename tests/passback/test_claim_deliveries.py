"""Claims, leases and what becomes of outcomes that come too late; on both engines."""

import random
import threading

from lti_tool.passback.columns.column_reading import ColumnReader
from lti_tool.passback.delivering.claim_deliveries import (
    LEASE,
    claim_deliveries,
    claim_probe,
    claim_unresolved,
    is_any_lease_expired,
    is_anything_due,
    release_expired,
    renew_leases,
)
from lti_tool.passback.delivering.deliver_score import Sending, deliver_score
from lti_tool.passback.delivering.memory import DatabaseMemory
from lti_tool.passback.delivering.record_outcomes import Ended, record_outcomes
from lti_tool.passback.delivery import Abandoned, Arrived, ClaimedDelivery, Delayed, Outcome, Parked
from tests.passback.school import MONDAY, PlaygroundSchool, School, TestClock

ITEM = "https://moodle.test/mod/lti/services.php/2/lineitems/18/lineitem?type_id=2"
ITEMS = "https://moodle.test/mod/lti/services.php/2/lineitems?type_id=2"


def some_waiting(school: School, count: int, *, line_item_url: str | None = ITEM) -> list[int]:
    link_id = school.link("15", line_item_url=line_item_url, line_items_url=ITEMS)
    users = [school.person(str(number)) for number in range(4, 4 + count)]
    for user_id in users:
        school.launched(user_id, link_id)
        school.enqueue(user_id, 70)
    return users


def claim(school: School, name: str, limit: int = 100) -> list[ClaimedDelivery]:
    with school.database.write.begin() as session:
        return claim_deliveries(session, claim=name, limit=limit, now=school.clock())


def record(school: School, claimed: ClaimedDelivery, outcome: Outcome) -> None:
    with school.database.write.begin() as session:
        record_outcomes(session, [Ended(claimed, outcome)], chance=random.Random(1), now=school.clock())


def test_a_claim_takes_no_more_than_asked_and_the_longest_waiting_first(paper_school: School, clock: TestClock) -> None:
    users = some_waiting(paper_school, 1)
    clock.move(seconds=1)
    users += some_waiting_later(paper_school, 2)
    clock.move(seconds=1)
    assert [each.user_sub for each in claim(paper_school, "a", 2)] == ["4", "90"]


def some_waiting_later(school: School, count: int) -> list[int]:
    link_id = school.link("16", line_item_url=ITEM, line_items_url=ITEMS)
    users = [school.person(str(90 + number)) for number in range(count)]
    for number, user_id in enumerate(users):
        school.launched(user_id, link_id)
        school.enqueue(user_id, 70 + number)
    return users


def test_eight_threads_claim_each_delivery_once(paper_school: School) -> None:
    some_waiting(paper_school, 40)
    together = threading.Barrier(8)
    taken: list[int] = []

    def take(name: str) -> None:
        together.wait()
        while mine := claim(paper_school, name, 3):
            taken.extend(each.id for each in mine)

    threads = [threading.Thread(target=take, args=(f"worker {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A claim that met only rows held by others may have come back empty: what is left is taken now.
    taken += [each.id for each in claim(paper_school, "the last")]
    assert sorted(taken) == list(range(1, 41))


def test_a_claimed_delivery_is_not_due(paper_school: School, clock: TestClock) -> None:
    some_waiting(paper_school, 1)
    claim(paper_school, "a")
    with paper_school.database.read() as session:
        assert not is_anything_due(session, resting=(), now=clock())
        assert not is_any_lease_expired(session, now=clock())


def test_a_lease_that_ends_lets_another_worker_take_over(paper_school: School, clock: TestClock) -> None:
    some_waiting(paper_school, 1)
    (first,) = claim(paper_school, "a")
    clock.move(seconds=45)
    with paper_school.database.write.begin() as session:
        assert release_expired(session, now=clock()) == 1
    (second,) = claim(paper_school, "b")
    assert (first.id, second.id, second.claim) == (1, 1, "b")


def test_a_renewed_lease_lasts_longer_and_only_for_its_own_claim(paper_school: School, clock: TestClock) -> None:
    some_waiting(paper_school, 2)
    claim(paper_school, "a")
    clock.move(seconds=30)
    with paper_school.database.write.begin() as session:
        assert renew_leases(session, {1: "a", 2: "somebody else"}, now=clock()) == {1}
    clock.move(seconds=30)
    with paper_school.database.write.begin() as session:
        assert release_expired(session, now=clock()) == 1
    assert paper_school.states() == {"claimed": 1, "waiting": 1}


def test_an_outcome_that_comes_after_the_takeover_is_left_out(paper_school: School, clock: TestClock) -> None:
    (user_id,) = some_waiting(paper_school, 1)
    (late,) = claim(paper_school, "a")
    clock.move(seconds=45)
    with paper_school.database.write.begin() as session:
        release_expired(session, now=clock())
    (taken_over,) = claim(paper_school, "b")
    record(paper_school, late, Parked("http_400"))
    assert paper_school.delivery(user_id).state == "claimed"
    record(paper_school, taken_over, Arrived(clock()))
    assert paper_school.delivery(user_id).state == "delivered"
    assert paper_school.events(user_id) == ["enqueued 1 70", "delivered 1 70"]


def test_nothing_is_sent_once_the_lease_has_ended(school: PlaygroundSchool) -> None:
    user_id = school.passed("participant01", school.activity(), 70)
    (claimed,) = claim(school, "a")
    school.time.move(seconds=45)
    memory = DatabaseMemory(school.database)
    sending = Sending(
        school.gradebooks,
        memory,
        str.title,
        school.time,
        may_send=lambda each: school.time() < each.lease_until,
        reader=ColumnReader(school.gradebooks, memory, school.time),
    )
    assert deliver_score(claimed, sending) == Abandoned()
    assert school.posted() == []
    record(school, claimed, Abandoned())
    delivery = school.delivery(user_id)
    assert (delivery.state, delivery.tries, delivery.next_try_at) == ("waiting", 0, MONDAY + LEASE)


def test_what_was_given_back_keeps_its_tries(paper_school: School, clock: TestClock) -> None:
    (user_id,) = some_waiting(paper_school, 1)
    record(paper_school, claim(paper_school, "a")[0], Delayed("http_503"))
    clock.move(minutes=2)
    record(paper_school, claim(paper_school, "b")[0], Abandoned())
    delivery = paper_school.delivery(user_id)
    assert (delivery.state, delivery.tries, delivery.last_error) == ("waiting", 1, "http_503")


def test_an_outcome_of_an_older_version_does_not_settle_the_newer(paper_school: School, clock: TestClock) -> None:
    outcomes: tuple[Outcome, ...] = (Arrived(MONDAY), Parked("user_not_gradable"), Delayed("http_503"))
    for number, outcome in enumerate(outcomes):
        user_id = paper_school.person(str(number))
        course = paper_school.another_course(f"course {number}")
        link_id = paper_school.link(f"link {number}", line_item_url=ITEM, line_items_url=None, course_id=course)
        paper_school.launched(user_id, link_id)
        paper_school.enqueue(user_id, 70)
        (claimed,) = claim(paper_school, f"claim {number}")
        paper_school.enqueue(user_id, 90)
        record(paper_school, claimed, outcome)
        delivery = paper_school.delivery(user_id)
        assert (delivery.state, delivery.version, delivery.score_given) == ("waiting", 2, 90)
        assert delivery.delivered_version == (1 if number == 0 else None)
        assert delivery.tries == (1 if number == 2 else 0)
        claim(paper_school, f"out of the way {number}")


def test_of_a_line_item_nobody_has_found_one_delivery_is_taken(paper_school: School, clock: TestClock) -> None:
    some_waiting(paper_school, 3, line_item_url=None)
    assert claim(paper_school, "a") == []
    with paper_school.database.write.begin() as session:
        (one,) = claim_unresolved(session, claim="a", limit=5, now=clock())
    with paper_school.database.write.begin() as session:
        assert claim_unresolved(session, claim="b", limit=5, now=clock()) == []
    assert one.line_item_url is None


def test_a_probe_is_the_delivery_that_was_tried_least(paper_school: School, clock: TestClock) -> None:
    some_waiting(paper_school, 2)
    record(paper_school, claim(paper_school, "a", 1)[0], Delayed("http_502"))
    clock.move(hours=1)
    with paper_school.database.write.begin() as session:
        (probe,) = claim_probe(session, registration_id=paper_school.registration_id, claim="b", now=clock())
    assert (probe.id, probe.tries) == (2, 0)


def test_a_probe_may_be_one_whose_line_item_is_not_known(paper_school: School, clock: TestClock) -> None:
    some_waiting(paper_school, 2, line_item_url=None)
    with paper_school.database.write.begin() as session:
        assert len(claim_probe(session, registration_id=paper_school.registration_id, claim="b", now=clock())) == 1


def test_a_resting_platform_is_passed_over(paper_school: School, clock: TestClock) -> None:
    some_waiting(paper_school, 2)
    resting = {paper_school.registration_id}
    with paper_school.database.write.begin() as session:
        assert claim_deliveries(session, claim="a", limit=5, resting=resting, now=clock()) == []
    with paper_school.database.read() as session:
        assert not is_anything_due(session, resting=resting, now=clock())
