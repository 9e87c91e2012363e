"""Says where on a page a finding belongs: at a heading of a lesson, at a question, at a term."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lti_tool.programme.formats.findings import Finding
from lti_tool.programme.formats.toml_source import Table
from lti_tool.programme.parts.lessons import ReadLesson


@dataclass(frozen=True)
class PlacedFinding:
    finding: Finding
    anchor: str = ""
    """Of the heading above; empty: it is about the whole."""
    heading: str = ""


def place_in_lesson(entry: ReadLesson, findings: Iterable[Finding]) -> tuple[PlacedFinding, ...]:
    """Give a lesson's findings, each with the heading that it stands below."""
    lines = [block.line for block in entry.markup.blocks if block.kind == "heading" and block.level in (2, 3)]
    headings = list(zip(lines, entry.lesson.headings, strict=False))
    placed = []
    for finding in findings:
        above = [heading for line, heading in headings if line <= finding.line]
        placed.append(PlacedFinding(finding, above[-1].id, above[-1].text) if above else PlacedFinding(finding))
    return tuple(placed)


def place_at_tables(tables: Sequence[tuple[str, Table]], findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Give the findings of a file by the name of the table in which they stand; "" those above all of them.

    A finding that says the name itself belongs to it, whatever its line.
    """
    placed: dict[str, list[Finding]] = {}
    for finding in findings:
        here = [(name, table) for name, table in tables if table.file == finding.file]
        named = [name for name, _ in here if finding.sentence.startswith(f"{name}:")]
        above = [name for name, table in here if table.line <= finding.line]
        placed.setdefault((named or above or [""])[-1], []).append(finding)
    return placed
