"""Keeps strangers from trying too often: a decorator for the doors where anyone may knock (login, launch, verify, register)."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue

from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.traffic.take_turn import Limit, sources_of, take_turns
from lti_tool.web.parts import parts
from lti_tool.web.step import step

P = ParamSpec("P")


class TooManyTries(ToolError):
    """Somebody comes too often; `retry_after_s` tells when they may come again."""

    status = 429
    code = "too_many_tries"

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            N_("Von Ihrem Anschluss kamen gerade sehr viele Anfragen."),
            next_step=N_("Bitte warten Sie %(wait_s)s Sekunden und versuchen Sie es dann noch einmal."),
            wait_s=wait_s,
        )
        self.retry_after_s = wait_s


def limit_rate(limit: Limit) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let each source come to a view only as often as `limit` says; `LTI_TOOL_RATE_LIMITS=off` lifts it.

    Counted per network address as the trusted proxies name it (a university's or a Land's whole network may share one: choose
    generous limits), in the database, so that any number of processes count together.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def limited(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            check_rate(limit)
            return view(*args, **kwargs)

        return limited

    return decorate


def check_rate(limit: Limit, *, source: str | None = None) -> None:
    """Take a turn for the present request.

    Args:
        source: whose turn it is; else that of the network address.
    Raises:
        TooManyTries: there is none left.
    """
    tool = parts()
    if tool.settings.rate_limits == "off":
        return
    secret = tool.settings.secret_key.get_secret_value()
    sources = sources_of(source or request.remote_addr or "", secret)
    with step() as session:
        wait_s = take_turns(session, limit, sources, now=tool.now())
    if wait_s:
        raise TooManyTries(wait_s)


def retry_after(error: ToolError) -> dict[str, str]:
    """Return the header that says when it is worth another try, where that is known (RFC 9110, 10.2.3)."""
    return {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
