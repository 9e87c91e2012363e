"""Keep who is refused again and again from the doors for platforms; who gets in pays nothing for it.

A login or launch that is let in makes no count: a whole university may share one address, and both are on the path that must be
fast. A refused one takes a turn in the database, which all processes share; when none is left, the source waits outside.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue

from lti_tool.lti.errors import LaunchRejected
from lti_tool.traffic.take_turn import Limit, source_of
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import TooManyTries, check_rate

P = ParamSpec("P")

# Somebody's reload of an old page is refused, too; six hundred of those in ten minutes are no people.
REFUSALS = Limit("platforms.refused", burst=600, interval_s=1)
# Nobody's fault: the page that follows offers a new window.
_HARMLESS = frozenset({"cookie_missing"})
_MOST_REMEMBERED = 10_000
_shut_out: dict[str, datetime] = {}


def limit_refusals(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Count what a view refuses, by source; `LTI_TOOL_RATE_LIMITS=off` lifts it."""

    @wraps(view)
    def limited(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if parts().settings.rate_limits == "off":
            return view(*args, **kwargs)
        source = source_of(request.remote_addr or "", parts().settings.secret_key.get_secret_value())
        _wait_outside(source)
        try:
            return view(*args, **kwargs)
        except LaunchRejected as refusal:
            if refusal.code not in _HARMLESS:
                _count(source)
            raise

    return limited


def _wait_outside(source: str) -> None:
    until = _shut_out.get(source)
    if until is None:
        return
    left = (until - parts().now()).total_seconds()
    if left > 0:
        raise TooManyTries(max(1, int(left)))
    _shut_out.pop(source, None)


def _count(source: str) -> None:
    try:
        check_rate(REFUSALS)
    except TooManyTries as full:
        if len(_shut_out) >= _MOST_REMEMBERED:
            _shut_out.clear()
        _shut_out[source] = parts().now() + timedelta(seconds=full.retry_after_s or 1)
        raise
