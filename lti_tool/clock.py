"""The one place where time comes from. Only edges (pages, endpoints, commands, the worker) call it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Tell the present moment as an aware UTC datetime."""
    return datetime.now(UTC)
