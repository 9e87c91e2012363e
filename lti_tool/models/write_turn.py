"""Lets writers at a SQLite file come one after the other, without SQLite's own waiting.

SQLite makes a waiting writer sleep for longer and longer, up to a tenth of a second, and whoever comes in between goes first:
with two processes of eight threads each, one launch in a hundred took a third of a second. Here threads queue at a lock, and
processes look every fraction of a millisecond at a file lock, which the system takes back when a process dies. It is a queue
and no more: SQLite's own lock keeps the data safe, also from programs that know nothing of this one.
"""

import fcntl
import os
import threading
import time
from pathlib import Path

_LOOK_EVERY_S = 0.0003


class WriteTurn:
    """One for each engine."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-turn")
        self._threads = threading.Lock()
        self._file: int | None = None
        self._pid = 0

    def take(self, timeout_s: float) -> bool:
        """Wait for the turn; False: it did not come in time, and SQLite shall say what is the matter."""
        until = time.monotonic() + timeout_s
        if not self._threads.acquire(timeout=timeout_s):
            return False
        try:
            file = self._open()
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() > until:
                        self._threads.release()
                        return False
                    time.sleep(_LOOK_EVERY_S)
                else:
                    return True
        except BaseException:
            self._threads.release()
            raise

    def give_back(self) -> None:
        """End the turn that this thread took."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def _open(self) -> int:
        # A forked process needs an opening of its own: one that is shared would share the lock, too.
        if self._file is None or self._pid != os.getpid():
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        return self._file
