"""How long platforms may take altogether: a budget for everything that is asked of one within a `with`.

Each request has limits of its own; what has none is how many of them follow one another. So whoever asks a platform for more than
one thing says before how long all of it may take. The budget goes with the thread and not through every signature in between.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf

from lti_tool.lti.errors import ServiceUnavailable


@dataclass(frozen=True, slots=True)
class _Patience:
    ends: float
    call_s: float


_ENDLESS = _Patience(inf, inf)
_patience: ContextVar[_Patience] = ContextVar("patience", default=_ENDLESS)


@contextmanager
def patience(whole_s: float, *, call_s: float = inf) -> Iterator[None]:
    """Let all requests of this block together take `whole_s` seconds, each of them `call_s`; an outer budget stays in force."""
    outer = _patience.get()
    before = _patience.set(_Patience(min(outer.ends, time.monotonic() + whole_s), min(outer.call_s, call_s)))
    try:
        yield
    finally:
        _patience.reset(before)


def time_for_call(longest_s: float) -> float:
    """Return how many seconds one request may take now.

    Raises:
        ServiceUnavailable: `out_of_time`, nothing of the budget is left.
    """
    now = _patience.get()
    left_s = now.ends - time.monotonic()
    if left_s <= 0:
        raise ServiceUnavailable("out_of_time", "The time for asking this platform is used up.")
    return min(longest_s, now.call_s, left_s)
