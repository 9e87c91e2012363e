"""Sends one claimed score, with no transaction open, and decides what the platform's answer means.

1. Find or create the line item, where the launch named none.
2. Where something of ours has arrived before, or our data come from a backup: read what stands there. A teacher's grade stays.
3. Put the score into the column's own points, date it, make sure that the claim still holds, send it.
4. 409, or a 400 that says nothing: read the result back. Ours stands there: done. A teacher's: leave it, done. An older one
   of ours, or nothing: once more, dated later.
5. 403, 404: the line item is gone. Look it up anew, once; else a person must look at it.
6. 500, and yet the platform reads the column out: it is this column alone, mostly because somebody has locked it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from lti_tool.lti.advantage.results import ToldResult
from lti_tool.lti.advantage.scores import Delivered, Refused, Score, Unavailable
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.passback.columns.column_reading import ColumnReader, ColumnUnreadable
from lti_tool.passback.columns.line_item import find_line_item, find_or_create_line_item
from lti_tool.passback.columns.standing import Match, points_in
from lti_tool.passback.columns.standing import match as match_of
from lti_tool.passback.delivering.retries import ONE_SECOND, next_timestamp
from lti_tool.passback.delivery import (
    BETTER_STANDS,
    COLUMN_REFUSES,
    INTERNAL_ERROR,
    KEPT_BY_TEACHER,
    LINE_ITEM_GONE,
    RESTORED_UNREAD,
    SCORE_MAXIMUM,
    Abandoned,
    Arrived,
    ClaimedDelivery,
    Delayed,
    Outcome,
    Parked,
)
from lti_tool.passback.ports import Gradebooks, Memory

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
    reader: ColumnReader


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
        self._maximum = SCORE_MAXIMUM
        self._has_looked_up = False
        self._has_read_back = False
        self.last_sent: datetime | None = None
        """The latest timestamp that left the house."""

    def make(self) -> Outcome:
        started = time.monotonic()
        self._url = self._claimed.line_item_url or self._new_line_item()
        step = self._look_first() if self._claimed.looks_first else _Again()
        while isinstance(step, _Again):
            step = self._weigh(self._send(step.later_than))
        if isinstance(step, Arrived):
            took_ms = round((time.monotonic() - started) * 1000)
            return replace(step, timestamp=self._received_at(), took_ms=took_ms)
        return step

    def _new_line_item(self) -> str:
        claimed = self._claimed
        found, is_made = find_or_create_line_item(
            claimed,
            self._to.gradebooks,
            label=self._to.label_for(claimed.module_slug),
            may_create=lambda: self._to.may_send(claimed),
            now=self._to.clock(),
        )
        if found is None:
            raise _ClaimLost
        self._has_looked_up = True
        return self._to.memory.keep_line_item(
            claimed.line_item_id, found, replacing=None, is_made_by_us=is_made, now=self._to.clock()
        )

    def _look_first(self) -> Outcome | _Again:
        """Read what stands there before it is written over."""
        try:
            standing = self._to.reader.standing(self._claimed, self._url)
        except ColumnUnreadable:
            if self._claimed.is_after_restore:
                # What waits in our data may have been sent, and bettered, after the backup: nobody's grade falls for that.
                return Parked(RESTORED_UNREAD)
            return _Again()
        return _Again() if standing is None else self._decide(standing)

    def _decide(self, standing: ToldResult) -> Outcome | _Again:
        """Decide by what stands there: ours is done, a teacher's stays, an older one of ours is written over."""
        claimed = self._claimed
        found = match_of(standing, claimed.score_given, column_maximum=claimed.score_maximum, sent_of=claimed.sent_of)
        if found is Match.SAME or (found is Match.UNCONVERTED and not self._can_convert()):
            return Arrived(self.last_sent)
        if found is Match.UNCONVERTED or self._is_an_older_one(standing):
            return _Again(later_than=standing.at)
        is_better = standing.of_100 > claimed.score_given
        note = BETTER_STANDS if claimed.is_after_restore and is_better else KEPT_BY_TEACHER
        # Nothing that we ever sent: somebody graded by hand, and that is theirs to decide.
        return Arrived(self.last_sent, note=note, standing=standing.of_100)

    def _can_convert(self) -> bool:
        """Tell whether we know the column's points, and have not sent in them yet."""
        maximum = self._claimed.score_maximum
        return maximum is not None and maximum != (self._claimed.sent_of or SCORE_MAXIMUM)

    def _is_an_older_one(self, standing: ToldResult) -> bool:
        maximum = self._claimed.score_maximum
        held = self._to.memory.scores_held(self._claimed.id)
        return any(match_of(standing, score, column_maximum=maximum) is not Match.OTHER for score in held)

    def _send(self, later_than: datetime | None) -> Delivered | Refused | Unavailable:
        claimed, now = self._claimed, self._to.clock()
        self._maximum = self._to.reader.maximum(claimed, self._url)
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
        points = points_in(self._maximum, claimed.score_given)
        score = Score(claimed.user_sub, points, self._maximum, timestamp, claimed.comment)
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
                return Arrived(self.last_sent, sent_of=self._maximum)
            case Unavailable("http_500" as code, _, retry_after_s):
                return self._look_at_column(code, retry_after_s)
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

    def _look_at_column(self, code: str, retry_after_s: int | None) -> Outcome:
        """Tell a column that takes nothing (Moodle 4.5 answers 500 while it is locked) from a platform in trouble."""
        if not self._to.reader.answers(self._claimed, self._url):
            return Delayed(code, self.last_sent, retry_after_s)
        # Once may be chance; a second time it is the column. Other columns of the platform are not held up by it.
        lasting = COLUMN_REFUSES if self._claimed.tries else code
        return Delayed(lasting, self.last_sent, retry_after_s, is_platform_down=False)

    def _read_back(self, code: str) -> Outcome | _Again:
        """Decide by what stands in the gradebook; without the right to read it: as if nothing did."""
        if self._has_read_back:
            if code == "not_newer":
                return Delayed(code, self.last_sent, is_platform_down=False)
            return Parked(code, self.last_sent)
        self._has_read_back = True
        try:
            standing = self._to.reader.standing(self._claimed, self._url)
        except ColumnUnreadable:
            standing = None
        return _Again() if standing is None else self._decide(standing)

    def _look_up(self, code: str) -> Outcome | _Again:
        """Look for a line item in place of the one that is gone. None is created: somebody took it away on purpose."""
        gone = Parked(LINE_ITEM_GONE if code != "http_403" else code, self.last_sent)
        if self._has_looked_up or not self._claimed.is_of_known_link:
            return gone
        self._has_looked_up = True
        try:
            found = find_line_item(self._claimed, self._to.gradebooks, now=self._to.clock())
        except ServiceRefused:
            return gone
        if found is None or found.url == self._url:
            return gone
        self._url = self._to.memory.keep_line_item(
            self._claimed.line_item_id, found, replacing=self._url, is_made_by_us=False, now=self._to.clock()
        )
        return _Again()
