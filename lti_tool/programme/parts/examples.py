"""Reads and proof-reads worked examples: `examples/*.toml`, one file for each chapter of the draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lti_tool.domain.content.programme import Field, PracticeTask
from lti_tool.domain.content.worked_examples import MarginNote, Sample, WorkedExample
from lti_tool.programme.checks.readability import words_of
from lti_tool.programme.formats.findings import Findings, Rule
from lti_tool.programme.formats.markdown import inline
from lti_tool.programme.formats.toml_source import Table, read_toml


@dataclass(frozen=True)
class ReadExample:
    """An example and where it stands."""

    example: WorkedExample
    table: Table


def read_examples(folder: Path, root: Path, findings: Findings) -> list[ReadExample]:
    """Read the examples of a module's folder."""
    found = []
    for path in sorted((folder / "examples").glob("*.toml")):
        source = read_toml(path, root, findings)
        chapter = source.integer("chapter")
        for table in source.tables("field", at_least=1):
            example = WorkedExample(chapter, table.text("id"), _sample(table.table("good")), _sample(table.table("weak")))
            found.append(ReadExample(example, table))
            table.finish()
        source.finish()
    return found


def _sample(table: Table) -> Sample:
    sample = Sample(
        text=table.text("text", ""),
        rows=tuple(_row(row) for row in table.tables("rows")),
        notes=tuple(_note(note) for note in table.tables("comment")),
    )
    table.finish()
    return sample


def _row(table: Table) -> Mapping[str, str]:
    return {name: table.text(name) for name in table.keys}


def _note(table: Table) -> MarginNote:
    note = MarginNote(inline(table.text("text")), table.text("at", ""), table.integer("row", 0), table.text("column", ""))
    table.finish()
    return note


def check_examples(entries: list[ReadExample], task: PracticeTask | None, file: str, findings: Findings) -> None:
    """Report examples that do not fit their field, and required fields without one."""
    fields = {(chapter.number, field.id): field for chapter in (task.chapters if task else ()) for field in chapter.fields}
    seen: set[tuple[int, str]] = set()
    for entry in entries:
        place = (entry.example.chapter, entry.example.field_id)
        if place not in fields:
            entry.table.error("id", f"Das Feld „{place[1]}“ gibt es in Kapitel {place[0]} nicht.")
            continue
        if place in seen:
            entry.table.error("id", f"Zum Feld „{place[1]}“ gibt es schon ein Beispiel.")
        seen.add(place)
        _check_sample(entry.example.good, fields[place], entry.table.table("good"), findings, is_good=True)
        _check_sample(entry.example.weak, fields[place], entry.table.table("weak"), findings, is_good=False)
    for (chapter, _), field in sorted(fields.items()):
        if field.is_required and (chapter, field.id) not in seen:
            sentence = f"Zum Feld „{field.id}“ (Kapitel {chapter}) fehlen ein gutes und ein schwaches Beispiel."
            findings.miss(Rule.WORKED_EXAMPLE, file, 1, sentence)


def _check_sample(sample: Sample, field: Field, table: Table, findings: Findings, *, is_good: bool) -> None:
    if field.kind == "table":
        _check_rows(sample, field, table, is_good=is_good)
    elif sample.rows or not sample.text:
        table.error("rows", f"Das Feld „{field.id}“ nimmt einen Text auf (text), keine Zeilen.")
    elif is_good and field.words and not field.words[0] <= len(words_of(sample.text)) <= field.words[1]:
        count, (least, most) = len(words_of(sample.text)), field.words
        findings.warning(
            table.file, table.line_of("text"), f"Das gute Beispiel hat {count} Wörter; das Feld empfiehlt {least} bis {most}."
        )
    if not sample.notes:
        table.error("comment", f"Dem Beispiel zu „{field.id}“ fehlt ein Kommentar, der sagt, was daran gut oder schwach ist.")
    columns = {column.id for column in field.columns}
    for note, place in zip(sample.notes, table.tables("comment"), strict=True):
        times = sample.text.count(note.at)
        if note.at and times != 1:
            place.error("at", f"Die Worte „{note.at}“ stehen {times}-mal im Beispiel; es muss genau einmal sein.")
        if not 0 <= note.row <= len(sample.rows):
            place.error("row", f"Die Zeile {note.row} gibt es im Beispiel nicht.")
        if note.column and (note.column not in columns or not note.row):
            place.error("column", f"Die Spalte „{note.column}“ gibt es nicht, oder es fehlt die Zeile (row).")
    _check_overlaps(sample, table)


def _check_overlaps(sample: Sample, table: Table) -> None:
    spans = sorted((sample.text.find(note.at), len(note.at)) for note in sample.notes if note.at and note.at in sample.text)
    for (start, length), (following, _) in pairwise(spans):
        if following < start + length:
            table.error("comment", "Zwei Kommentare gehören zu denselben Worten; nehmen Sie Worte, die sich nicht überschneiden.")


def _check_rows(sample: Sample, field: Field, table: Table, *, is_good: bool) -> None:
    columns = {column.id: column for column in field.columns}
    if sample.text or not sample.rows:
        table.error("text", f"Das Feld „{field.id}“ ist eine Tabelle (rows), kein Text.")
    for row in sample.rows:
        for name, cell in row.items():
            if name not in columns:
                table.error("rows", f"Die Spalte „{name}“ gibt es im Feld „{field.id}“ nicht.")
            elif columns[name].choices and cell not in columns[name].choices:
                table.error("rows", f"„{cell}“ steht in der Spalte „{name}“ nicht zur Wahl.")
    if is_good and 0 < len(sample.rows) < field.rows_at_start:
        table.error("rows", f"Das gute Beispiel hat {len(sample.rows)} Zeilen; das Formular beginnt mit {field.rows_at_start}.")
