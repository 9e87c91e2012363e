"""The platform's keys: signs launches, publishes the public halves, rotates."""

import base64
import json
import secrets
from typing import Any

from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

Json = dict[str, Any]


def _segment(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def new_key(kid: str | None = None) -> RSAKey:
    """Make an RSA-2048 key, the size that Moodle signs with; with a kid of its own unless one is given."""
    return RSAKey.generate_key(2048, parameters={"kid": kid or secrets.token_hex(10), "use": "sig", "alg": "RS256"})


def key_to_text(key: RSAKey) -> str:
    """Write a private key as JSON text, its kid included."""
    return json.dumps(key.as_dict(private=True))


def key_from_text(text: str) -> RSAKey:
    """Read a private key that `key_to_text` wrote."""
    return RSAKey.import_key(json.loads(text))


def public_half(key: RSAKey) -> Json:
    """Give a key's public half with the members that Moodle publishes."""
    public = key.as_dict(private=False)
    return {name: public[name] for name in ("kty", "alg", "kid", "e", "n", "use")}


def sign(claims: Json | bytes, key: Any, header: Json) -> str:
    """Sign in compact form whatever is given, right or wrong.

    The header is taken as it is: tests of refusals need tokens without `kid`, with `alg` none, with an unknown `crit`, which
    a careful library rightly will not make.

    Args:
        claims: the payload; bytes are signed untouched.
        key: a joserfc key that fits the header's `alg`.
        header: the whole header; a missing `alg` signs as RS256.
    """
    payload = claims if isinstance(claims, bytes) else json.dumps(claims, ensure_ascii=False).encode()
    signing_input = f"{_segment(json.dumps(header).encode())}.{_segment(payload)}"
    algorithm = JWSRegistry.algorithms[str(header.get("alg", "RS256"))]
    return f"{signing_input}.{_segment(algorithm.sign(signing_input.encode('ascii'), key))}"
