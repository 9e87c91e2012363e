"""Reads and proof-reads forms to download: `downloads/*.toml`, each made into an ODT or XLSX by code."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lti_tool.domain.content.downloads import (
    Download,
    FormChoice,
    FormField,
    FormHeading,
    FormList,
    FormNote,
    FormParagraph,
    FormPart,
    FormTable,
    Sheet,
    SheetColumn,
)
from lti_tool.domain.content.formulas import FormulaError, columns_of, result_of
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.toml_source import Table, read_toml
from lti_tool.programme.parts.items import report_repeated_ids

COLUMN_KINDS = ("text", "number", "money", "percent", "date", "choice", "formula")
_NUMBERS = {"number", "money", "percent", "formula"}
_LEVELS = (1, 2, 3)
_MOST_LINES = 20
_MOST_EMPTY_ROWS = 60
_LONGEST_SHEET_TITLE = 31
_NOT_IN_SHEET_TITLE = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True)
class ReadDownload:
    """A form and where it stands."""

    download: Download
    table: Table


def read_downloads(root: Path, findings: Findings) -> list[ReadDownload]:
    """Read the forms of a programme."""
    found = []
    for path in sorted((root / "downloads").glob("*.toml")):
        table = read_toml(path, root, findings)
        download = Download(
            id=table.slug("id"),
            title=table.text("title"),
            summary=table.text("summary"),
            as_of=table.day("as_of"),
            lesson_codes=table.texts("lessons", ()),
            parts=tuple(part for entry in table.tables("part") for part in [_part(entry)] if part is not None),
            sheets=tuple(_sheet(entry) for entry in table.tables("sheet")),
        )
        table.finish()
        if download.id and download.id != path.stem:
            table.error("id", f"Die Datei heißt „{path.name}“, die id „{download.id}“; beide sind gleich.")
        if bool(download.parts) == bool(download.sheets):
            table.error("part", "Eine Vorlage hat entweder [[part]] (Text, ODT) oder [[sheet]] (Rechnung, XLSX).")
        found.append(ReadDownload(download, table))
    report_repeated_ids([(entry.download.id, entry.table) for entry in found])
    return found


def _part(table: Table) -> FormPart | None:
    kind = table.one_of("kind", tuple(_parts))
    if kind not in _parts:
        return None
    part = _parts[kind](table)
    table.finish()
    return part


def _heading(table: Table) -> FormPart:
    level = table.integer("level", 1)
    if level not in _LEVELS:
        table.error("level", "Überschriften haben die Stufen 1 bis 3.")
    return FormHeading(level, table.text("text"))


def _list(table: Table) -> FormPart:
    return FormList(_at_least(table, "entries", 1), table.flag("numbered", False))


def _field(table: Table) -> FormPart:
    field = FormField(table.text("label"), table.text("hint"), table.integer("lines", 1))
    if not 1 <= field.lines <= _MOST_LINES:
        table.error("lines", f"Ein Feld hat 1 bis {_MOST_LINES} Zeilen.")
    return field


def _choice(table: Table) -> FormPart:
    return FormChoice(table.text("label"), _at_least(table, "options", 2))


def _table(table: Table) -> FormPart:
    columns = _at_least(table, "columns", 1)
    widths = table.integers("widths", ()) or (1,) * len(columns)
    rows = table.rows_of_texts("rows")
    made = FormTable(table.text("caption"), columns, widths, rows, table.integer("empty_rows", 0))
    if len(widths) != len(columns) or any(width < 1 for width in widths):
        table.error("widths", f"„widths“ nennt zu jeder der {len(columns)} Spalten eine ganze Zahl ab 1.")
    if any(len(row) != len(columns) for row in rows):
        table.error("rows", f"Jede Zeile hat {len(columns)} Zellen, so viele wie „columns“.")
    _check_empty_rows(table, made.empty_rows, bool(rows))
    return made


_parts: Mapping[str, Callable[[Table], FormPart]] = {
    "heading": _heading,
    "paragraph": lambda table: FormParagraph(table.text("text")),
    "note": lambda table: FormNote(table.text("text")),
    "list": _list,
    "field": _field,
    "choice": _choice,
    "table": _table,
}


def _at_least(table: Table, key: str, least: int) -> tuple[str, ...]:
    texts = table.texts(key)
    if len(texts) < least or not all(texts):
        table.error(key, f"„{key}“ braucht mindestens {least} Einträge, keiner davon leer.")
    return texts


def _check_empty_rows(table: Table, empty_rows: int, has_rows: bool) -> None:
    if not 0 <= empty_rows <= _MOST_EMPTY_ROWS or not (empty_rows or has_rows):
        table.error("empty_rows", f"Es fehlen Zeilen: „rows“ oder „empty_rows“ (höchstens {_MOST_EMPTY_ROWS}).")


def _sheet(table: Table) -> Sheet:
    places = table.tables("column", at_least=1)
    columns = tuple(_column(place) for place in places)
    rows = table.rows_of_cells("rows")
    sheet = Sheet(table.text("title"), table.text("introduction"), columns, rows, table.integer("empty_rows", 0))
    if len(sheet.title) > _LONGEST_SHEET_TITLE or _NOT_IN_SHEET_TITLE.search(sheet.title):
        table.error("title", f"Der Name eines Blatts hat höchstens {_LONGEST_SHEET_TITLE} Zeichen, ohne [ ] : * ? / \\ '.")
    filled = [column for column in columns if column.kind != "formula"]
    for row in rows:
        if len(row) != len(filled):
            table.error("rows", f"Jede Zeile hat {len(filled)} Zellen: eine je Spalte, die keine Formel ist.")
        for cell, column in zip(row, filled, strict=False):
            if cell != "" and (column.kind in _NUMBERS) != isinstance(cell, float):
                table.error("rows", f"„{cell}“ passt nicht in die Spalte „{column.label}“ ({column.kind}).")
    before: set[str] = set()
    for column, place in zip(columns, places, strict=True):
        unknown = [name for name in columns_of(column.formula) if name not in before]
        if unknown:
            place.error("formula", f"Die Formel nennt „{unknown[0]}“; das ist keine Spalte mit Zahlen, die davor steht.")
        before |= {column.id} if column.kind in _NUMBERS else set()
    report_repeated_ids([(column.id, place) for column, place in zip(columns, places, strict=True)])
    _check_empty_rows(table, sheet.empty_rows, bool(rows))
    table.finish()
    return sheet


def _column(table: Table) -> SheetColumn:
    kind = table.one_of("kind", COLUMN_KINDS, "text")
    column = SheetColumn(
        id=table.slug("id"),
        label=table.text("label"),
        kind=kind,
        width=table.integer("width", 16),
        choices=_at_least(table, "choices", 2) if kind == "choice" else table.texts("choices", ()),
        formula=table.text("formula") if kind == "formula" else table.text("formula", ""),
        shows=table.one_of("shows", ("number", "money", "percent"), "money"),
        has_total=table.flag("total", False),
    )
    if column.formula:
        try:
            result_of(column.formula, {})
        except FormulaError:
            table.error("formula", "Eine Formel besteht aus {spalten}, Zahlen, + - * / ( ), MAX, MIN und ROUND.")
    if column.has_total and kind not in _NUMBERS:
        table.error("total", "Eine Summe gibt es nur bei Zahlen.")
    if not 4 <= column.width <= 80:
        table.error("width", "Die Breite liegt zwischen 4 und 80 Zeichen.")
    table.finish()
    return column


def check_downloads(entries: Sequence[ReadDownload], lessons: Iterable[str], findings: Findings) -> None:
    """Report forms that lead nowhere or skip a level of headings."""
    known = set(lessons)
    for entry in entries:
        download, table = entry.download, entry.table
        for code in download.lesson_codes:
            if code not in known:
                table.error("lessons", f"Die Lektion {code} gibt es nicht.")
        if not download.lesson_codes:
            findings.warning(table.file, table.line_of("lessons"), "Die Vorlage nennt keine Lektion, in der sie gebraucht wird.")
        levels = [0, *(part.level for part in download.parts if isinstance(part, FormHeading))]
        if any(after - before > 1 for before, after in pairwise(levels)):
            table.error("part", "Die Überschriften überspringen eine Stufe; die erste hat Stufe 1.")
