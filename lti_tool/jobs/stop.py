"""Tells work that takes its time that the process is about to end."""

from dataclasses import dataclass


@dataclass
class Stop:
    """A plain flag, because a signal handler raises it; long work looks at it between two steps."""

    is_asked: bool = False
