"""How fast this machine is just now, so that a test of a cost fails for the cost and not for the neighbours."""

import time

_REFERENCE_S = 0.022
"""What `_work` takes on a quiet core of two, where the limits in the tests were set."""


def slowness() -> float:
    """Return how many times longer than on a quiet machine a fixed piece of Python takes now; 1 at least."""
    begun = time.process_time()
    _work()
    return max(1.0, (time.process_time() - begun) / _REFERENCE_S)


def _work() -> None:
    seen: dict[int, str] = {}
    for number in range(100_000):
        seen[number % 5_000] = f"{number:x}"
