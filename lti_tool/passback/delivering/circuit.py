"""One probe instead of a thousand requests: which platforms are left alone because they were down a moment ago.

Kept in the memory of one worker process: a thousand waiting scores cost a platform that is down one request every few minutes
per process. Nothing is lost with it: the rows say what is due, and the first answer wakes all that waited. All times are seconds
of a clock that only ever goes forward: a wall clock that was ahead for a minute would else let a platform rest until tomorrow.
"""

import random
from dataclasses import dataclass
from threading import Lock

OPENS_AFTER = 3
FIRST_REST_S = 15.0
LONGEST_REST_S = 300.0
LONGEST_REQUESTED_REST_S = 3600.0


@dataclass
class _Circuit:
    failures: int = 0
    rests: int = 0
    rest_until_s: float | None = None
    is_probing: bool = False


class Circuits:
    """The circuits of all registrations in one worker process; safe to use from its threads."""

    def __init__(self, chance: random.Random) -> None:
        self._circuits: dict[int, _Circuit] = {}
        self._chance = chance
        self._lock = Lock()

    def resting(self) -> frozenset[int]:
        """List the registrations of which nothing is claimed but probes."""
        with self._lock:
            return frozenset(key for key, circuit in self._circuits.items() if circuit.rest_until_s is not None)

    def due_for_probe(self, now_s: float) -> tuple[int, ...]:
        """List the resting registrations that may be asked again, once."""
        with self._lock:
            return tuple(
                key
                for key, circuit in self._circuits.items()
                if circuit.rest_until_s is not None and circuit.rest_until_s <= now_s and not circuit.is_probing
            )

    def begin_probe(self, registration_id: int) -> None:
        """Note that a probe is on its way, so that no second one follows."""
        with self._lock:
            self._circuits[registration_id].is_probing = True

    def cancel_probe(self, registration_id: int) -> None:
        """Note that the probe was not sent after all."""
        with self._lock:
            if registration_id in self._circuits:
                self._circuits[registration_id].is_probing = False

    def note_answer(self, registration_id: int) -> bool:
        """Note that a platform answered; true where it had been resting and what waited for it should go now."""
        with self._lock:
            circuit = self._circuits.pop(registration_id, None)
            return circuit is not None and circuit.rest_until_s is not None

    def note_failure(self, registration_id: int, *, retry_after_s: int | None, now_s: float) -> None:
        """Note that a platform was not to be had. After some in a row, or when it asks for it itself, it rests."""
        with self._lock:
            circuit = self._circuits.setdefault(registration_id, _Circuit())
            circuit.failures += 1
            if circuit.rest_until_s is not None and not circuit.is_probing:
                return  # was sent before the rest began
            if circuit.failures < OPENS_AFTER and retry_after_s is None:
                return
            circuit.is_probing = False
            rest_s = min(FIRST_REST_S * 2 ** min(circuit.rests, 10), LONGEST_REST_S) * self._chance.uniform(0.75, 1.0)
            if retry_after_s is not None:
                rest_s = max(rest_s, min(retry_after_s, LONGEST_REQUESTED_REST_S))
            circuit.rests += 1
            circuit.rest_until_s = now_s + rest_s
