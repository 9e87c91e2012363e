"""Reads JSON that others wrote. What must be there comes out in its one shape, anything else is a `LaunchRejected`.

JSON `null` counts as absent: Canvas sends it for whatever it does not know. `claim` is our name of the place, for the log.
What may be missing is read by `optional_claims.py`, never here: nobody is locked out for a title.
"""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast
from urllib.parse import urlsplit

from lti_tool.lti.errors import LaunchRefusal, LaunchRejected

JsonObject: TypeAlias = Mapping[str, object]

LONGEST_URL = 2000
# No claim that anybody reads lies deeper. A string, an opening or a closing bracket; one that never ends runs to the end.
_DEEPEST: Final = 30
_PIECES: Final = re.compile(r'"(?:[^"\\]|\\(?:.|\Z))*+(?:"|\Z)|[\[{\]}]', re.DOTALL)
_LONGEST_NUMBER: Final = 400


def parse_json(raw: bytes) -> Any:
    """Read a JSON document, also one that Python's parser gives up for what lies too deep in it or is too long a number.

    Raises:
        ValueError: it is no JSON.
    """
    text = raw.decode(json.detect_encoding(raw), "surrogatepass")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        return json.loads(_without_depths(text), parse_int=_bounded_number)


def _bounded_number(digits: str) -> float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else math.inf


def _without_depths(text: str) -> str:
    """Put null in the place of whatever lies too deep."""
    kept: list[str] = []
    depth = begin = 0
    for piece in _PIECES.finditer(text):
        if piece[0] in ("[", "{"):
            depth += 1
            if depth == _DEEPEST + 1:
                kept.append(text[begin : piece.start()])
        elif piece[0] in ("]", "}"):
            if depth == _DEEPEST + 1:
                kept.append("null")
                begin = piece.end()
            depth -= 1
    return "".join(kept) + text[begin:]


def _malformed(claim: str) -> LaunchRejected:
    return LaunchRejected(LaunchRefusal.CLAIM_MALFORMED, detail=claim)


def _checked(value: object, claim: str) -> str:
    """Give the value if it is a text that any database takes: no NUL, no half surrogate pair (`"\\ud800"` is valid JSON)."""
    if not isinstance(value, str) or not _is_storable(value):
        raise _malformed(claim)
    return value


def _is_storable(text: str) -> bool:
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def required_id(source: JsonObject, name: str, claim: str, *, longest: int = 255) -> str:
    """Read an identifier: not empty and not longer than LTI allows."""
    if source.get(name) is None:
        raise LaunchRejected(LaunchRefusal.CLAIM_MISSING, detail=claim)
    value = _checked(source[name], claim)
    if not value or len(value) > longest:
        raise _malformed(claim)
    return value


def required_object(source: JsonObject, name: str, claim: str) -> JsonObject:
    """Read an object that must be there."""
    value = source.get(name)
    if value is None:
        raise LaunchRejected(LaunchRefusal.CLAIM_MISSING, detail=claim)
    if not isinstance(value, dict):
        raise _malformed(claim)
    return cast(JsonObject, value)


def required_url(source: JsonObject, name: str, claim: str) -> str:
    """Read a web address that must be there."""
    if source.get(name) in (None, ""):
        raise LaunchRejected(LaunchRefusal.CLAIM_MISSING, detail=claim)
    text = _checked(source[name], claim)
    if len(text) > LONGEST_URL or origin_of(text) is None:
        raise _malformed(claim)
    return text


def text_of(value: object) -> str | None:
    """Give a text that any database takes, of a text or a number; None for anything else."""
    if isinstance(value, str):
        return value if _is_storable(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # As the platform spelled it, but for "2026.0". Python reads NaN and infinity from JSON, which nobody meant.
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def can_be_sent(value: object) -> bool:
    """Tell whether a value that was read can be written as JSON again: no NaN, and not nested beyond all measure."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return _without_depths(text) == text


def entries_of(value: object) -> list[object] | None:
    """Give what a list holds, in the shapes in which platforms send lists; None for anything else.

    A text is a list of one, or of several with commas between them. PHP makes an object with numbers for names of a list
    with gaps.
    """
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return list(value.split(","))
    if isinstance(value, dict) and all(isinstance(key, str) and key.isdecimal() for key in value):
        return list(value.values())
    return None


# The same few service addresses come with every launch of a link.
@lru_cache(maxsize=512)
def origin_of(url: str) -> str | None:
    """Give scheme://host[:port] of a web address, without default ports; None if it is none.

    A user part (`https://lms@evil.example`) makes it none: nobody needs one, and it has fooled many a check.
    """
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    if not parts.netloc.isascii():
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is None or port == {"http": 80, "https": 443}[parts.scheme]:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def host_of(url: str) -> str:
    """Give the host of an address, in lower case; empty if there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
