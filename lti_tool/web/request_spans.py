"""A span for each request, where traces are on: its route and never its address, which may hold a key or a check code."""

from flask import Flask, g, request
from werkzeug.wrappers import Response

from lti_tool import logs, tracing


def set_up(app: Flask) -> None:
    """Open a span before each request and close it after."""
    app.before_request(_open)
    app.after_request(_describe)
    app.teardown_request(_close)


def _open() -> None:
    if "span" in g:  # the request runs once more
        return
    route = request.url_rule.rule if request.url_rule is not None else ""
    opening = tracing.span(
        f"{request.method} {route}".rstrip(), kind="server", http_request_method=request.method, http_route=route
    )
    g.span = opening.__enter__()
    g.span_opening = opening


def _describe(response: Response) -> Response:
    span: tracing.Span | None = g.get("span")
    if span is not None:
        span.tell(http_response_status__code=response.status_code, lti__tool_request=logs.request_id.get())
        if response.status_code >= 500:
            span.fail(str(response.status_code))
    return response


def _close(error: BaseException | None) -> None:
    opening = g.pop("span_opening", None)
    if opening is not None:
        opening.__exit__(None if error is None else type(error), error, None if error is None else error.__traceback__)
