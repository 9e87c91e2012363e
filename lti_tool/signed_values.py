"""Small signed values that travel through browsers: named JSON values. Readable by anyone, made by us alone."""

import hashlib
import hmac
import json
import zlib
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

# ASCII: a platform's JSON may hold halves of characters, which no encoding takes. One encoder: every request signs and reads.
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_COMPRESSED = b"."
# Below this, packing costs more time than it saves room in a cookie or an address.
_LEAST_TO_COMPRESS = 1000


class SignedValues:
    """One kind of value, for one purpose: what was signed as a login state never passes as a cookie.

    The fields' names are part of the key, and stand nowhere else: what is signed is the list of their values. So a value of
    another release, which has other fields, counts as none of ours, and nobody has to raise a number for that.
    """

    def __init__(self, secret: str, purpose: str, *fields: str) -> None:
        if not secret:
            raise ValueError("a secret is needed to sign values")
        key = hmac.digest(secret.encode(), " ".join((purpose, *fields)).encode(), "sha256")
        # The key is derived already; itsdangerous would do it anew for every signature.
        self._signer = Signer(key, key_derivation="none", digest_method=hashlib.sha256)
        self._fields = fields

    def sign(self, **values: object) -> str:
        """Pack and sign JSON values; the result is ASCII that may stand in a cookie or an address."""
        if values.keys() != set(self._fields):
            raise ValueError(f"{sorted(values)} are not the fields {sorted(self._fields)}")
        return self._signer.sign(_pack([values[name] for name in self._fields])).decode()

    def read(self, text: str) -> dict[str, Any] | None:
        """Return the values by their names; None if they are not ours, or were changed."""
        if not text.isascii():
            return None
        try:
            values = _unpack(self._signer.unsign(text))
        except BadData:
            return None
        return dict(zip(self._fields, values, strict=True))


def _pack(values: list[object]) -> bytes:
    """Return base64url of JSON, or a dot and base64url of compressed JSON, as itsdangerous' own serializer writes it."""
    plain = _encode(values).encode()
    if len(plain) < _LEAST_TO_COMPRESS:
        return base64_encode(plain)
    return _COMPRESSED + base64_encode(zlib.compress(plain))


def _unpack(packed: bytes) -> list[Any]:
    """Read what `_pack` wrote. Never called with what was not signed here."""
    plain = zlib.decompress(base64_decode(packed[1:])) if packed.startswith(_COMPRESSED) else base64_decode(packed)
    values: list[Any] = json.loads(plain)
    return values


@dataclass(frozen=True, slots=True)
class CookieToSet:
    """A cookie for the answer; HttpOnly, Secure, SameSite=None, Partitioned and Path=/ go without saying."""

    name: str
    value: str
    max_age_s: int


def is_same(one: str, other: str) -> bool:
    """Whether two texts are the same, compared in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
