"""Which claims a launch brought: their names, never their values. For the connection check."""

import re
from collections.abc import Mapping
from typing import Final

# As many and as long as a page can show; a platform decides what it sends.
_MOST: Final = 80
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
# In every token; they say nothing about the connection.
_OF_THE_TOKEN: Final = frozenset({"iss", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "message_type", "version"})


def claim_names_of(claims: Mapping[str, object]) -> tuple[str, ...]:
    """Give the names of the claims that have a value: `name`, `context.title`, `endpoint.lineitem`, `custom.module`.

    Of a claim named by an address only the last part is kept; Moodle sends `"lineitem": ""`, which counts as absent.
    """
    found: set[str] = set()
    for claim, value in claims.items():
        name = claim.rpartition("/")[2]
        if name in _OF_THE_TOKEN or not _NAME.fullmatch(name) or value in (None, "", [], {}):
            continue
        found.add(name)
        if isinstance(value, Mapping):
            found |= {f"{name}.{each}" for each, inner in value.items() if _NAME.fullmatch(str(each)) and inner not in (None, "")}
    return tuple(sorted(found)[:_MOST])
