"""The engine without jobs: the worker looks by itself and when it is woken; chores are done between. For SQLite."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from queue import Empty, SimpleQueue

from lti_tool import clock as real_clock
from lti_tool.models.database import Database
from lti_tool.passback.chores import Chore, take_chore
from lti_tool.passback.errands import LOOK_EVERY_S as LOOK_FOR_ERRANDS_EVERY_S
from lti_tool.passback.errands import Errand
from lti_tool.passback.worker import Worker

log = logging.getLogger(__name__)

LOOK_EVERY_S = 30.0


class EmbeddedEngine:
    """Implements `engines.Engine`; `start` and `stop` for a web process that delivers beside its requests."""

    def __init__(
        self,
        worker: Worker,
        database: Database,
        chores: Sequence[Chore] = (),
        errands: Sequence[Errand] = (),
        *,
        clock: Callable[[], datetime] = real_clock.now,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._worker = worker
        self._database = database
        self._chores = tuple(chores)
        self._errands = tuple(errands)
        self._is_stopping = False
        self._clock = clock
        self._look_every_s = look_every_s
        # A queue, not an event: a signal handler may meet an event's lock taken.
        self._stops: SimpleQueue[None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

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
        """Let what is on the wire arrive; tell whether all had ended in time. A chore half done is done again tomorrow."""
        self._end_threads()
        return self._worker.stop(timeout_s=timeout_s)

    def do_chores(self) -> None:
        """Do what is due now and has not been done by another process."""
        for chore in self._chores:
            with self._database.write.begin() as session:
                is_ours = take_chore(session, chore, now=self._clock())
            if is_ours:
                do_chore(chore)

    def _start_threads(self) -> None:
        self._threads = [
            threading.Thread(target=self._look_after, args=(errand,), name=errand.name, daemon=True) for errand in self._errands
        ]
        if self._chores:
            self._threads.append(threading.Thread(target=self._look_after_chores, name="chores", daemon=True))
        for thread in self._threads:
            thread.start()

    def _end_threads(self) -> None:
        self._is_stopping = True
        self._stops.put(None)
        for errand in self._errands:
            errand.call()

    def _look_after(self, errand: Errand) -> None:
        while not self._is_stopping:
            do_errand(errand)
            errand.wait(LOOK_FOR_ERRANDS_EVERY_S)

    def _look_after_chores(self) -> None:
        while True:
            try:
                self.do_chores()
            except Exception:
                log.exception("chores_stumbled")
            try:
                self._stops.get(timeout=self._look_every_s)
            except Empty:
                continue
            return


def do_chore(chore: Chore) -> None:
    """Do one chore; one that fails is logged and does not stand in the way of the others."""
    try:
        chore.run()
    except Exception:
        log.exception("chore_failed", extra={"chore": chore.name})
    else:
        log.info("chore_done", extra={"chore": chore.name})


def do_errand(errand: Errand) -> None:
    """Do an errand; should it fail, it is done again with the next call."""
    try:
        errand.run()
    except Exception:
        log.exception("errand_failed", extra={"errand": errand.name})
