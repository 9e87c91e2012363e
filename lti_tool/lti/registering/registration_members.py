"""Reads the members of what platforms say at registration, in the shapes in which they were seen to say it."""

from collections.abc import Mapping
from typing import Any, Final

from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.json_shapes import entries_of, host_of, origin_of, text_of
from lti_tool.lti.registering.known_clouds import is_host_of_another_cloud
from lti_tool.lti.registering.registration_failed import RegistrationFailed, RegistrationProblem

LONGEST_URL: Final = 1000


def web_address(document: Mapping[str, Any], name: str, *, longest: int = LONGEST_URL) -> str:
    """Read an address that must be there.

    Raises:
        RegistrationFailed: it is none; names the member.
    """
    value = document.get(name)
    if not isinstance(value, str) or len(value) > longest or not value.isascii() or origin_of(value) is None:
        raise RegistrationFailed(RegistrationProblem.CONFIGURATION_UNREADABLE, detail=name)
    return value


def short_text(document: Mapping[str, Any], name: str, longest: int) -> str:
    """Read a text to show, empty where there is none."""
    value = document.get(name)
    return "".join(letter for letter in value if letter.isprintable())[:longest] if isinstance(value, str) else ""


def identifier(document: Mapping[str, Any], name: str) -> str | None:
    """Read an id; the platform has stored it already, so a number is as good as a text."""
    text = text_of(document.get(name))
    return text if text and len(text) <= 255 and text.isprintable() else None


def words(document: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """Read a list of words, or a text with blanks between them; None where it is neither."""
    value = document.get(name)
    entries = value.split() if isinstance(value, str) else entries_of(value)
    return None if entries is None else tuple(entry for entry in entries if isinstance(entry, str))


def token_audience(document: Mapping[str, Any], issuer: str) -> str | None:
    """Read what a token request is signed for, if it is a web address: Canvas names a bare host there, and wants the token's.

    Signed for another cloud, our word would be good there, too.
    """
    value = document.get("authorization_server")
    if not isinstance(value, str) or len(value) > LONGEST_URL or not value.isascii() or origin_of(value) is None:
        return None
    return None if is_host_of_another_cloud(host_of(value), host_of(issuer)) else value


def supported_scopes(document: Mapping[str, Any], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the wanted scopes that a platform supports; all of them where it does not say."""
    supported = words(document, "scopes_supported")
    return wanted if supported is None else tuple(scope for scope in wanted if scope in supported)


def takes_deep_linking(platform: Mapping[str, Any]) -> bool:
    """Whether a platform takes content; assumed where it does not say."""
    messages = entries_of(platform.get("messages_supported"))
    if messages is None:
        return True
    types = (each.get("type") if isinstance(each, dict) else each for each in messages)
    return names.DEEP_LINKING_REQUEST in types
