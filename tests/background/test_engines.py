"""What is the engines' own: jobs that live and die with the transaction, chores done once, a database that goes away."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import procrastinate
import pytest
from croniter import croniter  # type: ignore[import-untyped]
from sqlalchemy import text

from lti_tool import migrations
from lti_tool.background.embedded import EmbeddedEngine
from lti_tool.background.on_procrastinate import ProcrastinateEngine
from lti_tool.jobs.calls import call_worker, clear_calls
from lti_tool.jobs.chores import PLATFORMS, URGENT, Chore
from lti_tool.jobs.job import Job, task_of
from lti_tool.models.database import Database, open_database
from lti_tool.passback.deliveries import retry_deliveries
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.jobs import DELIVER
from tests.passback.school import MODULE, PlaygroundSchool, School, TestClock, tell_everywhere

NIGHT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def until(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def waiting_jobs(database: Database) -> list[str]:
    with database.read() as session:
        query = text("SELECT queueing_lock FROM procrastinate.procrastinate_jobs WHERE status = 'todo' AND task_name = :task")
        return sorted(session.scalars(query, {"task": DELIVER}))


@postgresql_only
def test_a_job_comes_with_its_row_and_goes_with_it(database: Database, school: PlaygroundSchool) -> None:
    user_id = school.participant()
    school.launched(user_id, school.activity())
    with database.write() as session:
        tell_everywhere(session, user_id, MODULE, 70, now=school.clock())
        session.rollback()
    assert waiting_jobs(database) == []
    school.enqueue(user_id, 70)
    assert waiting_jobs(database) == [f"score:{school.delivery(user_id).id}"]


@postgresql_only
def test_a_newer_score_needs_no_second_job(database: Database, school: PlaygroundSchool) -> None:
    user_id = school.passed("participant01", school.activity(), 70)
    school.enqueue(user_id, 80)
    assert len(waiting_jobs(database)) == 1


@postgresql_only
def test_whoever_claims_a_delivery_takes_its_job_along(database: Database, school: PlaygroundSchool) -> None:
    link_id = school.activity()
    for number in range(1, 4):
        school.passed(f"participant{number:02}", link_id, 70)
    school.worker().run_once()
    assert waiting_jobs(database) == []


@postgresql_only
def test_a_delivery_that_somebody_sends_again_calls_a_worker(database: Database, school: PlaygroundSchool) -> None:
    user_id = school.passed("participant01", school.activity(), 70)
    school.worker().run_once()
    with database.write.begin() as session:
        retry_deliveries(session, [school.delivery(user_id).id], now=school.clock())
    assert len(waiting_jobs(database)) == 1


@postgresql_only
def test_the_sweep_calls_for_a_row_whose_job_was_lost(database: Database, school: PlaygroundSchool) -> None:
    user_id = school.passed("participant01", school.activity(), 70)
    with database.write.begin() as session:
        session.execute(text("DELETE FROM procrastinate.procrastinate_jobs"))
    ProcrastinateEngine(school.worker(), database, clock=school.clock).sweep()
    assert waiting_jobs(database) == [f"score:{school.delivery(user_id).id}"]


@postgresql_only
def test_what_dead_workers_left_behind_is_cleared(database: Database) -> None:
    with database.write.begin() as session:
        insert = "INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, status) VALUES ('scores', 'x', :status)"
        for status in ("doing", "failed", "todo"):
            session.execute(text(insert), {"status": status})
        assert clear_calls(session) == 2


@postgresql_only
def test_while_platforms_hang_the_sweep_and_the_hand_in_go_on(database: Database, school: PlaygroundSchool) -> None:
    """Two hanging chores once took both threads: a score that was due again lay there for minutes."""
    released, hands_in = threading.Event(), SimpleQueue[None]()
    chores = [
        *(Chore(f"hangs_{number}", 0, lambda: released.wait(60), queue=PLATFORMS) for number in range(5)),
        Chore("hand_in", 0, lambda: hands_in.put(None), queue=URGENT),
    ]
    engine = ProcrastinateEngine(school.worker(), database, chores, clock=school.clock)
    running = threading.Thread(target=engine.run, daemon=True)
    running.start()
    try:
        with database.write.begin() as session:
            for chore in chores:
                call_worker(session, [chore.name], queue=chore.queue, task=f"lti_tool.{chore.name}")
            session.execute(text("UPDATE procrastinate.procrastinate_jobs SET args = '{\"timestamp\": 0}'"))
        hands_in.get(timeout=20)
        user_id = school.passed("participant01", school.activity(), 70)
        # Its call got lost; only the sweep finds it.
        with database.write.begin() as session:
            session.execute(text("DELETE FROM procrastinate.procrastinate_jobs WHERE queue_name = 'scores'"))
        until(lambda: school.states() == {"delivered": 1}, seconds=30)
        assert school.delivery(user_id).state == "delivered"
    finally:
        released.set()
        engine.ask_to_stop()
        running.join(20)
    assert not running.is_alive()


@postgresql_only
def test_a_score_on_the_wire_is_written_down_at_the_end_although_a_chore_still_waits_for_a_platform(
    database: Database, school: PlaygroundSchool
) -> None:
    released, has_begun = threading.Event(), threading.Event()

    def hang() -> None:
        has_begun.set()
        released.wait(60)

    school.be_patient()
    chore = Chore("hangs", 0, hang, queue=PLATFORMS)
    engine = ProcrastinateEngine(school.worker(), database, (chore,), clock=school.clock)
    running = threading.Thread(target=engine.run, daemon=True)
    running.start()
    try:
        with database.write.begin() as session:
            call_worker(session, [chore.name], queue=chore.queue, task=f"lti_tool.{chore.name}")
            session.execute(text("UPDATE procrastinate.procrastinate_jobs SET args = '{\"timestamp\": 0}'"))
        assert has_begun.wait(20)
        school.lms.hang_next(1.5, service="scores", after_work=True)
        school.passed("participant01", school.activity(), 70)
        until(lambda: len(school.posted()) == 1)
        engine.ask_to_stop()
        until(lambda: school.states() == {"delivered": 1}, seconds=10)
        assert running.is_alive()
    finally:
        released.set()
        engine.ask_to_stop()
        running.join(20)
    assert not running.is_alive()


@postgresql_only
def test_a_job_is_done_as_soon_as_it_is_called(database: Database, school: PlaygroundSchool) -> None:
    done = SimpleQueue[None]()
    job = Job("inquiries", lambda: done.put(None))
    engine = ProcrastinateEngine(school.worker(), database, (), (job,), clock=school.clock)
    running = threading.Thread(target=engine.run, daemon=True)
    running.start()
    try:
        done.get(timeout=40)
        with database.write.begin() as session:
            call_worker(session, ["x"], queue=job.name, task=task_of(job.name))
        began = time.monotonic()
        done.get(timeout=20)
        assert time.monotonic() - began < 10
    finally:
        engine.ask_to_stop()
        running.join(20)


@postgresql_only
def test_a_running_engine_survives_that_the_database_ends_all_its_connections(
    database: Database, school: PlaygroundSchool
) -> None:
    engine = school.running()
    user_id = school.passed("participant01", school.activity(), 70)
    until(lambda: school.states() == {"delivered": 1})
    # What a restarted server does to its clients.
    admin = open_database(database.engine.url.render_as_string(hide_password=False))
    with admin.write.begin() as session:
        others = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity {others}"))
    admin.close()
    database.engine.dispose()
    school.enqueue(user_id, 90)
    until(lambda: school.grade() == 90, seconds=30)
    assert engine.stop(timeout_s=15)


def test_the_migration_makes_the_tables_that_the_installed_procrastinate_expects() -> None:
    shipped = (Path(procrastinate.__file__).parent / "sql" / "schema.sql").read_text(encoding="utf-8")
    ours = (migrations._FOLDER / "versions" / "0001_procrastinate.sql").read_text(encoding="utf-8")
    assert ours.partition("\n")[2] == shipped.partition("\n")[2], "a new release of procrastinate needs a migration"


class TestChores:
    def engine(self, database: Database, clock: TestClock, done: list[str], **changes: object) -> EmbeddedEngine:
        chores = [Chore("reconcile", 15, lambda: done.append("reconcile"), hour=2), *changes.pop("more", [])]  # type: ignore[misc]
        return EmbeddedEngine(_idle(database), database, chores, clock=clock, **changes)  # type: ignore[arg-type]

    @pytest.fixture
    def sqlite(self, sqlite_url: str) -> Database:
        return open_database(sqlite_url)

    def test_a_nightly_chore_is_done_by_one_of_two_processes(self, sqlite: Database, clock: TestClock) -> None:
        done: list[str] = []
        clock.moment = EVENING
        both = [self.engine(sqlite, clock, done) for _ in range(2)]
        for engine in both:
            engine.do_chores()
        assert done == []
        clock.moment = NIGHT
        for engine in both * 2:
            engine.do_chores()
        assert done == ["reconcile"]
        sqlite.close()

    def test_a_chore_that_was_slept_through_is_done_in_the_morning(self, sqlite: Database, clock: TestClock) -> None:
        done: list[str] = []
        clock.moment = EVENING
        self.engine(sqlite, clock, done).do_chores()
        clock.move(hours=13)
        self.engine(sqlite, clock, done).do_chores()
        assert done == ["reconcile"]
        sqlite.close()

    def test_a_failing_chore_does_not_stop_the_next(
        self, sqlite: Database, clock: TestClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        done: list[str] = []

        def fail() -> None:
            raise ZeroDivisionError

        chores = [Chore("first", 0, fail, hour=2), Chore("second", 0, lambda: done.append("second"))]
        engine = EmbeddedEngine(_idle(sqlite), sqlite, chores, clock=clock)
        clock.moment = EVENING
        engine.do_chores()
        clock.moment = NIGHT
        engine.do_chores()
        assert done == ["second"]
        assert "chore_failed" in caplog.messages
        sqlite.close()

    def test_a_chore_that_waits_for_a_platform_holds_up_no_other(self, sqlite: Database, clock: TestClock) -> None:
        done: list[str] = []
        released = threading.Event()
        chores = [
            Chore("reconcile", 0, lambda: released.wait(20), hour=2, queue=PLATFORMS),
            Chore("hand_in", 0, lambda: done.append("hand_in"), hour=2, queue=URGENT),
            Chore("rosters", 0, lambda: done.append("rosters"), hour=2, queue=PLATFORMS),
        ]
        clock.moment = EVENING
        EmbeddedEngine(_idle(sqlite), sqlite, chores, clock=clock).do_chores()
        clock.moment = NIGHT
        engine = EmbeddedEngine(_idle(sqlite), sqlite, chores, clock=clock, look_every_s=0.05)
        engine.start()
        until(lambda: sorted(done) == ["hand_in", "rosters"])
        released.set()
        assert engine.stop(timeout_s=5)
        sqlite.close()

    def test_a_running_engine_looks_after_its_chores(self, sqlite: Database, clock: TestClock) -> None:
        done: list[str] = []
        clock.moment = EVENING
        self.engine(sqlite, clock, done).do_chores()
        clock.moment = NIGHT
        engine = self.engine(sqlite, clock, done, look_every_s=0.05)
        engine.start()
        until(lambda: done == ["reconcile"])
        assert engine.stop(timeout_s=5)
        until(lambda: not any(thread.name.startswith("chore-") for thread in threading.enumerate()))
        sqlite.close()

    def test_cron_and_clock_agree(self) -> None:
        nightly, hourly = Chore("a", 23, print, hour=2), Chore("b", 17, print)
        assert (nightly.cron, hourly.cron) == ("23 2 * * *", "17 * * * *")
        assert nightly.latest(NIGHT) == datetime(2026, 11, 24, 2, 23, tzinfo=UTC)
        assert nightly.latest(EVENING) == datetime(2026, 11, 23, 2, 23, tzinfo=UTC)
        assert hourly.latest(EVENING) == datetime(2026, 11, 23, 19, 17, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("now", "latest"), [("10:02", "10:02"), ("10:06", "10:02"), ("10:59", "10:57"), ("10:01", "09:57"), ("00:00", "23:57")]
    )
    def test_a_chore_of_every_five_minutes_runs_at_the_same_moments_everywhere(self, now: str, latest: str) -> None:
        often = Chore("c", 2, print, every_min=5)
        assert often.cron == "2-59/5 * * * *"
        found = often.latest(datetime.fromisoformat(f"2026-11-23T{now}:31+00:00"))
        assert f"{found:%H:%M:%S}" == f"{latest}:00"
        nearest = croniter(often.cron, found - timedelta(seconds=1)).get_next(datetime)
        assert nearest == found


def _idle(database: Database) -> Worker:
    """A worker that has nothing to send and nobody to send it to."""
    return Worker(database, object(), label_for=str.title)  # type: ignore[arg-type]


def test_a_delivery_of_a_paper_school_leaves_a_job_database_only(database: Database, paper_school: School) -> None:
    user_id = paper_school.person("7")
    paper_school.launched(user_id, paper_school.link("9", line_item_url="https://moodle.test/item", line_items_url=None))
    paper_school.enqueue(user_id, 70)
    if database.is_postgresql:
        assert f"score:{paper_school.delivery(user_id).id}" in waiting_jobs(database)
