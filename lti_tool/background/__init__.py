"""What runs the work of all features: threads of its own on SQLite, procrastinate on PostgreSQL; same work, same rows."""

from typing import Protocol


class Engine(Protocol):
    """Delivers scores, does jobs and chores until asked to stop."""

    def run(self) -> None:
        """Work in this thread until asked to stop."""
        ...

    def ask_to_stop(self, *, timeout_s: float = 25.0) -> None:
        """Ask `run` to end without waiting for it: a signal handler may call this."""
        ...
