"""Shares the time of a chore among platforms: each gets turns, none can use up the others', and no failure ends the round.

Every platform's work is a list. In a round each platform has one turn of some seconds; what is left of its list waits for the
next round. Rounds go on until all is done or the time for everything is over; what is left then waits for the chore's next time.
A platform with which nothing could be done in a whole turn has no further one: it hangs, or it is too slow.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lti_tool.jobs.stop import Stop

log = logging.getLogger(__name__)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Shares:
    """How much time there is, and whether the process is about to end."""

    turn_s: float = 60.0
    all_s: float = 3600.0
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


@dataclass(slots=True)
class _Tally:
    done: int = 0
    failed: int = 0


def take_turns(
    waiting: Mapping[int, Sequence[Item]],
    do: Callable[[Item, float], object],
    shares: Shares,
    *,
    what: str,
) -> Turns:
    """Do all items, by the key of their platform in turns.

    Args:
        do: does one item within the seconds that it is given.
        what: the name of an item, for the log.
    """
    ends = time.monotonic() + shares.all_s
    tally = _Tally()
    left = {key: list(items) for key, items in waiting.items() if items}
    while left and time.monotonic() < ends and not shares.stop.is_asked:
        for key in list(left):
            done_before = tally.done
            turn = _Turn(min(ends, time.monotonic() + shares.turn_s), shares.stop)
            remaining = _take_turn(left.pop(key), do, turn, tally, what=what)
            if not remaining:
                continue
            if tally.done == done_before and turn.is_used_up and time.monotonic() < ends:
                log.warning("turn_used_up", extra={"registration": key, "what": what, "left": len(remaining)})
                tally.failed += len(remaining)
            else:
                left[key] = remaining
    return Turns(tally.done, tally.failed, sum(len(items) for items in left.values()))


@dataclass(frozen=True, slots=True)
class _Turn:
    ends: float
    stop: Stop

    @property
    def left_s(self) -> float:
        return 0.0 if self.stop.is_asked else self.ends - time.monotonic()

    @property
    def is_used_up(self) -> bool:
        return not self.stop.is_asked and self.left_s <= 0


def _take_turn(items: list[Item], do: Callable[[Item, float], object], turn: _Turn, tally: _Tally, *, what: str) -> list[Item]:
    """Do items until the turn is over, and return the others. Whatever one of them does, the next is tried."""
    for place, item in enumerate(items):
        left_s = turn.left_s
        if left_s <= 0:
            return items[place:]
        try:
            do(item, left_s)
        except NotNow:
            tally.failed += 1
        except Exception:
            log.exception("item_failed", extra={"what": what, "item": str(item)})
            tally.failed += 1
        else:
            tally.done += 1
    return []
