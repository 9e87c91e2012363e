"""What goes wrong: a platform whose answers fail at random or not at all, and a clock that runs ahead."""

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from lti_tool.playground.faults import Fault, Faults, Service

# The services that a worker calls.
_CALLED = ("scores", "results", "lineitems", "token")


class FileClock:
    """The true time and what a file adds to it, so that all processes and the platform agree."""

    def __init__(self, file: Path) -> None:
        self._file = file
        if not file.exists():
            file.write_text("0", encoding="ascii")

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    @property
    def ahead_s(self) -> float:
        return float(self._file.read_text(encoding="ascii") or 0)

    def move(self, **units: float) -> None:
        """Move the clock; whole at once, because other processes read it."""
        text = str(self.ahead_s + timedelta(**units).total_seconds())
        half = self._file.with_suffix(".new")
        half.write_text(text, encoding="ascii")
        half.replace(self._file)


class OurClock:
    """The clock of our own machines: that of all, and what it is ahead of it."""

    def __init__(self, of_all: Path, own: Path) -> None:
        self._of_all = FileClock(of_all)
        self._own = FileClock(own)

    def __call__(self) -> datetime:
        return self._of_all() + timedelta(seconds=self._own.ahead_s)

    def seconds(self) -> float:
        return time.monotonic()

    def put_ahead(self, by: timedelta) -> None:
        """Let it be ahead by so much from now on."""
        self._own.move(seconds=by.total_seconds() - self._own.ahead_s)


class Weather(Faults):
    """Failures by chance: a share of all answers is 500, 429, a reset or a timeout, before or after the work is done."""

    def __init__(self, chance: random.Random, *, share: float, hang_s: float) -> None:
        super().__init__()
        self._chance = chance
        self._hang_s = hang_s
        self._counting = Lock()
        self.share = share
        self.is_platform_away = False
        self.answers: Counter[str] = Counter()

    def take(self, service: Service) -> Fault | None:
        """Choose how this request ends."""
        with self._counting:
            fault = self._choose(service)
            self.answers["proper" if fault is None else _name(fault)] += 1
        return fault

    def _choose(self, service: Service) -> Fault | None:
        if service not in _CALLED:
            return None
        if self.is_platform_away:
            return Fault("reset", service) if self._chance.random() < 0.5 else Fault("status", service, status=503)
        if self._chance.random() >= self.share:
            return None
        is_done = self._chance.random() < 0.5
        return self._chance.choice(
            (
                Fault("status", service, status=500, after_work=is_done),
                Fault("status", service, status=429, retry_after=self._chance.choice((None, 1, 20)), after_work=False),
                Fault("reset", service, after_work=is_done),
                Fault("hang", service, seconds=self._hang_s, after_work=is_done),
            )
        )


def _name(fault: Fault) -> str:
    return {"status": str(fault.status), "reset": "reset", "hang": "timeout"}[fault.kind]
