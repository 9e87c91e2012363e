"""What seals documents: the period in which it may, and what it can do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

# Ordering the next certificate of a seal takes weeks.
SEAL_WARNING: Final = timedelta(days=60)


class SealUnavailable(Exception):
    """Nothing can be sealed now: a service outside (timestamps, proofs of validity) does not answer, or the seal is not valid."""


@dataclass(frozen=True)
class SealPeriod:
    """When a seal's certificate, and those that vouch for it, are all valid."""

    begins_at: datetime
    ends_at: datetime

    def refusal(self, now: datetime) -> str:
        """Say why nothing may be sealed now; empty: it may."""
        if now < self.begins_at:
            return f"the seal's certificate is valid from {self.begins_at:%Y-%m-%d} on"
        return f"the seal's certificate was valid until {self.ends_at:%Y-%m-%d}" if now > self.ends_at else ""

    def warning(self, now: datetime) -> str:
        """Say what somebody should do something about: refused already, or soon; empty: nothing."""
        if refusal := self.refusal(now):
            return refusal
        return f"the seal's certificate is valid until {self.ends_at:%Y-%m-%d}" if self.ends_at - now < SEAL_WARNING else ""


class SealMaker(Protocol):
    """Seals documents (see `seal.py`, which is imported only where a seal is on)."""

    @property
    def level(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def chain_pem(self) -> str: ...
    @property
    def period(self) -> SealPeriod: ...

    def apply(self, pdf: bytes, *, issuer: str, language: str) -> bytes:
        """Seal a document.

        Raises:
            SealUnavailable: an outside service (timestamps) does not answer.
        """
        ...
