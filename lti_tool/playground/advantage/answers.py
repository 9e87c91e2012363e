"""What the services answer, before Flask makes a response of it."""

import json
from dataclasses import dataclass, field
from typing import Any

HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True)
class Answer:
    """Status, reason phrase, body and headers of an HTTP response."""

    status: int
    reason: str
    body: str = ""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status_line(self) -> str:
        # Moodle puts explanations into the reason phrase, the body of a bad score included; the line must stay one ASCII line.
        reason = " ".join(self.reason.encode("ascii", "backslashreplace").decode().split())
        return f"{self.status} {reason[:600]}"


class ServiceRefused(Exception):
    """A service answers with an error; its body is Moodle's JSON of status, reason and request."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def json_answer(data: Any, media_type: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Answer with JSON of a media type."""
    reason = {200: "OK", 201: "Created"}[status]
    return Answer(status, reason, json.dumps(data, ensure_ascii=False), f"{media_type}; charset=utf-8", headers or {})


def bad_gateway() -> Answer:
    """Answer as nginx does in front of a Moodle whose PHP died (it sets status 0 for some database errors)."""
    return Answer(502, "Bad Gateway", HTML_502, "text/html")
