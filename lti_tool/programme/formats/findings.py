"""What is wrong in a programme folder: each finding names file and line and says in a sentence what to change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lti_tool.errors import ConfigurationError


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Rule(StrEnum):
    """Rules that content is brought up to one after the other; a finding of one names it."""

    SOURCE_ADDRESS = "source-address"
    """A source that is a law or stands online has an address."""
    LESSON_CASE = "lesson-case"
    """Every lesson leads to a case of the library."""
    WORKED_EXAMPLE = "worked-example"
    """Every required field of the draft has a good and a weak example."""
    CRITERION_LEVELS = "criterion-levels"
    """Every criterion describes its three levels."""
    PRACTICE_HOURS = "practice-hours"
    """A practice task takes the time that it really takes."""
    IN_SHORT = "in-short"
    """Every lesson begins with three plain sentences."""
    LESSON_MINUTES = "lesson-minutes"
    """A lesson declares the minutes that its words and self-checks take."""
    LIVE_PREPARATION = "live-preparation"
    """A live session says how long one prepares for it."""
    RHYTHM = "rhythm"
    """Sentences have 11 to 13 words on average, few are very short, and a paragraph has one long one at most."""
    COUNTED = "counted"
    """A module says „drei Fragen“, „vier Schritte“ twice at most."""
    GIVEAWAY = "giveaway"
    """Neither absolute words nor length tell right options from wrong ones."""
    GUESSER = "guesser"
    """Who knows nothing hits less than a third."""
    DOCUMENT_ITEM = "document-item"
    """Every pool has a question about a document."""
    FACILITATION = "facilitation"
    """Every live session has a pack for who leads it."""


ENFORCED: Final[frozenset[Rule]] = frozenset(Rule)
"""Rules whose findings are errors. A rule joins as soon as the shipped content keeps it."""


@dataclass(frozen=True)
class Finding:
    """One finding; `file` is relative to the folder, `line` counts from 1."""

    severity: Severity
    file: str
    line: int
    sentence: str
    rule: Rule | None = None

    def __str__(self) -> str:
        word = "Fehler" if self.severity is Severity.ERROR else "Warnung"
        return f"{self.file}:{self.line}: {word}: {self.sentence}" + (f" [{self.rule}]" if self.rule else "")


@dataclass
class Findings:
    """Gathers findings while a folder is read, so that authors see all of them at once."""

    found: list[Finding] = field(default_factory=list)

    def error(self, file: str, line: int, sentence: str) -> None:
        self.found.append(Finding(Severity.ERROR, file, line, sentence))

    def warning(self, file: str, line: int, sentence: str) -> None:
        self.found.append(Finding(Severity.WARNING, file, line, sentence))

    def miss(self, rule: Rule, file: str, line: int, sentence: str) -> None:
        """Report that a rule is not kept: an error once the rule is enforced, until then a warning."""
        severity = Severity.ERROR if rule in ENFORCED else Severity.WARNING
        self.found.append(Finding(severity, file, line, sentence, rule))

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
