"""Checks what a tool signed against the keys that the tool publishes; these are fetched as Moodle fetches them."""

import base64
import binascii
import json
import logging

import requests
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lti_tool.playground.site import Site
from lti_tool.playground.state import Json, Tool

log = logging.getLogger(__name__)

_TIMEOUT_S = (3.05, 5)


class BadSignature(Exception):
    """The token is not the tool's; the text is Moodle's."""


def decode_segment(segment: str) -> Json:
    """Read a JWT's header or payload without believing it.

    Raises:
        ValueError: it is not a JSON object in base64url.
    """
    try:
        data = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (binascii.Error, UnicodeDecodeError) as err:
        raise ValueError("not base64url") from err
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return data


def verified_claims(site: Site, tool: Tool, token: str) -> Json:
    """Check a token's signature with the tool's keys and give its claims.

    The tool's keys are kept without end and fetched anew when a check fails, as Moodle 4.2.3 does; a tool rotates by publishing
    the new key before it signs.

    Raises:
        BadSignature: no key of the tool made this signature, with Moodle's words.
    """
    header, claims = _unverified(token)
    kid = header.get("kid")
    if not kid:
        raise BadSignature("error/Error: kid must be provided in JWT header.")
    if header.get("alg") != "RS256":
        raise BadSignature("Algorithm not allowed")
    if tool.jwks is not None and _fits(token, tool.jwks, kid) is None:
        return claims
    if not tool.has_fixed_jwks:
        fetched = _fetch(tool)
        with site.lock:
            tool.jwks = fetched
            site.save()
    problem = _fits(token, tool.jwks or {}, kid)
    if problem:
        raise BadSignature(problem)
    return claims


def _unverified(token: str) -> tuple[Json, Json]:
    try:
        header, payload, _ = token.split(".")
        return decode_segment(header), decode_segment(payload)
    except ValueError as err:
        raise BadSignature("Wrong number of segments") from err


def _fits(token: str, jwks: Json, kid: str) -> str | None:
    """Give None if the key with this kid made the signature, else Moodle's words for what is wrong."""
    entry = next((key for key in jwks.get("keys", []) if key.get("kid") == kid), None)
    if entry is None:
        return '"kid" invalid, unable to lookup correct key'
    try:
        jws.deserialize_compact(token.encode(), RSAKey.import_key(entry), algorithms=["RS256"])
    except (JoseError, ValueError):
        return "Signature verification failed"
    return None


def _fetch(tool: Tool) -> Json:
    try:
        answer = requests.get(
            tool.jwks_url, timeout=_TIMEOUT_S, headers={"User-Agent": "PlaygroundBot/1.0"}, allow_redirects=False
        )
        answer.raise_for_status()
        data = answer.json()
    except (requests.RequestException, ValueError) as err:
        log.warning("playground_tool_keys_unreachable", extra={"url": tool.jwks_url})
        raise BadSignature("Failed to fetch the key set of the tool") from err
    if not isinstance(data, dict) or not isinstance(data.get("keys"), list):
        raise BadSignature("The key set of the tool has no keys")
    return data
