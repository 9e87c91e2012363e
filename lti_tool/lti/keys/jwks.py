"""Reads a platform's JWKS document: strict in what a key must be, tolerant in how platforms write it down.

Seen or reported: `alg` and `use` missing, null or empty; `n` padded or in the other base64 alphabet; the list of keys as an
object (PHP's word for a list with gaps), the document as a bare list or a single key; old and new key under one kid.
"""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

# RFC 7518, 3.3: RS256 needs 2048 bits or more. The upper end keeps somebody's giant key from eating the processor.
_KEY_BITS = range(2048, 8193)
_EXPONENTS_BELOW = 2**64
_LONGEST_NUMBER = 3000
# While a key is replaced under its kid there are two; more than a few would only cost every launch time.
_MOST_PER_KID = 4
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_URL_SAFE = str.maketrans("+/", "-_", "= \t\r\n")

KeysByKid = Mapping[str, tuple[RSAKey, ...]]


def parse_key_set(jwks_json: str) -> KeysByKid:
    """Return the RSA signing keys of a JWKS document by kid; empty if it has none or is no JWKS.

    A key is passed over only where it says that it serves something else. Symmetric keys, and keys published with their
    private half, are never taken. All entries are looked at: the size of the document is limited, so their number is too.
    """
    try:
        document: Any = json.loads(jwks_json.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}
    keys: dict[str, tuple[RSAKey, ...]] = {}
    for kid, entry in _entries(document):
        known = keys.get(kid, ())
        if len(known) < _MOST_PER_KID and (key := _signing_key(entry)) is not None:
            keys[kid] = (*known, key)
    return keys


def _entries(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = document.get("keys", document) if isinstance(document, dict) else document
    if isinstance(found, dict):
        found = [found] if "kty" in found else [_named(name, entry) for name, entry in found.items()]
    for entry in found if isinstance(found, list) else []:
        kid = entry.get("kid") if isinstance(entry, dict) else None
        if isinstance(kid, str) and kid:
            yield kid, entry


def _named(name: str, entry: Any) -> Any:
    """Take the name of an object's member for the kid that the key itself leaves out."""
    return {"kid": name, **entry} if isinstance(entry, dict) else entry


def _signing_key(entry: Mapping[str, Any]) -> RSAKey | None:
    if entry.get("kty") != "RSA" or _PRIVATE_MEMBERS & entry.keys():
        return None
    # Null and empty are how some platforms say nothing.
    if (entry.get("use") or "sig") != "sig" or (entry.get("alg") or "RS256") != "RS256":
        return None
    modulus, exponent = _number(entry.get("n")), _number(entry.get("e"))
    # Looked at before joserfc does, which warns about short keys but takes them.
    if modulus.bit_length() not in _KEY_BITS or not 0 < exponent < _EXPONENTS_BELOW:
        return None
    try:
        return RSAKey.import_key({"kty": "RSA", "n": _encoded(modulus), "e": _encoded(exponent)})
    except (JoseError, ValueError, TypeError):
        return None


def _number(value: Any) -> int:
    """Read a number in either alphabet of base64, padded or not, also with a zero before it (Java's sign); 0 if it is none."""
    if not isinstance(value, str) or len(value) > _LONGEST_NUMBER:
        return 0
    text = value.translate(_URL_SAFE)
    try:
        return int.from_bytes(b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except ValueError:
        return 0


def _encoded(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()
