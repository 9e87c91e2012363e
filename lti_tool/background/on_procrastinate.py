"""The engine for PostgreSQL: procrastinate hands out jobs and chores to any number of processes on any number of machines.

A call has this process deliver all that is due, and it takes back the calls for what it claims (`passback.jobs`). So a burst of
ten thousand scores is ten thousand rows, but only a handful of calls that are answered. Retries are in the outbox row,
procrastinate's own stay off. Each queue has threads of its own: what waits for a platform holds up nothing else.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from procrastinate import App, PsycopgConnector
from psycopg import AsyncConnection
from psycopg.abc import PQGen

from lti_tool import clock as real_clock
from lti_tool.background.done import do_chore, do_job
from lti_tool.jobs.calls import clear_calls
from lti_tool.jobs.chores import CHORES, PLATFORMS, URGENT, Chore
from lti_tool.jobs.job import LOOK_EVERY_S, Job, task_of
from lti_tool.jobs.stop import Stop
from lti_tool.models.database import Database
from lti_tool.passback.delivering.claim_deliveries import is_any_lease_expired, is_anything_due, release_expired
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.jobs import DELIVER, SCORES, call_workers_for_due

log = logging.getLogger(__name__)

# How many of each queue run at once in one process: a long one does not keep the next from its turn.
_AT_ONCE = {SCORES: 1, URGENT: 2, CHORES: 2, PLATFORMS: 3}
# A timer of each process, no periodic task: twelve job rows a minute less to write, fetch and delete.
SWEEP_EVERY_S = 5.0
REST_AFTER_FAILURE_S = 2.0
# Nobody asks who is alive: a score's lease ends by itself, and what a dead process had begun is called for anew.
_HEARTBEAT_S, _STALLED_AFTER_S = 60.0, 300.0


R = TypeVar("R")


class _PatientConnection(AsyncConnection[Any]):
    """Waits until something comes.

    psycopg looks ten times a second whether somebody has pressed Ctrl-C, on each connection that listens; asyncio ends a wait by
    itself. That was two thirds of what a worker cost that had nothing to do.
    """

    async def wait(self, gen: PQGen[R], interval: float = 60.0, timeout: float | None = None) -> R:
        return await super().wait(gen, 60.0, timeout)


class ProcrastinateEngine:
    """Implements `background.Engine`."""

    def __init__(
        self,
        worker: Worker,
        database: Database,
        chores: Sequence[Chore] = (),
        jobs: Sequence[Job] = (),
        *,
        stop: Stop | None = None,
        clock: Callable[[], datetime] = real_clock.now,
        poll_s: float = 30.0,
    ) -> None:
        """Make an engine that does not run yet.

        Args:
            poll_s: how often it looks for calls by itself; it is told of them (LISTEN), so this is for those it was not told of.
        """
        self._worker = worker
        self._database = database
        self._chores = tuple(chores)
        self._jobs = tuple(jobs)
        self._clock = clock
        self._poll_s = poll_s
        self._stop = stop or Stop()
        self._has_ended = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked: asyncio.Event | None = None

    def run(self) -> None:
        self._worker.begin()
        try:
            asyncio.run(self._run())
        finally:
            self._end_worker()

    def _end_worker(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._worker.end()

    def ask_to_stop(self, *, timeout_s: float = 25.0) -> None:
        self._stop.is_asked = True
        self._worker.ask_to_stop(timeout_s=timeout_s)
        if self._loop is not None and self._asked is not None:
            # Writes one byte to the loop's own pipe; safe in a signal handler and from other threads.
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._asked.set)

    async def _run(self) -> None:
        self._loop, self._asked = asyncio.get_running_loop(), asyncio.Event()
        # asyncio's own pool has six threads on a machine with two processors: fewer than we have queues. Twice as many as are
        # served at once, because after a stumble the old call of a queue may still be on its way.
        self._loop.set_default_executor(ThreadPoolExecutor(2 * sum(self._queues.values()), thread_name_prefix="engine"))
        while not self._stop.is_asked:
            try:
                await self._serve(self._asked)
            except Exception:
                # The database could not be reached.
                log.exception("engine_stumbled")
                await self._rest()

    @property
    def _queues(self) -> dict[str, int]:
        """Every queue, and how many of its calls are answered at once."""
        return _AT_ONCE | {job.name: 1 for job in self._jobs}

    async def _serve(self, asked: asyncio.Event) -> None:
        """Serve all queues until asked to stop."""
        app, app_with_clock = self._applications()
        async with app.open_async():
            servers = {
                name: asyncio.create_task(self._serve_queue(app_with_clock if name == SCORES else app, name, at_once))
                for name, at_once in self._queues.items()
            }
            servers["sweep"] = asyncio.create_task(self._sweep_again_and_again(asked))
            await asked.wait()
            for server in servers.values():
                server.cancel()
            # Scores on the wire are written down first: whatever waits for a platform elsewhere may take a while to end.
            await asyncio.gather(servers[SCORES], return_exceptions=True)
            await asyncio.to_thread(self._end_worker)
            await asyncio.gather(*servers.values(), return_exceptions=True)

    async def _serve_queue(self, app: App, queue: str, at_once: int) -> None:
        """Serve one queue. Should procrastinate end, because the database was away, it begins anew: each queue by itself, for an
        end waits until what runs in it is done."""
        while not self._stop.is_asked:
            try:
                await app.run_worker_async(
                    queues=[queue],
                    concurrency=at_once,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    fetch_job_polling_interval=self._poll_s,
                    update_heartbeat_interval=_HEARTBEAT_S,
                    stalled_worker_timeout=_STALLED_AFTER_S,
                )
            except Exception:
                log.exception("engine_stumbled", extra={"queue": queue})
            await self._rest()

    async def _sweep_again_and_again(self, asked: asyncio.Event) -> None:
        while not asked.is_set():
            try:
                await asyncio.to_thread(self.sweep)
            except Exception:
                log.exception("sweep_stumbled")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), SWEEP_EVERY_S)

    async def _rest(self) -> None:
        if self._asked is not None and not self._stop.is_asked:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), REST_AFTER_FAILURE_S)

    def _applications(self) -> tuple[App, App]:
        """Return an application that knows all tasks, and one that also calls for them at their time.

        Each of procrastinate's workers keeps the time of all periodic tasks that its application has, and we run one for each
        queue: one of them is enough.
        """
        address = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = PsycopgConnector(
            conninfo=address,
            kwargs={"options": "-c search_path=procrastinate"},
            connection_class=_PatientConnection,
            min_size=1,
            max_size=5,
            timeout=3,
        )
        app, app_with_clock = App(connector=connector), App(connector=connector)
        for one in (app, app_with_clock):
            one.task(name=DELIVER, queue=SCORES)(self._worker.drain)
            for job in self._jobs:
                one.task(name=task_of(job.name), queue=job.name)(partial(do_job, job))
        for chore in (*self._chores, Chore("clear_calls", 3, self._clear_calls, every_min=5)):
            name, run = f"lti_tool.{chore.name}", partial(do_chore, chore)
            _add_timed(app, app_with_clock, name, chore.cron, run, queue=chore.queue)
        for job in self._jobs:
            name, run = f"{task_of(job.name)}_again", partial(do_job, job)
            # In the job's own queue: behind what runs already, never beside it.
            _add_timed(app, app_with_clock, name, f"* * * * * */{LOOK_EVERY_S}", run, queue=job.name)
        return app, app_with_clock

    def sweep(self) -> None:
        """Put back what dead workers had claimed and call somebody for all whose time has come."""
        now = self._clock()
        with self._database.read() as session:
            if not (is_anything_due(session, resting=(), now=now) or is_any_lease_expired(session, now=now)):
                return
        with self._database.write.begin() as session:
            released = release_expired(session, now=now)
            call_workers_for_due(session, now=now)
        if released:
            log.warning("score_leases_expired", extra={"deliveries": released})

    def _clear_calls(self) -> None:
        with self._database.write.begin() as session:
            clear_calls(session)


def _add_timed(app: App, app_with_clock: App, name: str, cron: str, run: Callable[[], None], *, queue: str) -> None:
    def at_its_time(timestamp: int) -> None:
        run()

    # The lock keeps a slow one from piling up behind itself.
    app.task(name=name, queue=queue, queueing_lock=name)(at_its_time)
    app_with_clock.periodic(cron=cron)(app_with_clock.task(name=name, queue=queue, queueing_lock=name)(at_its_time))
