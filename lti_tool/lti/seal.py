"""Small signed values that travel through browsers: HMAC-SHA256 over packed JSON. Readable by anyone, made by us alone."""

import hashlib
import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from itsdangerous import BadSignature, Signer

_COMPRESS_FROM = 400


class Seal:
    """One key for one purpose: what was signed for a login state never passes as a cookie."""

    def __init__(self, secret: str, purpose: str) -> None:
        # Derived once; itsdangerous would do it anew for every signature.
        key = hmac.digest(secret.encode(), purpose.encode(), "sha256")
        self._signer = Signer(key, key_derivation="none", digest_method=hashlib.sha256, sep=".")

    def close(self, values: list[Any]) -> str:
        """Pack and sign a list of JSON values; the result is ASCII that may stand in a cookie or an address."""
        packed = json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
        # A leading `z` marks a compressed one; base64 of a JSON list always starts with W.
        text = (
            b"z" + urlsafe_b64encode(zlib.compress(packed, 6)).rstrip(b"=")
            if len(packed) > _COMPRESS_FROM
            else urlsafe_b64encode(packed).rstrip(b"=")
        )
        return self._signer.sign(text).decode()

    def open(self, text: str) -> list[Any] | None:
        """Give back what `close` was given; None if it is not ours, or was changed."""
        if not text.isascii():
            return None
        try:
            signed = self._signer.unsign(text)
        except BadSignature:
            return None
        # From here on it is our own: the signature was made with our key for this purpose.
        is_compressed = signed.startswith(b"z")
        packed = signed[1:] if is_compressed else signed
        raw = urlsafe_b64decode(packed + b"=" * (-len(packed) % 4))
        values: list[Any] = json.loads(zlib.decompress(raw) if is_compressed else raw)
        return values
