"""Which claims a launch brought: their names, never their values. For the connection check."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

# As many and as long as a page can show; a platform decides what it sends.
_MOST: Final = 80
_LONGEST_NAME: Final = 60
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_SAYS_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})
# In every token; they say nothing about the connection.
_OF_THE_TOKEN: Final = frozenset({"iss", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "message_type", "version"})


def claim_names_of(claims: Mapping[str, object], *, unusable: Collection[str] = ()) -> tuple[str, ...]:
    """Give the names of the claims that have a value: `name`, `context.title`, `endpoint.lineitem`, `custom.module`.

    Of a claim named by an address only the last part is kept; Moodle sends `"lineitem": ""`, which counts as absent, as does
    whatever could not be used.
    """
    sent = [
        (claim, tuple([each for each, inner in value.items() if inner not in _SAYS_NOTHING]) if isinstance(value, dict) else ())
        for claim, value in claims.items()
        if value not in _SAYS_NOTHING
    ]
    return _names_of(tuple(sent), frozenset(unusable))


# The tokens of one platform name the same claims again and again.
@lru_cache(maxsize=128)
def _names_of(sent: tuple[tuple[str, tuple[str, ...]], ...], unusable: frozenset[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for claim, members in sent:
        name = claim.rpartition("/")[2]
        if name in _OF_THE_TOKEN or not _is_name(name):
            continue
        found.add(name)
        found |= {f"{name}.{each}" for each in members if _is_name(each)}
    return tuple(sorted(found - unusable)[:_MOST])


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None
