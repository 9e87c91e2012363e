"""Tells the operator what is odd about a platform's launches: once per registration and process, by name, never by value."""

import logging
import re
from typing import Final

from lti_tool.lti.claims.claims import Launch

log = logging.getLogger(__name__)

# What may stand in the log of a role that nobody knows: an address or a word, no blanks, nothing that ends a line.
_ROLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._#-]{0,119}")
# A platform that makes up a role for each person is not worth more lines.
_MOST_PER_REGISTRATION: Final = 100


class Oddities:
    """Remembers what it has told; one per process."""

    def __init__(self) -> None:
        self._told: dict[int, set[tuple[str, str]]] = {}

    def tell(self, launch: Launch) -> None:
        """Log the unusable claims and the unknown roles of a verified launch, unless that has been done."""
        for claim in launch.unusable_claims:
            self._tell(launch, "claim_unusable", claim)
        for role in launch.roles.unknown:
            self._tell(launch, "role_unknown", role if _ROLE.fullmatch(role) else "other")

    def _tell(self, launch: Launch, event: str, name: str) -> None:
        told = self._told.setdefault(launch.registration.id, set())
        if (event, name) in told or len(told) >= _MOST_PER_REGISTRATION:
            return
        told.add((event, name))
        log.info(event, extra={"registration": launch.registration.id, "claim" if event == "claim_unusable" else "role": name})
