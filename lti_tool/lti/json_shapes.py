"""Reads JSON that others wrote: the wanted shape comes out, anything else is a `LaunchRejected`.

JSON `null` counts as absent: Canvas sends it for whatever it does not know. `claim` is our name of the place, for the log.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias, cast
from urllib.parse import urlsplit

from lti_tool.lti.errors import LaunchRejected

JsonObject: TypeAlias = Mapping[str, object]

LONGEST_URL = 2000
_LONGEST_LIST = 200


def _malformed(claim: str) -> LaunchRejected:
    return LaunchRejected(code="claim_malformed", detail=claim)


def _checked(value: object, claim: str) -> str:
    """Give the value if it is a text that any database takes: no NUL, no half surrogate pair (`"\\ud800"` is valid JSON)."""
    if not isinstance(value, str) or "\x00" in value:
        raise _malformed(claim)
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as err:
            raise _malformed(claim) from err
    return value


def required_id(source: JsonObject, name: str, claim: str, *, longest: int = 255) -> str:
    """Read an identifier: not empty and not longer than LTI allows."""
    if source.get(name) is None:
        raise LaunchRejected(code="claim_missing", detail=claim)
    value = _checked(source[name], claim)
    if not value or len(value) > longest:
        raise _malformed(claim)
    return value


def optional_text(source: JsonObject, name: str, claim: str, *, longest: int = 255) -> str | None:
    """Read a text to show: cut where it is too long, None where it is absent or empty."""
    value = source.get(name)
    if value is None:
        return None
    return _checked(value, claim)[:longest].strip() or None


def optional_object(source: JsonObject, name: str, claim: str) -> JsonObject | None:
    """Read an object; None where it is absent."""
    value = source.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _malformed(claim)
    return cast(JsonObject, value)


def texts(source: JsonObject, name: str, claim: str) -> tuple[str, ...]:
    """Read a list of texts; empty where it is absent."""
    value = source.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > _LONGEST_LIST:
        raise _malformed(claim)
    return tuple(_checked(entry, claim) for entry in value)


def optional_url(source: JsonObject, name: str, claim: str) -> str | None:
    """Read a web address; None where it is absent or empty (Moodle sends `"lineitem": ""`)."""
    value = source.get(name)
    if value is None or value == "":
        return None
    text = _checked(value, claim)
    if len(text) > LONGEST_URL or origin_of(text) is None:
        raise _malformed(claim)
    return text


def optional_flag(source: JsonObject, name: str, claim: str, *, default: bool) -> bool:
    """Read a member that is true or false, `default` where it is missing.

    Raises:
        LaunchRejected: it is anything else.
    """
    value = source.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _malformed(claim)
    return value


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
