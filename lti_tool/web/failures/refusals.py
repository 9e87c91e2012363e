"""Keep junk away from the addresses that platforms send people to, and let in whatever is sound, whoever else comes from there.

A login or launch that is let in makes no count: a whole university may share one address, and both are on the path that must
be fast. A refused one takes a turn in the database, which all processes share. When none is left, what is refused from that
source is answered 429 and no longer counted; what is sound still gets in, for it shows by its signature that it is no junk.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue

from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.traffic.take_turn import Limit, source_of
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import TooManyTries, check_rate

P = ParamSpec("P")

# Somebody's reload of an old page is refused, too; six hundred of those in ten minutes are no people.
REFUSALS = Limit("platforms.refused", burst=600, interval_s=1)
# No junk: the platform has signed it, or the way there is not clear just now. A whole class may come so at once, and should read
# what is the matter rather than that it comes too often.
_HARMLESS = frozenset(
    {
        LaunchRefusal.COOKIE_MISSING,
        LaunchRefusal.KEYS_AWAITED,
        LaunchRefusal.KEYS_UNAVAILABLE,
        LaunchRefusal.REGISTRATION_DISABLED,
        LaunchRefusal.REGISTRATION_HELD,
        LaunchRefusal.DEPLOYMENT_HELD,
        LaunchRefusal.DEPLOYMENT_BLOCKED,
        LaunchRefusal.USER_BLOCKED,
    }
)
_MOST_REMEMBERED = 10_000
_full_until: dict[str, datetime] = {}


def limit_refusals(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Count what a view refuses, by source; `LTI_TOOL_RATE_LIMITS=off` lifts it."""

    @wraps(view)
    def limited(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            return view(*args, **kwargs)
        except LaunchRejected as refusal:
            if refusal.refusal not in _HARMLESS and parts().settings.rate_limits != "off":
                _count()
            raise

    return limited


def _count() -> None:
    source = source_of(request.remote_addr or "", parts().settings.secret_key.get_secret_value())
    now = parts().now()
    left_s = (_full_until.get(source, now) - now).total_seconds()
    # Longer than a bucket takes to fill up: the clock was ahead and is right again.
    if 0 < left_s <= REFUSALS.burst * REFUSALS.interval_s:
        raise TooManyTries(max(1, int(left_s)))
    _full_until.pop(source, None)
    try:
        check_rate(REFUSALS)
    except TooManyTries as full:
        if len(_full_until) >= _MOST_REMEMBERED:
            _full_until.clear()
        _full_until[source] = now + timedelta(seconds=full.retry_after_s or 1)
        raise
