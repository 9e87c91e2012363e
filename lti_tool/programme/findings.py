"""What is wrong in a programme folder: each finding names file and line and says in a sentence what to change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lti_tool.errors import ConfigurationError


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One finding; `file` is relative to the folder, `line` counts from 1."""

    severity: Severity
    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        word = "Fehler" if self.severity is Severity.ERROR else "Warnung"
        return f"{self.file}:{self.line}: {word}: {self.sentence}"


@dataclass
class Findings:
    """Gathers findings while a folder is read, so that authors see all of them at once."""

    found: list[Finding] = field(default_factory=list)

    def error(self, file: str, line: int, sentence: str) -> None:
        self.found.append(Finding(Severity.ERROR, file, line, sentence))

    def warning(self, file: str, line: int, sentence: str) -> None:
        self.found.append(Finding(Severity.WARNING, file, line, sentence))

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.found)


class ProgrammeError(ConfigurationError):
    """The programme folder cannot be read; `findings` says where and why."""

    code = "programme"

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        super().__init__("; ".join(str(finding) for finding in errors[:5]) + (" …" if len(errors) > 5 else ""))
        self.findings = tuple(findings)
