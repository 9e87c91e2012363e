"""What signs Open Badges, and the two forms that come out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from lti_tool.domain.documents.certificate import Facts


@dataclass(frozen=True)
class Credential:
    """An Open Badge in its two signed forms."""

    json: str
    jwt: str


class BadgeMaker(Protocol):
    """Signs Open Badges (see `open_badge.py`)."""

    def at(self, public_url: str) -> "BadgeMaker": ...
    def make(self, facts: Facts, *, status_list: int, status_index: int, issued_at: datetime) -> Credential: ...
    def sign(self, credential: dict[str, Any], now: datetime) -> Credential: ...
    def profile(self) -> dict[str, Any]: ...
    def did_document(self) -> dict[str, Any]: ...
    def status_credential(self, number: int, encoded_list: str, now: datetime) -> dict[str, Any]: ...
