"""A platform that is down is asked by one probe at a time, and everything goes at once when it is back."""

import random

from lti_tool.passback.delivering.circuit import Circuits
from lti_tool.passback.delivering.worker import Worker
from tests.passback.school import MODULE, PlaygroundSchool

# Seconds of a clock that only goes forward.
NOON = 43_200.0
MODULES = (MODULE, "technologien-und-daten", "sicherheit-und-datenschutz")


def open_circuits() -> Circuits:
    circuits = Circuits(random.Random(1))
    for _ in range(3):
        circuits.note_failure(7, retry_after_s=None, now_s=NOON)
    return circuits


def test_two_failures_do_not_open_a_circuit() -> None:
    circuits = Circuits(random.Random(1))
    circuits.note_failure(7, retry_after_s=None, now_s=NOON)
    circuits.note_failure(7, retry_after_s=None, now_s=NOON)
    assert circuits.resting() == frozenset()


def test_three_failures_in_a_row_open_a_circuit_for_that_platform_alone() -> None:
    circuits = open_circuits()
    circuits.note_failure(8, retry_after_s=None, now_s=NOON)
    assert circuits.resting() == {7}


def test_an_answer_in_between_starts_the_count_anew() -> None:
    circuits = Circuits(random.Random(1))
    for _ in range(5):
        circuits.note_failure(7, retry_after_s=None, now_s=NOON)
        circuits.note_failure(7, retry_after_s=None, now_s=NOON)
        assert circuits.note_answer(7) is False
    assert circuits.resting() == frozenset()


def test_one_probe_is_due_after_the_rest_and_no_second_beside_it() -> None:
    circuits = open_circuits()
    assert circuits.due_for_probe(NOON + 11) == ()
    assert circuits.due_for_probe(NOON + 15) == (7,)
    circuits.begin_probe(7)
    assert circuits.due_for_probe(NOON + 15) == ()
    circuits.cancel_probe(7)
    assert circuits.due_for_probe(NOON + 15) == (7,)


def test_each_failed_probe_doubles_the_rest_up_to_five_minutes() -> None:
    circuits, now, rests = open_circuits(), NOON, []
    for _ in range(8):
        begun = now
        while not circuits.due_for_probe(now):
            now += 1
        rests.append(now - begun)
        circuits.begin_probe(7)
        circuits.note_failure(7, retry_after_s=None, now_s=now)
    longest = [15, 30, 60, 120, 240, 300, 300, 300]
    assert all(limit * 0.75 <= rest <= limit + 1 for rest, limit in zip(rests, longest, strict=True))


def test_a_failure_that_was_under_way_when_the_rest_began_does_not_prolong_it() -> None:
    circuits = open_circuits()
    for _ in range(20):
        circuits.note_failure(7, retry_after_s=None, now_s=NOON + 5)
    assert circuits.due_for_probe(NOON + 15) == (7,)


def test_an_answer_closes_the_circuit_and_says_so_once() -> None:
    circuits = open_circuits()
    assert circuits.note_answer(7) is True
    assert circuits.note_answer(7) is False
    assert circuits.resting() == frozenset()


def test_a_platform_that_asks_for_a_rest_gets_it_at_once() -> None:
    circuits = Circuits(random.Random(1))
    circuits.note_failure(7, retry_after_s=600, now_s=NOON)
    assert circuits.resting() == {7}
    assert circuits.due_for_probe(NOON + 599) == ()
    assert circuits.due_for_probe(NOON + 600) == (7,)


def a_school_with_sixty_scores(school: PlaygroundSchool) -> Worker:
    for module_slug in MODULES:
        link_id = school.activity(module_slug)
        for number in range(1, 21):
            user_id = school.participant(f"participant{number:02}")
            school.launched(user_id, link_id)
            school.enqueue(user_id, 70, module_slug)
    return school.worker(concurrency=1)


def requests_answered_503(school: PlaygroundSchool) -> int:
    return 1000 - school.lms.faults.waiting()[0].times


def test_a_platform_that_is_down_is_not_asked_sixty_times(school: PlaygroundSchool) -> None:
    worker = a_school_with_sixty_scores(school)
    school.lms.answer_next(503, service="scores", times=1000)
    worker.run_once()
    assert requests_answered_503(school) == 3
    for _ in range(60):
        school.time.move(minutes=1)
        worker.run_once()
    assert requests_answered_503(school) <= 3 + 6 + 12


def test_when_the_platform_is_back_all_go_at_once(school: PlaygroundSchool) -> None:
    worker = a_school_with_sixty_scores(school)
    school.lms.answer_next(503, service="scores", times=1000)
    for _ in range(60):
        worker.run_once()
        school.time.move(minutes=10)
    school.lms.faults.clear()
    worker.run_once()
    assert school.states() == {"delivered": 60}


def test_scores_that_always_fail_do_not_stand_for_the_platform_for_ever(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    # Moodle's PHP breaks off at a user id that is no number, and nginx answers 502.
    for name in ("abc", "def", "ghi", "jkl"):
        user_id = school.person(name)
        school.launched(user_id, link_id)
        school.enqueue(user_id, 70)
    worker = school.worker(concurrency=1)
    worker.run_once()
    school.passed("participant01", link_id, 80)
    assert worker.run_once() == 0  # the platform seems to be down
    # The fourth of them, which nobody has tried, is the first probe; the new score the next.
    for _ in range(2):
        school.time.move(minutes=2)
        worker.run_once()
    assert school.grade() == 80
    assert school.states() == {"delivered": 1, "waiting": 4}


def test_one_platform_that_is_down_does_not_hold_up_another(school: PlaygroundSchool) -> None:
    worker = a_school_with_sixty_scores(school)
    school.lms.answer_next(503, service="scores", times=1000)
    worker.run_once()
    school.lms.faults.clear()
    # A second registration of the same playground, as Open edX has many under one issuer.
    second = school.second_registration()
    user_id = second.person("23")
    link_id = second.link("99", line_item_url=school.lms.line_item_url(MODULE), line_items_url=None)
    second.launched(user_id, link_id)
    second.enqueue(user_id, 55)
    assert worker.run_once() == 1
    assert school.grade("participant20") == 55
