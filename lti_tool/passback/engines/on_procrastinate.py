"""The engine for PostgreSQL: procrastinate hands out jobs and chores to any number of processes on any number of machines.

A job calls this process to deliver; it then delivers all that is due, and takes back the jobs of what it claims
(`passback.jobs`). So a burst of ten thousand scores is ten thousand rows, but only a handful of jobs that are run. Retries are
in the outbox row, procrastinate's own stay off.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from procrastinate import App, PsycopgConnector

from lti_tool import clock as real_clock
from lti_tool.models.database import Database
from lti_tool.passback import jobs
from lti_tool.passback.chores import Chore
from lti_tool.passback.claim import release_expired
from lti_tool.passback.engines.embedded import do_chore, do_errand
from lti_tool.passback.errands import LOOK_EVERY_S, Errand
from lti_tool.passback.worker import Worker

log = logging.getLogger(__name__)

CHORES = "chores"
# Every five seconds; procrastinate's cron has the seconds last.
SWEEP = "* * * * * */5"
REST_AFTER_FAILURE_S = 2.0


class ProcrastinateEngine:
    """Implements `engines.Engine`."""

    def __init__(
        self,
        worker: Worker,
        database: Database,
        chores: Sequence[Chore] = (),
        errands: Sequence[Errand] = (),
        *,
        clock: Callable[[], datetime] = real_clock.now,
        poll_s: float = 5.0,
    ) -> None:
        self._worker = worker
        self._database = database
        self._chores = tuple(chores)
        self._errands = tuple(errands)
        self._clock = clock
        self._poll_s = poll_s
        self._is_stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def run(self) -> None:
        self._worker.begin()
        try:
            asyncio.run(self._run())
        finally:
            self._worker.end()

    def ask_to_stop(self, *, timeout_s: float = 25.0) -> None:
        self._is_stopping = True
        self._worker.ask_to_stop(timeout_s=timeout_s)
        if self._loop is not None and self._stop is not None:
            # Writes one byte to the loop's own pipe; safe in a signal handler and from other threads.
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        while not self._is_stopping:
            try:
                await self._serve(self._stop)
            except Exception:
                log.exception("engine_stumbled")
            if not self._is_stopping:
                # The database was away: procrastinate ends then, and begins anew here.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), REST_AFTER_FAILURE_S)

    async def _serve(self, stop: asyncio.Event) -> None:
        """Serve all queues until asked to stop or one of them ends: chores and errands take their time, scores wait for none."""
        app = self._application()
        async with app.open_async():
            servers = [
                asyncio.create_task(self._serve_queue(app, jobs.SCORES, 1)),
                asyncio.create_task(self._serve_queue(app, CHORES, 2)),
                *(asyncio.create_task(self._serve_queue(app, errand.name, 1)) for errand in self._errands),
            ]
            asked = asyncio.create_task(stop.wait())
            await asyncio.wait([*servers, asked], return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()
            for server in servers:
                server.cancel()
            for outcome in await asyncio.gather(*servers, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    async def _serve_queue(self, app: App, queue: str, concurrency: int) -> None:
        await app.run_worker_async(
            queues=[queue],
            concurrency=concurrency,
            install_signal_handlers=False,
            delete_jobs="always",
            fetch_job_polling_interval=self._poll_s,
        )

    def _application(self) -> App:
        address = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = PsycopgConnector(
            conninfo=address, kwargs={"options": "-c search_path=procrastinate"}, min_size=1, max_size=5, timeout=3
        )
        app = App(connector=connector)
        app.task(name=jobs.DELIVER, queue=jobs.SCORES)(self._worker.drain)
        self._every(app, "lti_tool.sweep", SWEEP, self.sweep)
        for chore in (*self._chores, Chore("clear_jobs", 40, self._clear_jobs)):
            self._every(app, f"lti_tool.{chore.name}", chore.cron, partial(do_chore, chore))
        for errand in self._errands:
            app.task(name=f"lti_tool.{errand.name}", queue=errand.name)(partial(do_errand, errand))
            # In the errand's own queue: behind what runs already, never beside it.
            sweep = f"* * * * * */{LOOK_EVERY_S}"
            self._every(app, f"lti_tool.{errand.name}_again", sweep, partial(do_errand, errand), queue=errand.name)
        return app

    def _every(self, app: App, name: str, cron: str, run: Callable[[], None], *, queue: str = CHORES) -> None:
        def at_its_time(timestamp: int) -> None:
            run()

        # The lock keeps a slow one from piling up behind itself.
        task = app.task(name=name, queue=queue, queueing_lock=name)(at_its_time)
        app.periodic(cron=cron)(task)

    def sweep(self) -> None:
        """Put back what dead workers had claimed and call somebody for all whose time has come."""
        now = self._clock()
        with self._database.write.begin() as session:
            released = release_expired(session, now=now)
            jobs.call_workers_for_due(session, now=now)
        if released:
            log.warning("score_leases_expired", extra={"deliveries": released})

    def _clear_jobs(self) -> None:
        with self._database.write.begin() as session:
            jobs.clear_jobs(session)
