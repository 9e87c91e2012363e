"""What a delivery reads of the column before and after it sends: what stands there, its own points, whether it answers at all."""

from collections.abc import Callable
from datetime import datetime

from lti_tool.lti.advantage.results import ToldResult
from lti_tool.lti.claims.claim_names import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT_READ
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.passback.delivery import SCORE_MAXIMUM, ClaimedDelivery
from lti_tool.passback.ports import Gradebooks, Memory


class ColumnReader:
    """Reads columns for one worker; safe to use from its threads."""

    def __init__(self, gradebooks: Gradebooks, memory: Memory, clock: Callable[[], datetime]) -> None:
        self._gradebooks = gradebooks
        self._memory = memory
        self._clock = clock
        self._maxima: dict[tuple[int, str], float] = {}

    def standing(self, claimed: ClaimedDelivery, url: str) -> ToldResult | None:
        """Read what stands there for the delivery's person; None: nothing.

        Raises:
            Unreadable: we have no right to know.
            ServiceUnavailable: not now.
        """
        if SCOPE_RESULT_READ not in claimed.scopes:
            raise ColumnUnreadable
        try:
            return self._gradebooks.result_of(claimed.registration_id, url, claimed.user_sub, now=self._clock())
        except ServiceRefused as refusal:
            raise ColumnUnreadable from refusal
        except ServiceUnavailable as failure:
            # Tokens for scores are to be had, so it is this scope that the platform does not give.
            if failure.code == "token_refused":
                raise ColumnUnreadable from failure
            raise

    def maximum(self, claimed: ClaimedDelivery, url: str) -> float:
        """Give the column's own points, read once; 100 where they cannot be told: most platforms convert."""
        if claimed.score_maximum is not None and url == claimed.line_item_url:
            return claimed.score_maximum
        known = self._maxima.get((claimed.line_item_id, url))
        if known is not None:
            return known
        if not claimed.scopes & {SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ}:
            return SCORE_MAXIMUM
        try:
            read = self._gradebooks.line_item(claimed.registration_id, url, claimed.scopes, now=self._clock()).score_maximum
        except ServiceRefused:
            read = 0.0
        except ServiceUnavailable:
            return SCORE_MAXIMUM
        if read:
            self._memory.keep_maximum(claimed.line_item_id, url, read)
        self._maxima[claimed.line_item_id, url] = read or SCORE_MAXIMUM
        return read or SCORE_MAXIMUM

    def answers(self, claimed: ClaimedDelivery, url: str) -> bool:
        """Tell whether the platform reads the column out to us now, although it takes no score for it."""
        try:
            if claimed.scopes & {SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ}:
                self._gradebooks.line_item(claimed.registration_id, url, claimed.scopes, now=self._clock())
            else:
                self.standing(claimed, url)
        except (ServiceRefused, ServiceUnavailable, ColumnUnreadable):
            return False
        return True


class ColumnUnreadable(Exception):
    """We may not read what stands there."""
