"""What documents are made with: the template, and where they are switched on the seal and the badges."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from lti_tool.certificates.typeset import SHIPPED_TEMPLATE
from lti_tool.certificates.verify_document import SealCheck
from lti_tool.domain.certificate import Facts


class SealUnavailable(Exception):
    """A service outside (timestamps, proofs of validity) did not answer; try again later."""


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
