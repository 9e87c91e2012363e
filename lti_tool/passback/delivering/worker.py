"""The worker: claims what is due, sends it with some threads, records how it ended; again and again.

One thread (the pump) does all claiming and recording, in short transactions; the senders do nothing but talk to platforms.
Runs as a thread beside a web process or alone as `lti-tool worker`; any number may run, the claim keeps them apart.
"""

import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime
from queue import Empty, SimpleQueue

from lti_tool import clock as real_clock
from lti_tool import tracing
from lti_tool.models.database import Database
from lti_tool.passback.columns.column_reading import ColumnReader
from lti_tool.passback.delivering import claim_deliveries
from lti_tool.passback.delivering.circuit import Circuits
from lti_tool.passback.delivering.deliver_score import Sending, deliver_score
from lti_tool.passback.delivering.memory import DatabaseMemory
from lti_tool.passback.delivering.record_outcomes import Ended
from lti_tool.passback.delivering.write_outcomes import write_outcomes
from lti_tool.passback.delivery import Abandoned, ClaimedDelivery, Delayed, Outcome, Parked
from lti_tool.passback.ports import Gradebooks

log = logging.getLogger(__name__)

POLL_S = 2.0
CONCURRENCY = 8
# So many are claimed per sender: none waits for the database, and one transaction serves many.
AHEAD = 12
# Outcomes are gathered this long, so that one transaction records several.
GATHER_S = 0.05
SWEEP_EVERY_S = 5.0
RENEW_EVERY_S = 15.0
PROBES_AT_ONCE = 4
LONGEST_PAUSE_S = 30.0


class Worker:
    """Delivers scores until it is stopped.

    Args:
        label_for: gives a module's title by its slug, for columns that have to be created.
        concurrency: how many scores are on the wire at once.
        poll_s: how often to look when nobody calls `wake`.
        seconds: a clock that only goes forward: how long a platform rests and when to look after leases goes by it, whatever
            becomes of the wall clock.
    """

    def __init__(
        self,
        database: Database,
        gradebooks: Gradebooks,
        *,
        label_for: Callable[[str], str],
        concurrency: int = CONCURRENCY,
        clock: Callable[[], datetime] = real_clock.now,
        chance: random.Random | None = None,
        poll_s: float = POLL_S,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        memory = DatabaseMemory(database)
        self._sending = Sending(gradebooks, memory, label_for, clock, self._may_send, ColumnReader(gradebooks, memory, clock))
        self._clock = clock
        # Not seeded here: what web processes inherit through a fork must not give each of them the same jitter.
        self._chance = chance or random.SystemRandom()
        self._circuits = Circuits(self._chance)
        self._concurrency = concurrency
        self._poll_s = poll_s
        self._in_flight: dict[int, ClaimedDelivery] = {}
        self._leases: dict[int, datetime] = {}
        self._probes: set[int] = set()
        self._work: SimpleQueue[ClaimedDelivery | None] = SimpleQueue()
        self._done: SimpleQueue[Ended] = SimpleQueue()
        self._unrecorded: list[Ended] = []
        # A queue and a plain flag rather than events: an event's lock would hang a signal handler that meets it taken.
        self._calls: SimpleQueue[None] = SimpleQueue()
        self._is_stopping = False
        self._stop_by: float = 0.0
        self._thread: threading.Thread | None = None
        self._drain_lock = threading.Lock()
        self._is_draining = self._drains_wanted = False
        self._seconds = seconds
        self._next_sweep_s = self._next_renewal_s = seconds()

    def wake(self) -> None:
        """Look for work now: call it after a transaction that enqueued scores has been committed."""
        # One call waiting is enough; in a process whose worker does not run they must not pile up.
        if self._calls.empty():
            self._calls.put(None)

    @property
    def is_anything_on_the_wire(self) -> bool:
        return bool(self._in_flight)

    def start(self) -> None:
        """Run in a thread of this process (start it after a fork, threads do not survive one)."""
        self._thread = threading.Thread(target=self.run, name="score-worker", daemon=True)
        self._thread.start()

    def stop(self, *, timeout_s: float = 25.0) -> bool:
        """Stop claiming, let what is on the wire arrive, and put the rest back.

        Returns:
            Whether all had ended in time. What has not is taken over by another worker when its lease ends.
        """
        self.ask_to_stop(timeout_s=timeout_s)
        if self._thread is None:
            return True
        self._thread.join(timeout_s + 1.0)
        return not self._thread.is_alive() and not self._in_flight

    def ask_to_stop(self, *, timeout_s: float = 25.0) -> None:
        """Ask `run` to end, without waiting for it: a signal handler may call this."""
        self._stop_by = time.monotonic() + timeout_s
        self._is_stopping = True
        self.wake()

    def run(self) -> None:
        """Deliver until asked to stop. No exception ends it: what happened is logged, and it goes on."""
        self.begin()
        pause_s = 0.0
        while not self._is_stopping:
            self._rest(pause_s)
            try:
                is_busy = self._turn()
                pause_s = 0.0 if is_busy else self._poll_s
            except Exception:
                log.exception("worker_stumbled")
                pause_s = min(max(1.0, pause_s * 2), LONGEST_PAUSE_S)
        self.end()

    def begin(self) -> None:
        """Start the senders: what `run` does first, for an engine that calls `drain`."""
        log.info("worker_started", extra={"concurrency": self._concurrency})
        for number in range(self._concurrency):
            threading.Thread(target=self._send_all, name=f"score-sender-{number}", daemon=True).start()

    def drain(self) -> None:
        """Deliver all that is due now, with the senders; one call at a time does it, others are noted and return at once."""
        with self._drain_lock:
            self._drains_wanted = True
            if self._is_draining:
                return
            self._is_draining = True
        while True:
            with self._drain_lock:
                if not self._drains_wanted or self._is_stopping:
                    self._is_draining = False
                    return
                self._drains_wanted = False
            self._drain()

    def end(self) -> None:
        """Let what is on the wire arrive, record it, and end the senders: what `run` does last."""
        self._wind_up()
        for _ in range(self._concurrency):
            self._work.put(None)
        log.info("worker_stopped", extra={"left_on_the_wire": len(self._in_flight)})

    def _drain(self) -> None:
        pause_s = 0.0
        while not self._is_stopping:
            try:
                is_busy = self._turn()
                pause_s = 0.0
            except Exception:
                # What is on the wire must be recorded, however long the database is away.
                log.exception("worker_stumbled")
                is_busy, pause_s = bool(self._in_flight), min(max(0.5, pause_s * 2), LONGEST_PAUSE_S)
            if not is_busy and not self._in_flight:
                return
            if pause_s:
                self._is_called_within(pause_s)
            else:
                self._rest(0.0)

    def run_once(self) -> int:
        """Deliver all that is due now in this thread, and return how many tries that were: for tests, which want no threads."""
        tries = 0
        self._next_sweep_s = self._seconds()
        while True:
            self._sweep()
            claimed = self._claim()
            if not claimed:
                return tries
            for delivery in claimed:
                self._send(delivery)
            self._record()
            tries += len(claimed)

    def _rest(self, pause_s: float) -> None:
        if self._in_flight:
            # Senders wake us; then a moment more, so that several outcomes are recorded together.
            if self._is_called_within(self._poll_s):
                time.sleep(GATHER_S)
        elif pause_s:
            self._is_called_within(pause_s)

    def _is_called_within(self, seconds: float) -> bool:
        """Wait for a call, and forget it: what it was about is found by looking."""
        try:
            self._calls.get(timeout=seconds)
        except Empty:
            return False
        return True

    def _turn(self) -> bool:
        """Record, renew, sweep, claim; tell whether there was or is anything to do."""
        recorded = self._record()
        self._renew()
        self._sweep()
        claimed = self._claim()
        for delivery in claimed:
            self._work.put(delivery)
        return bool(recorded or claimed)

    def _claim(self) -> list[ClaimedDelivery]:
        """Take what is due, as soon as there is room for a good many."""
        most = self._concurrency * AHEAD
        limit = most - len(self._in_flight)
        if limit < most // 2:
            return []
        now = self._clock()
        resting = self._circuits.resting()
        probes = self._circuits.due_for_probe(self._seconds())[:PROBES_AT_ONCE]
        with self._database.read() as session:
            is_due = claim_deliveries.is_anything_due(session, resting=resting - set(probes), now=now)
        if not is_due:
            return []
        # Made anew for each claim, so that no process after a fork has the same.
        name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(8)}"
        with self._database.write.begin() as session:
            claimed = claim_deliveries.claim_unresolved(session, claim=name, limit=limit, resting=resting, now=now)
            if len(claimed) < limit:
                claimed += claim_deliveries.claim_deliveries(
                    session, claim=name, limit=limit - len(claimed), resting=resting, now=now
                )
            for registration_id in probes:
                claimed += claim_deliveries.claim_probe(session, registration_id=registration_id, claim=name, now=now)
        for delivery in claimed:
            self._in_flight[delivery.id] = delivery
            self._leases[delivery.id] = delivery.lease_until
            if delivery.registration_id in probes:
                self._probes.add(delivery.id)
                self._circuits.begin_probe(delivery.registration_id)
        return claimed

    def _record(self) -> int:
        """Write down what has ended. What cannot be written now is kept for the next turn."""
        while True:
            try:
                self._unrecorded.append(self._done.get_nowait())
            except Empty:
                break
        if not self._unrecorded:
            return 0
        write_outcomes(self._database, self._unrecorded, chance=self._chance, now=self._clock())
        count = len(self._unrecorded)
        for one in self._unrecorded:
            self._in_flight.pop(one.claimed.id, None)
            self._leases.pop(one.claimed.id, None)
        self._unrecorded = []
        return count

    def _renew(self) -> None:
        now, now_s = self._clock(), self._seconds()
        if now_s < self._next_renewal_s or not self._in_flight:
            return
        self._next_renewal_s = now_s + RENEW_EVERY_S
        flying = dict(self._in_flight)
        with self._database.write.begin() as session:
            kept = claim_deliveries.renew_leases(session, {each.id: each.claim for each in flying.values()}, now=now)
        for delivery_id in kept:
            self._leases[delivery_id] = now + claim_deliveries.LEASE

    def _sweep(self) -> None:
        now, now_s = self._clock(), self._seconds()
        if now_s < self._next_sweep_s:
            return
        self._next_sweep_s = now_s + SWEEP_EVERY_S
        with self._database.read() as session:
            if not claim_deliveries.is_any_lease_expired(session, now=now):
                return
        with self._database.write.begin() as session:
            released = claim_deliveries.release_expired(session, now=now)
        log.warning("score_leases_expired", extra={"deliveries": released})

    def _may_send(self, delivery: ClaimedDelivery) -> bool:
        return self._clock() < self._leases.get(delivery.id, delivery.lease_until)

    def _send_all(self) -> None:
        while (delivery := self._work.get()) is not None:
            self._send(delivery)
            self.wake()

    def _send(self, delivery: ClaimedDelivery) -> None:
        """Send one, unless its platform has turned out to be down since it was claimed."""
        registration_id = delivery.registration_id
        is_probe = delivery.id in self._probes
        is_put_off = self._is_stopping or (not is_probe and registration_id in self._circuits.resting())
        outcome: Outcome = Abandoned() if is_put_off else self._deliver(delivery)
        is_recovery = False
        match outcome:
            case Abandoned():
                if is_probe:
                    self._circuits.cancel_probe(registration_id)
            case Delayed(is_platform_down=True):
                asked = outcome.retry_after_s
                self._circuits.note_failure(registration_id, retry_after_s=asked, now_s=self._seconds())
            case _:
                is_recovery = self._circuits.note_answer(registration_id)
        self._probes.discard(delivery.id)
        self._done.put(Ended(delivery, outcome, is_recovery))

    def _deliver(self, delivery: ClaimedDelivery) -> Outcome:
        with tracing.span(
            "deliver score",
            lti__tool_delivery=delivery.id,
            lti__tool_registration=delivery.registration_id,
            lti__tool_tries=delivery.tries,
        ) as span:
            outcome = deliver_score(delivery, self._sending)
            span.tell(lti__tool_outcome=type(outcome).__name__.lower())
            if isinstance(outcome, Delayed | Parked):
                span.fail(outcome.code)
        return outcome

    def _wind_up(self) -> None:
        """Wait for what is on the wire and record it; senders give back what they have not begun."""
        while True:
            try:
                self._record()
                self._renew()
            except Exception:
                log.exception("worker_stumbled")
            if not self._in_flight or time.monotonic() >= self._stop_by:
                return
            self._is_called_within(0.1)
