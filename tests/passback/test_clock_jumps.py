"""A wall clock that was ahead for a while leaves nothing asleep once it is right again; on both engines."""

from datetime import timedelta

import pytest

from lti_tool.jobs.chores import Chore, take_chore
from lti_tool.models.database import Database
from tests.passback.school import MONDAY, PlaygroundSchool
from tests.passback.test_claim_deliveries import claim

JUMPS = [{"hours": 24}, {"days": 3}, {"days": 400}, {"hours": 1}]


@pytest.fixture(params=JUMPS, ids=str)
def jump(request: pytest.FixtureRequest) -> dict[str, float]:
    found: dict[str, float] = request.param
    return found


def back(jump: dict[str, float]) -> dict[str, float]:
    return {unit: -count for unit, count in jump.items()}


def test_a_score_that_was_put_off_meanwhile_goes_when_its_time_has_come(school: PlaygroundSchool, jump: dict[str, float]) -> None:
    worker = school.worker()
    school.passed("participant01", school.activity(), 80)
    school.time.put_wrong(**jump)
    school.lms.answer_next(503, service="scores")
    worker.run_once()
    school.time.put_wrong(**back(jump))
    school.time.move(seconds=61)
    worker.run_once()
    assert school.grade() == 80


def test_a_score_that_was_written_meanwhile_goes_at_once(school: PlaygroundSchool, jump: dict[str, float]) -> None:
    school.time.put_wrong(**jump)
    school.passed("participant01", school.activity(), 80)
    school.time.put_wrong(**back(jump))
    school.worker().run_once()
    assert school.grade() == 80


def test_what_a_worker_had_claimed_that_died_meanwhile_is_taken_over(school: PlaygroundSchool, jump: dict[str, float]) -> None:
    school.passed("participant01", school.activity(), 80)
    school.time.put_wrong(**jump)
    assert len(claim(school, "of one that dies")) == 1
    school.time.put_wrong(**back(jump))
    school.worker().run_once()
    assert school.grade() == 80


def test_a_platform_that_was_down_meanwhile_gets_new_scores_as_soon_as_it_has_rested(
    school: PlaygroundSchool, jump: dict[str, float]
) -> None:
    worker = school.worker(concurrency=1)
    link_id = school.activity()
    for number in range(1, 5):
        school.passed(f"participant0{number}", link_id, 70)
    school.time.put_wrong(**jump)
    school.lms.answer_next(503, service="scores", times=3)
    worker.run_once()
    school.time.put_wrong(**back(jump))
    school.passed("participant05", link_id, 80)
    school.time.move(seconds=61)
    worker.run_once()
    assert school.states() == {"delivered": 5}


def test_the_same_worker_goes_on_renewing_and_sweeping(school: PlaygroundSchool) -> None:
    school.time.put_wrong(days=1)
    worker = school.worker()
    school.passed("participant01", school.activity(), 80)
    claim(school, "of one that dies")
    worker._sweep()
    school.time.put_wrong(days=-1)
    school.time.move(seconds=60)
    worker._sweep()
    assert school.states() == {"waiting": 1}


def test_a_wait_that_the_platform_asked_for_is_kept(school: PlaygroundSchool) -> None:
    school.passed("participant01", school.activity(), 80)
    school.lms.answer_next(429, service="scores", retry_after=24 * 3600)
    worker = school.worker()
    worker.run_once()
    school.time.move(hours=23)
    assert worker.run_once() == 0


def test_a_claim_of_a_worker_whose_clock_is_a_little_ahead_is_left_to_it(school: PlaygroundSchool) -> None:
    school.passed("participant01", school.activity(), 80)
    school.time.put_wrong(minutes=5)
    claim(school, "of one that lives")
    school.time.put_wrong(minutes=-5)
    assert school.worker().run_once() == 0


def test_a_chore_done_by_a_clock_that_was_ahead_is_done_again_today(database: Database) -> None:
    chore = Chore("reconcile", 23, lambda: None, hour=2)
    with database.write.begin() as session:
        if database.is_postgresql:
            pytest.skip("on PostgreSQL procrastinate keeps who does them")
        take_chore(session, chore, now=MONDAY)
        assert take_chore(session, chore, now=MONDAY + timedelta(days=30))
        assert take_chore(session, chore, now=MONDAY)
        assert not take_chore(session, chore, now=MONDAY)
