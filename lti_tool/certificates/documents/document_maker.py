"""What documents are made with: the template, and where they are switched on the seal and the badges."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from lti_tool.certificates.documents.typeset import SHIPPED_TEMPLATE
from lti_tool.certificates.verify.verify_document import SealCheck
from lti_tool.domain.certificate import Facts

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


@dataclass(frozen=True)
class Credential:
    """An Open Badge in its two signed forms."""

    json: str
    jwt: str


class BadgeMaker(Protocol):
    """Signs Open Badges (see `badge.py`)."""

    def at(self, public_url: str) -> "BadgeMaker": ...
    def make(self, facts: Facts, *, status_list: int, status_index: int, issued_at: datetime) -> Credential: ...
    def sign(self, credential: dict[str, Any], now: datetime) -> Credential: ...
    def profile(self) -> dict[str, Any]: ...
    def did_document(self) -> dict[str, Any]: ...
    def status_credential(self, number: int, encoded_list: str, now: datetime) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Press:
    """Wired once at start; `make_document` works with it."""

    template: Path = SHIPPED_TEMPLATE
    seal: SealMaker | None = None
    badges: BadgeMaker | None = None
    check_seal: SealCheck | None = None

    @property
    def asks_outside(self) -> bool:
        """Tell whether making a document has to wait for somebody outside (a timestamp authority)."""
        return self.seal is not None and self.seal.level != "B-B"
