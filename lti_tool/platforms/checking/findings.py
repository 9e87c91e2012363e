"""What a check found, line by line; also as JSON, because a worker finds it and a page shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from lti_tool.messages import N_

# At 5xx, silence or a maintenance page no setting helps.
LATER = N_(
    "Die Lernplattform antwortet dort gerade nicht richtig. Prüfen Sie in ein paar Minuten noch einmal; bleibt es so, "
    "muss ihr Betrieb nachsehen."
)


class FindingStanding(StrEnum):
    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    """Cannot be told from here, or is as somebody may have wanted it."""


@dataclass(frozen=True, slots=True)
class ConnectionFinding:
    """One line. The texts are catalogue texts; `values` fill their placeholders, `listed` are further texts to name."""

    check: str
    title: str
    standing: FindingStanding
    says: str
    remedy: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    listed: tuple[str, ...] = ()


def to_json(findings: Iterable[ConnectionFinding]) -> list[dict[str, Any]]:
    """Return findings as a JSON value."""
    return [asdict(finding) for finding in findings]


def from_json(stored: Any) -> tuple[ConnectionFinding, ...] | None:
    """Return stored findings; None where there are none, or where another release wrote them otherwise."""
    if not isinstance(stored, list):
        return None
    try:
        return tuple(_finding(each) for each in stored)
    except (TypeError, KeyError, ValueError):
        return None


def _finding(stored: Any) -> ConnectionFinding:
    return ConnectionFinding(**{**stored, "standing": FindingStanding(stored["standing"]), "listed": tuple(stored["listed"])})
