"""An id_token's outer form, signature and times, one rule per function.

"SecFw" is the 1EdTech Security Framework 1.0. Every function raises `LaunchRejected` where its rule is broken.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.json_shapes import JsonObject, parse_json
from lti_tool.lti.ports import Registration
from lti_tool.signed_values import is_same

LONGEST_TOKEN = 64 * 1024
LEEWAY_S = 60
OLDEST_S = 600
LONGEST_LIFE_S = 24 * 3600


class _LaunchTokens(JWSRegistry):  # type: ignore[misc, unused-ignore]
    # Room for an `x5c` or `jwk` in the header, which is ignored (SecFw 5.4: "SHOULD NOT use"), not a reason to fail.
    max_header_length = 8192
    max_payload_length = LONGEST_TOKEN


# SecFw 5.4: RS256 is the one algorithm. The list is fixed here and never taken from a token or a key. Unknown header
# members are ignored (RFC 7515, section 4), hence not strict; `crit` is looked at by hand.
_REGISTRY: Final = _LaunchTokens(algorithms=["RS256"], strict_check_header=False)


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token taken apart. Only its kid may be used before the signature is checked."""

    kid: str
    parts: jws.CompactSignature


def take_apart(raw: str) -> UnverifiedToken:
    """Split a token and look at its header, before anything in it is believed.

    RFC 7515, 4.1.11: a `crit` header names extensions that must be understood; this tool understands none.
    SecFw 5.1.2: `kid` is required, and the certification suite wants a token without one refused.
    """
    if len(raw) > LONGEST_TOKEN:
        raise LaunchRejected(LaunchRefusal.TOKEN_TOO_LARGE)
    try:
        parts = jws.extract_compact(raw.encode("ascii"), registry=_REGISTRY)
        header: Any = parts.headers()
    except (JoseError, ValueError, RecursionError) as err:
        raise LaunchRejected(LaunchRefusal.TOKEN_MALFORMED) from err
    if not isinstance(header, dict):
        raise LaunchRejected(LaunchRefusal.TOKEN_MALFORMED)
    if header.get("alg") != "RS256":
        raise LaunchRejected(LaunchRefusal.ALGORITHM_REFUSED)
    if "crit" in header or "b64" in header:
        raise LaunchRejected(LaunchRefusal.CRIT_REFUSED)
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise LaunchRejected(LaunchRefusal.KID_MISSING)
    return UnverifiedToken(kid, parts)


def verify(token: UnverifiedToken, keys: Iterable[RSAKey]) -> JsonObject | None:
    """Check the signature with the platform's keys and return the claims; None if none of them made it (SecFw 5.1.3, step 1)."""
    if not any(_is_signed_with(token, key) for key in keys):
        return None
    try:
        claims: Any = parse_json(token.parts.payload or b"")
    except (ValueError, RecursionError) as err:
        raise LaunchRejected(LaunchRefusal.TOKEN_MALFORMED) from err
    if not isinstance(claims, dict):
        raise LaunchRejected(LaunchRefusal.TOKEN_MALFORMED)
    return claims


def _is_signed_with(token: UnverifiedToken, key: RSAKey) -> bool:
    try:
        return jws.validate_compact(token.parts, key, registry=_REGISTRY)
    except (JoseError, ValueError):
        return False


def check_issuer_and_audience(claims: JsonObject, registration: Registration) -> None:
    """Check iss, aud and azp against the registration of the login, never against each other (SecFw 5.1.3, steps 2-5).

    A platform that is registered itself cannot so answer a login that was opened for another.
    """
    if claims.get("iss") != registration.issuer:
        raise LaunchRejected(LaunchRefusal.ISSUER_WRONG)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    # Step 3: reject a token that lists others whom we do not trust; we know of nobody else.
    if not audiences or any(entry != registration.client_id for entry in audiences):
        raise LaunchRejected(LaunchRefusal.AUDIENCE_WRONG)
    if claims.get("azp") not in (None, "", registration.client_id):
        raise LaunchRejected(LaunchRefusal.AZP_WRONG)


def check_times(claims: JsonObject, *, now: datetime) -> None:
    """Check exp and iat, both required (SecFw 5.1.3, steps 7 and 8), with a leeway for clocks that differ.

    Moodle gives a token 60 seconds, others hours. That harms nobody: `iat` and the nonce bound how old a token may be.
    """
    moment = now.timestamp()
    expires_at = _seconds(claims, "exp")
    issued_at = _seconds(claims, "iat")
    if expires_at <= moment - LEEWAY_S:
        raise LaunchRejected(LaunchRefusal.TOKEN_EXPIRED)
    if issued_at > moment + LEEWAY_S:
        raise LaunchRejected(LaunchRefusal.TOKEN_NOT_YET_VALID)
    if issued_at < moment - OLDEST_S - LEEWAY_S:
        raise LaunchRejected(LaunchRefusal.TOKEN_TOO_OLD)
    if expires_at - issued_at > LONGEST_LIFE_S:
        raise LaunchRejected(LaunchRefusal.TOKEN_LIVES_TOO_LONG)
    if claims.get("nbf") not in (None, "") and _seconds(claims, "nbf") > moment + LEEWAY_S:
        raise LaunchRejected(LaunchRefusal.TOKEN_NOT_YET_VALID)


def check_nonce(claims: JsonObject, expected: str) -> str:
    """Check that the token answers this very login (SecFw 5.1.3, step 9); that it does so once is seen when it is recorded."""
    nonce = claims.get("nonce")
    if nonce is None or nonce == "":
        raise LaunchRejected(LaunchRefusal.CLAIM_MISSING, detail="nonce")
    if not isinstance(nonce, str) or not is_same(nonce, expected):
        raise LaunchRejected(LaunchRefusal.NONCE_WRONG)
    return nonce


def _seconds(claims: JsonObject, name: str) -> float:
    value = claims.get(name)
    if value is None:
        raise LaunchRejected(LaunchRefusal.CLAIM_MISSING, detail=name)
    # JSON as Python reads it has NaN, infinity and integers beyond any float; bool is an int.
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 2**53 or not math.isfinite(value):
        raise LaunchRejected(LaunchRefusal.CLAIM_MALFORMED, detail=name)
    return float(value)
