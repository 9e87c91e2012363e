"""Sends one claimed score, with no transaction open, and decides what the platform's answer means.

1. Find or create the line item, where the launch named none.
2. Date the score, make sure that the claim still holds, send it.
3. 409, or a 400 that says nothing: read the result back. Ours stands there: done. A teacher's: leave it, done. An older one
   of ours, or nothing: once more, dated later.
4. 403, 404: the line item is gone. Look it up anew, once; else a person must look at it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lti_tool.lti.claim_names import SCOPE_RESULT_READ
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.scores import Delivered, Refused, Score, Unavailable
from lti_tool.passback.delivery import (
    INTERNAL_ERROR,
    KEPT_BY_TEACHER,
    LINE_ITEM_GONE,
    SCORE_MAXIMUM,
    Abandoned,
    Arrived,
    ClaimedDelivery,
    Delayed,
    Outcome,
    Parked,
)
from lti_tool.passback.line_item import find_line_item, find_or_create_line_item
from lti_tool.passback.ports import Gradebooks, Memory
from lti_tool.passback.retry import ONE_SECOND, next_timestamp
from lti_tool.passback.standing import Match, Standing, match

log = logging.getLogger(__name__)

# The platform's administration mends these for all scores at once, and then what waits shall go on by itself. 401: the
# service client has tried a new token already (a token may be revoked twice in a row).
_WHOLE_PLATFORM = ("http_401", "scope_not_granted")
_GONE = ("http_403", "http_404", "http_410")
# Open edX answers 400 to a timestamp that is not newer, without saying so.
_MAYBE_NOT_NEWER = ("not_newer", "http_400")


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending needs besides the delivery itself."""

    gradebooks: Gradebooks
    memory: Memory
    label_for: Callable[[str], str]
    """Gives a module's title by its slug: the label of columns that we create."""
    clock: Callable[[], datetime]
    may_send: Callable[[ClaimedDelivery], bool]
    """Whether the claim still holds, asked right before anything changes at the platform."""


def deliver_score(claimed: ClaimedDelivery, sending: Sending) -> Outcome:
    """Send a claimed score and tell how it ended. Raises nothing: a fault of our own delays this score and no other."""
    trip = _Trip(claimed, sending)
    try:
        return trip.make()
    except _ClaimLost:
        return Abandoned()
    except ServiceUnavailable as failure:
        return Delayed(failure.code, trip.last_sent, failure.retry_after_s)
    except ServiceRefused as refusal:
        if refusal.code in _WHOLE_PLATFORM:
            return Delayed(refusal.code, trip.last_sent)
        return Parked(refusal.code, trip.last_sent, refusal.reason)
    except Exception:
        log.exception("score_delivery_failed", extra={"delivery": claimed.id})
        return Delayed(INTERNAL_ERROR, trip.last_sent, is_platform_down=False)


class _ClaimLost(Exception):
    """Another worker may have the delivery by now, so nothing is sent."""


@dataclass(frozen=True, slots=True)
class _Again:
    """Send once more."""

    later_than: datetime | None = None


class _Trip:
    """One delivery on its way."""

    def __init__(self, claimed: ClaimedDelivery, sending: Sending) -> None:
        self._claimed = claimed
        self._to = sending
        self._url = ""
        self._has_looked_up = False
        self._has_read_back = False
        self.last_sent: datetime | None = None
        """The latest timestamp that left the house."""

    def make(self) -> Outcome:
        started = time.monotonic()
        self._url = self._claimed.line_item_url or self._new_line_item()
        step: Outcome | _Again = _Again()
        while isinstance(step, _Again):
            step = self._weigh(self._send(step.later_than))
        if isinstance(step, Arrived):
            return Arrived(self._received_at(), round((time.monotonic() - started) * 1000), step.note)
        return step

    def _new_line_item(self) -> str:
        claimed = self._claimed
        found = find_or_create_line_item(
            claimed,
            self._to.gradebooks,
            label=self._to.label_for(claimed.module_slug),
            may_create=lambda: self._to.may_send(claimed),
            now=self._to.clock(),
        )
        if found is None:
            raise _ClaimLost
        self._has_looked_up = True
        return self._to.memory.keep_line_item(claimed.line_item_id, found.url, replacing=None)

    def _send(self, later_than: datetime | None) -> Delivered | Refused | Unavailable:
        claimed, now = self._claimed, self._to.clock()
        timestamp = next_timestamp(
            now,
            last=self.last_sent or claimed.last_timestamp,
            platform_lead=self._to.gradebooks.clock_lead(claimed.registration_id),
            later_than=later_than,
        )
        # In this order: whoever takes over after our lease dates later than we did, so ours, delayed on the wire, loses.
        if not self._to.may_send(claimed):
            raise _ClaimLost
        self.last_sent = timestamp
        score = Score(claimed.user_sub, claimed.score_given, SCORE_MAXIMUM, timestamp)
        return self._to.gradebooks.post_score(claimed.registration_id, self._url, score, now=now)

    def _received_at(self) -> datetime | None:
        """Give the time that the next score must be later than: a column of an activity in Moodle keeps its own clock's."""
        lead = self._to.gradebooks.clock_lead(self._claimed.registration_id)
        if self.last_sent is None or lead <= ONE_SECOND:
            return self.last_sent
        return max(self.last_sent, self._to.clock() + lead)

    def _weigh(self, answer: Delivered | Refused | Unavailable) -> Outcome | _Again:
        match answer:
            case Delivered():
                return Arrived(self.last_sent)
            case Unavailable(code, _, retry_after_s):
                return Delayed(code, self.last_sent, retry_after_s)
            case Refused(code, reason):
                if code in _WHOLE_PLATFORM:
                    return Delayed(code, self.last_sent)
                if code in _MAYBE_NOT_NEWER:
                    return self._read_back(code)
                if code in _GONE:
                    return self._look_up(code)
                return Parked(code, self.last_sent, reason)

    def _read_back(self, code: str) -> Outcome | _Again:
        """Decide by what stands in the gradebook."""
        if self._has_read_back:
            if code == "not_newer":
                return Delayed(code, self.last_sent, is_platform_down=False)
            return Parked(code, self.last_sent)
        self._has_read_back = True
        standing = self._standing()
        if standing is None:
            return _Again()
        if match(standing, self._claimed.score_given) is Match.SAME:
            return Arrived(self.last_sent)
        if any(match(standing, held) is not Match.OTHER for held in self._to.memory.scores_held(self._claimed.id)):
            return _Again(later_than=standing.at)
        # Nothing that we ever sent: somebody graded by hand, and that is theirs to decide.
        return Arrived(self.last_sent, note=KEPT_BY_TEACHER)

    def _standing(self) -> Standing | None:
        """Read what stands there; without the right to, all that is known is that ours was not taken: as if nothing did."""
        claimed = self._claimed
        if SCOPE_RESULT_READ not in claimed.scopes:
            return None
        try:
            return self._to.gradebooks.result_of(claimed.registration_id, self._url, claimed.user_sub, now=self._to.clock())
        except ServiceRefused:
            return None
        except ServiceUnavailable as failure:
            # There was a token for the score a moment ago, so it is this scope that the platform does not give.
            if failure.code == "token_refused":
                return None
            raise

    def _look_up(self, code: str) -> Outcome | _Again:
        """Look for a line item in place of the one that is gone. None is created: somebody took it away on purpose."""
        gone = Parked(LINE_ITEM_GONE if code != "http_403" else code, self.last_sent)
        if self._has_looked_up:
            return gone
        self._has_looked_up = True
        try:
            found = find_line_item(self._claimed, self._to.gradebooks, now=self._to.clock())
        except ServiceRefused:
            return gone
        if found is None or found.url == self._url:
            return gone
        self._url = self._to.memory.keep_line_item(self._claimed.line_item_id, found.url, replacing=self._url)
        return _Again()
