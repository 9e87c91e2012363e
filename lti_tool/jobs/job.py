"""Jobs: work that waits in the database, done as soon as somebody calls, and looked for again every half minute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final

LOOK_EVERY_S: Final = 30


def task_of(name: str) -> str:
    """Return the name under which procrastinate knows a job; its queue has the job's own name."""
    return f"lti_tool.{name}"


@dataclass(frozen=True)
class Job:
    """Something to be done whenever there is any of it; `run` does all that is due, and may run in several processes."""

    name: str
    run: Callable[[], object]
    # A queue, not an event: a signal handler may meet an event's lock taken.
    _calls: "SimpleQueue[None]" = field(default_factory=SimpleQueue)

    def call(self) -> None:
        """Have it done soon: call it after a commit that brought work. On PostgreSQL a row calls, and this changes nothing."""
        # One call waiting is enough; in a process whose engine does not run they must not pile up.
        if self._calls.empty():
            self._calls.put(None)

    def wait(self, timeout_s: float) -> None:
        """Wait until somebody calls, or for so long."""
        try:
            self._calls.get(timeout=timeout_s)
        except Empty:
            return
