"""Reads files with a TOML head between two lines `+++` and Markdown below: lessons and cases."""

from dataclasses import dataclass
from pathlib import Path

from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.toml_source import Table, TomlSource


@dataclass(frozen=True)
class FrontMatter:
    """A file taken apart; `body_line` is the line on which the Markdown begins."""

    file: str
    head: Table
    body: str
    body_line: int


def read_front_matter(path: Path, root: Path, findings: Findings) -> FrontMatter | None:
    """Take a file apart; None where head and text cannot be told apart."""
    file = str(path.relative_to(root))
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as err:
        findings.error(file, 1, f"Die Datei ist nicht in UTF-8 gespeichert ({err.reason}).")
        return None
    marks = [number for number, line in enumerate(lines) if line.strip() == "+++"][:2]
    if len(marks) < 2 or marks[0] != 0:
        findings.error(file, 1, "Der Kopf fehlt: Die Datei beginnt mit einer Zeile +++, darunter TOML, dann wieder +++.")
        return None
    head = TomlSource(file, "\n".join(lines[1 : marks[1]]), findings, first_line=2).root
    return FrontMatter(file, head, "\n".join(lines[marks[1] + 1 :]), marks[1] + 2)
