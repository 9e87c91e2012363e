"""Shares the time of a chore among platforms: each gets turns, none can use up the others', and no failure ends the round.

Every platform's work is a list. In a round each platform has one turn of some seconds; what is left of its list waits for the
next round. Rounds go on until all is done or the time for everything is over; what is left then waits for the chore's next time.
A platform with which nothing could be done in a whole turn has no further one: it hangs, or it is too slow.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lti_tool.jobs.stop import Stop

log = logging.getLogger(__name__)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Shares:
    """How much time there is, and whether the process is about to end."""

    turn_s: float = 60.0
    all_s: float = 3600.0
    at_once: int = 4
    """How many platforms have their turn at the same time; the items of one are done one after the other."""
    stop: Stop = field(default_factory=Stop)


class NotNow(Exception):
    """An item could not be done for a reason that is no fault of ours; whoever raises it has said why in the log."""


@dataclass(frozen=True, slots=True)
class Turns:
    """What became of all items."""

    done: int
    failed: int
    left: int
    """Not reached in time."""


def take_turns(
    waiting: Mapping[int, Sequence[Item]],
    do: Callable[[Item, float], object],
    shares: Shares,
    *,
    what: str,
) -> Turns:
    """Do all items, by the key of their platform in turns.

    Args:
        do: does one item within the seconds that it is given; called from several threads.
        what: the name of an item, for the log.
    """
    ends = time.monotonic() + shares.all_s
    left = {key: list(items) for key, items in waiting.items() if items}
    done = failed = 0
    with ThreadPoolExecutor(max(1, min(shares.at_once, len(left))), thread_name_prefix=what) as pool:
        while left and time.monotonic() < ends and not shares.stop.is_asked:
            turns = [_Turn(key, items, ends, shares) for key, items in left.items()]
            list(pool.map(lambda turn: turn.take(do, what), turns))
            left = {}
            for turn in turns:
                done += turn.done
                failed += turn.failed
                if turn.remaining and turn.is_used_up_in_vain:
                    log.warning("turn_used_up", extra={"registration": turn.key, "what": what, "left": len(turn.remaining)})
                    failed += len(turn.remaining)
                elif turn.remaining:
                    left[turn.key] = turn.remaining
    return Turns(done, failed, sum(len(items) for items in left.values()))


@dataclass(slots=True)
class _Turn(Generic[Item]):
    """One platform's turn."""

    key: int
    remaining: list[Item]
    all_ends: float
    shares: Shares
    done: int = 0
    failed: int = 0
    ends: float = 0.0

    @property
    def is_used_up_in_vain(self) -> bool:
        """Whether nothing came of it, though neither the process nor the time for all was about to end."""
        return not self.done and self.ends < self.all_ends and not self.shares.stop.is_asked

    def take(self, do: Callable[[Item, float], object], what: str) -> None:
        """Do items until the turn is over. Whatever one of them does, the next is tried."""
        self.ends = min(self.all_ends, time.monotonic() + self.shares.turn_s)
        for place, item in enumerate(self.remaining):
            left_s = self.ends - time.monotonic()
            if left_s <= 0 or self.shares.stop.is_asked:
                self.remaining = self.remaining[place:]
                return
            try:
                do(item, left_s)
            except NotNow:
                self.failed += 1
            except Exception:
                log.exception("item_failed", extra={"what": what, "item": str(item)})
                self.failed += 1
            else:
                self.done += 1
        self.remaining = []
