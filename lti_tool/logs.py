"""Logging: one line, one event, fields beside it. Ids, not people."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

# What every LogRecord has anyway; the rest of its attributes came in through `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Everything that ends a line somewhere, or moves a terminal's cursor.
_ONE_LINE = {code: f"\\u{code:04x}" for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)}
# PostgreSQL shows the row that it refused, with whatever stands in it; the statement alone tells what went wrong.
_ROW = re.compile(
    r"^DETAIL:.*?(?=^\[SQL:|^CONTEXT:|^\(Background|^The above exception|^During handling|\Z)", re.DOTALL | re.MULTILINE
)

# The id of the request that this thread serves; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Pick the fields that the caller passed as `extra`, and the request's id where there is one."""
    fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    request = request_id.get()
    return {**fields, "request": request} if request and "reference" not in fields else fields


class _Formatter(logging.Formatter):
    """What both ways of writing share: a failure is told without anybody's data."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        return _ROW.sub("DETAIL: (left out)\n", super().formatException(ei))


class LineFormatter(_Formatter):
    """Write `time level event field=value …` for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        # One event, one line, whatever stands in a field: what a stranger sent shall not look like an event of ours.
        extras = " ".join(f"{name}={value}" for name, value in fields_of(record).items()).translate(_ONE_LINE)
        line = f"{at} {record.levelname.lower():7} {record.getMessage()} {extras}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(_Formatter):
    """Write one JSON object a line, for log collectors."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def configure(level: str = "INFO", *, style: Literal["line", "json"] = "line") -> None:
    """Send the project's events to standard error, in lines or as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else LineFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("lti_tool").setLevel(level)
