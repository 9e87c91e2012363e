"""Who runs the worker: threads of its own on SQLite (`embedded`), procrastinate on PostgreSQL; same worker, same rows."""

from typing import Protocol


class Engine(Protocol):
    """Runs deliveries and chores until asked to stop."""

    def run(self) -> None:
        """Work in this thread until asked to stop."""
        ...

    def ask_to_stop(self, *, timeout_s: float = 25.0) -> None:
        """Ask `run` to end without waiting for it: a signal handler may call this."""
        ...
