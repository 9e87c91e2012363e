"""Small signed values that travel through browsers: named JSON values. Readable by anyone, made by us alone."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer


class SignedValues:
    """One kind of value, for one purpose: what was signed as a login state never passes as a cookie.

    The fields' names are part of the key. So a value of another release, which has other fields, counts as none of ours, and
    nobody has to raise a number for that.
    """

    def __init__(self, secret: str, purpose: str, *fields: str) -> None:
        if not secret:
            raise ValueError("a secret is needed to sign values")
        key = hmac.digest(secret.encode(), " ".join((purpose, *fields)).encode(), "sha256")
        # The key is derived already; itsdangerous would do it anew for every signature.
        signer = {"key_derivation": "none", "digest_method": hashlib.sha256}
        # ASCII: a platform's JSON may hold halves of characters, which no encoding takes.
        self._serializer = URLSafeSerializer(key, serializer_kwargs={"ensure_ascii": True}, signer_kwargs=signer)
        self._fields = fields

    def sign(self, **values: object) -> str:
        """Pack and sign JSON values; the result is ASCII that may stand in a cookie or an address."""
        if values.keys() != set(self._fields):
            raise ValueError(f"{sorted(values)} are not the fields {sorted(self._fields)}")
        return str(self._serializer.dumps({name: value for name, value in values.items() if value is not None}))

    def read(self, text: str) -> dict[str, Any] | None:
        """Return the values by their names; None if they are not ours, or were changed."""
        if not text.isascii():
            return None
        try:
            values: dict[str, Any] = self._serializer.loads(text)
        except BadData:
            return None
        return {name: values.get(name) for name in self._fields}


@dataclass(frozen=True, slots=True)
class CookieToSet:
    """A cookie for the answer; HttpOnly, Secure, SameSite=None, Partitioned and Path=/ go without saying."""

    name: str
    value: str
    max_age_s: int


def is_same(one: str, other: str) -> bool:
    """Whether two texts are the same, compared in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
