"""Workers as they really run: threads, processes that are killed, two at once, stops; on both engines."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy.exc import OperationalError

from lti_tool.models.database import Database
from lti_tool.passback.delivering.record_outcomes import record_outcomes
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.ports import Gradebooks
from tests.passback import worker_process
from tests.passback.school import MODULE, PlaygroundSchool, RunningEngine, TestClock

MODULES = (
    "grundlagen-und-strategie",
    "technologien-und-daten",
    "sicherheit-und-datenschutz",
    "beteiligung-und-vernetzung",
    "umsetzung-und-kommunikation",
)


class RunningClock(TestClock):
    """The true time, and ahead of it by what it was moved."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()

    def move(self, **units: float) -> None:
        self.ahead += timedelta(**units)


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


def until(condition: Callable[[], bool], *, seconds: float = 15.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def a_full_course(school: PlaygroundSchool) -> int:
    """Let all twenty participants pass all five modules, and tell how many scores that makes."""
    for module_slug in MODULES:
        link_id = school.activity(module_slug)
        for number in range(1, 21):
            user_id = school.participant(f"participant{number:02}")
            school.launched(user_id, link_id)
            school.enqueue(user_id, 60 + number, module_slug)
    return 100


@pytest.fixture
def started(school: PlaygroundSchool) -> Iterator[RunningEngine]:
    """A running engine, whose worker would not look by itself for an hour."""
    engine = school.running(poll_s=3600.0)
    yield engine
    engine.stop()


def test_a_worker_wakes_at_once(school: PlaygroundSchool, started: RunningEngine) -> None:
    time.sleep(1.0)  # it has looked and gone to rest
    school.passed("participant01", school.activity(), 75)
    started.wake()
    until(lambda: school.states() == {"delivered": 1}, seconds=3)
    assert school.grade() == 75


def test_a_worker_looks_by_itself_too(school: PlaygroundSchool) -> None:
    worker = school.worker(poll_s=0.1)
    worker.start()
    time.sleep(0.2)
    school.passed("participant01", school.activity(), 75)
    until(lambda: school.states() == {"delivered": 1}, seconds=3)
    assert worker.stop(timeout_s=5)


def test_a_newer_score_waits_for_the_one_on_the_wire(school: PlaygroundSchool) -> None:
    school.be_patient()
    started = school.running(poll_s=3600.0)
    link_id = school.activity()
    school.lms.hang_next(4, service="scores", after_work=True)
    user_id = school.passed("participant01", link_id, 60)
    started.wake()
    until(lambda: len(school.posted()) == 1)
    school.enqueue(user_id, 90)
    other = school.another_process()
    assert other.run_once() == 0
    school.lms.faults.let_go()
    started.wake()
    until(lambda: school.states() == {"delivered": 1})
    assert started.stop()
    # Where a second ends just between sending and receipt, Moodle's whole seconds cost one more try.
    taken = [(score, at) for (score, status), at in zip(school.posted(), school.timestamps(), strict=True) if status == 200]
    (first_score, first), (second_score, second) = taken
    assert (first_score, second_score) == (60, 90)
    assert second - first >= timedelta(seconds=1)
    assert school.grade() == 90
    assert school.events(user_id) == ["enqueued 1 60", "superseded 1", "enqueued 2 90", "delivered 1 60", "delivered 2 90"]


def test_two_workers_send_each_score_once(school: PlaygroundSchool) -> None:
    count = a_full_course(school)
    engines = [school.running(school.another_process()) for _ in range(2)]
    until(lambda: school.states() == {"delivered": count}, seconds=60)
    assert all(engine.stop() for engine in engines)
    assert len(school.posted()) == count
    assert {status for _, status in school.posted()} == {200}


def test_a_stopping_worker_lets_arrive_what_is_on_the_wire_and_puts_back_the_rest(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    for number in range(1, 4):
        school.passed(f"participant{number:02}", link_id, 70)
    school.be_patient()
    school.lms.hang_next(4, service="scores", after_work=True)
    engine = school.running(concurrency=1)
    until(lambda: len(school.posted()) == 1)
    engine.engine.ask_to_stop()
    school.lms.faults.let_go()
    assert engine.stop()
    assert school.states() == {"delivered": 1, "waiting": 2}
    assert len(school.posted()) == 1
    assert school.worker().run_once() == 2


def test_a_worker_stops_in_time_whatever_hangs(school: PlaygroundSchool) -> None:
    school.be_patient()
    school.passed("participant01", school.activity(), 70)
    school.lms.hang_next(5, service="scores")
    worker = school.worker()
    worker.start()
    # On the wire, not only claimed: what has not been sent yet is given back at once.
    until(lambda: not school.lms.faults.waiting())
    begun = time.monotonic()
    assert not worker.stop(timeout_s=0.3)
    assert time.monotonic() - begun < 2


def test_an_outcome_that_cannot_be_written_stops_no_other(
    school: PlaygroundSchool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_id = school.activity()
    poison = school.delivery(school.passed("participant01", link_id, 70)).id
    for number in range(2, 5):
        school.passed(f"participant{number:02}", link_id, 70)

    def record(session: Any, ended: Any, **arguments: Any) -> None:
        if any(one.claimed.id == poison for one in ended):
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x")
        record_outcomes(session, ended, **arguments)

    monkeypatch.setattr("lti_tool.passback.delivering.write_outcomes.record_outcomes", record)
    school.worker().run_once()
    assert school.states() == {"claimed": 1, "delivered": 3}
    assert "score_outcome_unwritable" in caplog.messages
    monkeypatch.undo()
    school.time.move(minutes=1)
    school.worker().run_once()
    assert school.states() == {"delivered": 4}


def test_an_exception_does_not_end_the_worker(school: PlaygroundSchool, caplog: pytest.LogCaptureFixture) -> None:
    failures = iter([OperationalError("", {}, Exception("the database is away"))] * 1)

    def sometimes() -> Any:
        for failure in failures:
            raise failure
        return school.database.read()

    away = replace(school.database, read=cast(Any, sometimes))
    worker = Worker(away, school.gradebooks, label_for=str.title, clock=school.time, poll_s=0.1)
    worker.start()
    school.passed("participant01", school.activity(), 75)
    until(lambda: school.states() == {"delivered": 1})
    assert worker.stop(timeout_s=5)
    assert "worker_stumbled" in caplog.messages


def test_a_mistake_of_ours_delays_one_score_and_no_other(school: PlaygroundSchool, caplog: pytest.LogCaptureFixture) -> None:
    link_id = school.activity()
    first, second = (school.passed(f"participant{number:02}", link_id, 70) for number in (1, 2))

    class Faulty:
        def __getattr__(self, name: str) -> Any:
            return getattr(school_gradebooks, name)

        def post_score(self, registration_id: int, url: str, score: Any, *, now: datetime) -> Any:
            if score.user_id == "4":
                raise ZeroDivisionError
            return school_gradebooks.post_score(registration_id, url, score, now=now)

    school_gradebooks = school.gradebooks
    school.gradebooks = cast(Any, Faulty())
    school.worker().run_once()
    assert (school.delivery(first).state, school.delivery(first).last_error) == ("waiting", "internal_error")
    assert school.delivery(second).state == "delivered"
    assert "score_delivery_failed" in caplog.messages


class Watched:
    """Gradebooks that look at each call whether the database is left alone."""

    def __init__(self, inner: Gradebooks, database: Database) -> None:
        self._inner = inner
        self._database = database
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            assert self._database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
            self.calls.append(name)
            result = method(*args, **kwargs)
            assert self._database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
            return result

        return watched


def test_no_transaction_is_open_while_a_platform_is_asked(school: PlaygroundSchool) -> None:
    activity = school.lms.add_activity("Ohne Bewertung", custom={"module": MODULE}, maximum=None)
    made = school.activity(str(activity.id), module_slug=MODULE)
    moved = school.activity(line_item_url=school.lms.line_item_url(MODULE).replace("/lineitems/", "/lineitems/99"))
    school.passed("participant01", made, 70)
    school.passed("participant02", moved, 70)
    school.grade_by_hand("participant02", 95, at=school.time() + timedelta(minutes=5))
    watched = Watched(school.gradebooks, school.database)
    school.gradebooks = cast(Any, watched)
    school.worker().run_once()
    # Both of them in both of the course's columns.
    assert school.states() == {"delivered": 4}
    assert {"line_items", "create_line_item", "post_score", "result_of"} <= set(watched.calls)


def test_a_killed_workers_score_arrives_once_in_effect(
    school: PlaygroundSchool, database_url: str, tool_key: RSAKey, tmp_path: Path
) -> None:
    key_file = tmp_path / "key.json"
    key_file.write_text(json.dumps(tool_key.as_dict(private=True)), encoding="utf-8")
    user_id = school.passed("participant01", school.activity(), 75)
    # The platform takes the score and does not answer: the worker dies between POST and record.
    school.lms.hang_next(30, service="scores", after_work=True)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, worker_process.__file__, database_url, str(key_file)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: len(school.posted()) == 1)
        finally:
            process.send_signal(signal.SIGKILL)
    assert school.delivery(user_id).state == "claimed"
    assert school.worker().run_once() == 0
    school.time.move(seconds=46)
    assert school.worker().run_once() == 1
    assert (school.delivery(user_id).state, school.grade()) == ("delivered", 75)
    assert school.posted() == [(75, 200), (75, 200)]
    assert school.timestamps()[0] < school.timestamps()[1]


def test_a_long_delivery_keeps_its_lease(school: PlaygroundSchool) -> None:
    user_id = school.passed("participant01", school.activity(), 75)
    school.be_patient()
    school.lms.hang_next(1.5, service="scores", after_work=True)
    worker = school.worker(poll_s=0.05)
    worker.start()
    until(lambda: len(school.posted()) == 1)
    for _ in range(4):  # a minute and more goes by while the platform thinks
        school.time.move(seconds=20)
        time.sleep(0.2)
        assert school.another_process().run_once() == 0
    until(lambda: school.delivery(user_id).state == "delivered")
    assert worker.stop(timeout_s=5)
    assert len(school.posted()) == 1


def test_whatever_happens_no_score_falls_and_every_timestamp_rises(school: PlaygroundSchool) -> None:
    chance = random.Random(20261123)
    link_id = school.activity()
    users = [school.passed(f"participant{number:02}", link_id, 10) for number in range(1, 6)]
    workers = [school.another_process() for _ in range(2)]
    troubles: list[Callable[[], None]] = [
        lambda: school.lms.answer_next(503, service="scores"),
        lambda: school.lms.answer_next(500, service="scores", after_work=True),
        lambda: school.lms.reset_next(service="scores", after_work=True),
        lambda: school.lms.answer_next(429, service="scores", retry_after=1),
        school.lms.revoke_tokens,
    ]
    for _ in range(12):
        for user_id in users:
            school.enqueue(user_id, chance.randint(10, 100))
        for _ in range(3):
            chance.choice(troubles)()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda worker: worker.run_once(), workers))
        school.time.move(seconds=chance.choice([0, 2, 400]))
    school.lms.faults.clear()
    school.time.move(days=1)
    school.worker().run_once()
    assert school.states() == {"delivered": 5}
    for user_id, number in zip(users, range(1, 6), strict=True):
        person = school.lms.person(f"participant{number:02}")
        received = [score for score in school.lms.scores_received if score.user == person.id]
        scores = [score.body["scoreGiven"] for score in received]
        times = [datetime.fromisoformat(score.body["timestamp"]) for score in received]
        assert scores == sorted(scores)
        assert all(later - earlier >= timedelta(seconds=1) for earlier, later in itertools.pairwise(times))
        assert school.grade(f"participant{number:02}") == school.delivery(user_id).score_given == max(scores)


def test_enqueueing_and_delivering_at_once_do_not_stand_in_each_others_way(school: PlaygroundSchool) -> None:
    links = [school.activity(module_slug) for module_slug in MODULES[:3]]
    for link_id in links:
        school.change_link(link_id, module_slug=MODULE)
    users = [school.participant(f"participant{number:02}") for number in range(1, 11)]
    for user_id in users:
        for link_id in links:
            school.launched(user_id, link_id)
    engines = [school.running(school.another_process()) for _ in range(2)]

    def enqueue_all(start: int) -> None:
        for score in range(start, 90, 4):
            for user_id in users:
                school.enqueue(user_id, score)
            for engine in engines:
                engine.wake()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(enqueue_all, (60, 61, 62, 63)))
    until(lambda: school.states() == {"delivered": 30}, seconds=40)
    assert all(engine.stop() for engine in engines)
    for column in MODULES[:3]:
        assert [school.grade(f"participant{number:02}", column) for number in range(1, 11)] == [89] * 10


def test_a_thread_of_its_own_does_not_keep_the_process_alive(school: PlaygroundSchool) -> None:
    worker = school.worker()
    worker.start()
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("score-"))
    assert worker.stop(timeout_s=5)


def test_calls_do_not_pile_up_where_no_worker_runs(school: PlaygroundSchool) -> None:
    worker = school.worker()
    for _ in range(1000):
        worker.wake()
    assert worker._calls.qsize() == 1


def test_a_worker_process_that_is_asked_to_stop_ends_in_order(
    school: PlaygroundSchool, database_url: str, tool_key: RSAKey, tmp_path: Path
) -> None:
    key_file = tmp_path / "key.json"
    key_file.write_text(json.dumps(tool_key.as_dict(private=True)), encoding="utf-8")
    school.passed("participant01", school.activity(), 75)
    school.lms.hang_next(0.5, service="scores", after_work=True)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, worker_process.__file__, database_url, str(key_file)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: len(school.posted()) == 1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()
    assert school.states() == {"delivered": 1}
