"""Traces in the form of OpenTelemetry: which request, delivery or call to a platform took how long, and what lay inside what.

Off unless the operator names a collector by OpenTelemetry's own variable; then nothing of it is imported and a span costs a
function call. Spans carry ids, routes and codes, as the log does: no name, no query of an address, no message of an error.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from lti_tool.errors import ConfigurationError

# The standard's names, not ours: whoever runs a collector has set them for all their programs.
_COLLECTOR = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_tracer: Any = None


class Span:
    """One span; what is told to it is dropped where tracing is off."""

    __slots__ = ("_span",)

    def __init__(self, span: Any = None) -> None:
        self._span = span

    def tell(self, **attributes: str | int | float | bool) -> None:
        """Add attributes; an underscore in a name stands for OpenTelemetry's dot."""
        if self._span is not None:
            for name, value in attributes.items():
                self._span.set_attribute(name.replace("__", "\0").replace("_", ".").replace("\0", "_"), value)

    def fail(self, reason: str) -> None:
        """Mark the span as failed, with a code or the kind of an exception."""
        if self._span is not None:
            from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - only where tracing is on

            self._span.set_attribute("error.type", reason)
            self._span.set_status(Status(StatusCode.ERROR))


_OFF = nullcontext(Span())


def span(name: str, *, kind: str = "internal", **attributes: str | int | float | bool) -> AbstractContextManager[Span]:
    """Open a span for a block.

    Args:
        kind: `internal`, `server` (a request came in) or `client` (one goes out).
        attributes: see `Span.tell`.
    """
    return _OFF if _tracer is None else _spanning(name, kind, attributes)


@contextmanager
def _spanning(name: str, kind: str, attributes: Mapping[str, str | int | float | bool]) -> Iterator[Span]:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 - only where tracing is on

    # An exception's text may name people, so its kind alone is told.
    with _tracer.start_as_current_span(
        name, kind=SpanKind[kind.upper()], record_exception=False, set_status_on_exception=False
    ) as inner:
        opened = Span(inner)
        opened.tell(**attributes)
        try:
            yield opened
        except BaseException as err:
            opened.fail(type(err).__name__)
            raise


def start() -> bool:
    """Begin tracing where the environment names a collector, and tell whether it does. Call it after a fork.

    Raises:
        ConfigurationError: a collector is named, but the packages for it are not installed.
    """
    if not any(os.environ.get(name) for name in _COLLECTOR) or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above
    except ImportError as err:
        raise ConfigurationError(
            f"{_COLLECTOR[0]} is set, but OpenTelemetry is not installed. Install lti-tool[otel], or take the variable away."
        ) from err
    # Sends from a thread of its own; a collector that is away costs spans and no request.
    send_to(BatchSpanProcessor(OTLPSpanExporter()))
    return True


def send_to(processor: Any) -> None:
    """Trace from now on, into this span processor; None: no more."""
    global _tracer
    if processor is None:
        _tracer = None
        return
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above

    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "lti-tool"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer("lti_tool")
