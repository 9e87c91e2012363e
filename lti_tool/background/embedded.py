"""The engine for SQLite: the worker looks by itself and when it is woken; jobs and chores have threads of their own."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from queue import Empty, SimpleQueue

from lti_tool import clock as real_clock
from lti_tool.background.done import do_chore, do_job
from lti_tool.jobs.chores import Chore, take_chore
from lti_tool.jobs.job import LOOK_EVERY_S as LOOK_FOR_JOBS_EVERY_S
from lti_tool.jobs.job import Job
from lti_tool.jobs.stop import Stop
from lti_tool.models.database import Database
from lti_tool.passback.delivering.worker import Worker

log = logging.getLogger(__name__)

LOOK_EVERY_S = 30.0


class EmbeddedEngine:
    """Implements `background.Engine`; `start` and `stop` for a web process that works beside its requests."""

    def __init__(
        self,
        worker: Worker,
        database: Database,
        chores: Sequence[Chore] = (),
        jobs: Sequence[Job] = (),
        *,
        stop: Stop | None = None,
        clock: Callable[[], datetime] = real_clock.now,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._worker = worker
        self._database = database
        self._chores = tuple(chores)
        self._jobs = tuple(jobs)
        self._stop = stop or Stop()
        self._clock = clock
        self._look_every_s = look_every_s
        # One queue for each thread, not an event: a signal handler may meet an event's lock taken.
        self._stops: dict[str, SimpleQueue[None]] = {chore.name: SimpleQueue() for chore in chores}

    def run(self) -> None:
        self._start_threads()
        self._worker.run()

    def ask_to_stop(self, *, timeout_s: float = 25.0) -> None:
        self._end_threads()
        self._worker.ask_to_stop(timeout_s=timeout_s)

    def start(self) -> None:
        """Run in threads of this process (start it after a fork, threads do not survive one)."""
        self._start_threads()
        self._worker.start()

    def stop(self, *, timeout_s: float = 25.0) -> bool:
        """Let what is on the wire arrive; return whether all had ended in time. A chore half done is done again tomorrow."""
        self._end_threads()
        return self._worker.stop(timeout_s=timeout_s)

    def do_chores(self) -> None:
        """Do what is due now and has not been done by another process, in this thread."""
        for chore in self._chores:
            self._do_if_due(chore)

    def _do_if_due(self, chore: Chore) -> None:
        with self._database.write.begin() as session:
            is_ours = take_chore(session, chore, now=self._clock())
        if is_ours:
            do_chore(chore)

    def _start_threads(self) -> None:
        for job in self._jobs:
            threading.Thread(target=self._look_after, args=(job,), name=job.name, daemon=True).start()
        # Each in a thread of its own: what waits for platforms holds up none of the others.
        for chore in self._chores:
            threading.Thread(target=self._look_after_chore, args=(chore,), name=f"chore-{chore.name}", daemon=True).start()

    def _end_threads(self) -> None:
        self._stop.is_asked = True
        for stop in self._stops.values():
            stop.put(None)
        for job in self._jobs:
            job.call()

    def _look_after(self, job: Job) -> None:
        while not self._stop.is_asked:
            do_job(job)
            job.wait(LOOK_FOR_JOBS_EVERY_S)

    def _look_after_chore(self, chore: Chore) -> None:
        while not self._stop.is_asked:
            try:
                self._do_if_due(chore)
            except Exception:
                log.exception("chores_stumbled", extra={"chore": chore.name})
            try:
                self._stops[chore.name].get(timeout=self._look_every_s)
            except Empty:
                continue
            return
