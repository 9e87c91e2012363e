"""TOML with line numbers: typed reading of tables in which every mistake is reported where it stands."""

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Any, TypeVar

from lti_tool.programme.formats.findings import Findings

Path = tuple[str | int, ...]
_ARRAY_OF_TABLES = re.compile(r"\s*\[\[\s*([^\]]+?)\s*\]\]")
_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=\s*(.*)")
_AT_LINE = re.compile(r"\(at line (\d+)")
_missing = object()
_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Table:
    """One TOML table. Reading a key marks it as known; `finish` reports those that nobody asked for."""

    def __init__(self, data: dict[str, Any], place: Path, source: "TomlSource") -> None:
        self._data = data
        self._place = place
        self._source = source
        self._known: set[str] = set()

    @property
    def file(self) -> str:
        return self._source.file

    @property
    def line(self) -> int:
        return self._source.line_of(self._place)

    def line_of(self, key: str) -> int:
        """Tell the line of a key; the table's own where the key is absent."""
        return self._source.line_of((*self._place, key))

    def error(self, key: str, sentence: str) -> None:
        self._source.findings.error(self.file, self.line_of(key), sentence)

    @property
    def keys(self) -> tuple[str, ...]:
        """Give the keys as they stand there, for tables whose keys the format does not fix."""
        return tuple(self._data)

    def has(self, key: str) -> bool:
        return key in self._data

    def text(self, key: str, default: str | None = None) -> str:
        value = self._get(key, default)
        if isinstance(value, str):
            if not value.strip() and default is None:
                self.error(key, f"„{key}“ ist leer.")
            return value.strip()
        return self._wrong(key, value, "ein Text in Anführungszeichen", "")

    def integer(self, key: str, default: int | None = None) -> int:
        value = self._get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return self._wrong(key, value, "eine ganze Zahl", 0)

    def number(self, key: str, default: float | None = None) -> float:
        value = self._get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        return self._wrong(key, value, "eine Zahl mit Dezimalpunkt", 0.0)

    def flag(self, key: str, default: bool | None = None) -> bool:
        value = self._get(key, default)
        if isinstance(value, bool):
            return value
        return self._wrong(key, value, "true oder false", False)

    def day(self, key: str) -> date:
        value = self._get(key, None)
        if type(value) is date:
            return value
        return self._wrong(key, value, "ein Datum wie 2026-11-01 ohne Anführungszeichen", date(2000, 1, 1))

    def day_if_any(self, key: str) -> date | None:
        self._known.add(key)
        return self.day(key) if self.has(key) else None

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self._get(key, default)
        if isinstance(value, list | tuple) and all(isinstance(entry, str) for entry in value):
            return tuple(entry.strip() for entry in value)
        return self._wrong(key, value, 'eine Liste von Texten wie ["…", "…"]', ())

    def integers(self, key: str, default: tuple[int, ...] | None = None) -> tuple[int, ...]:
        value = self._get(key, default)
        if isinstance(value, list | tuple) and all(isinstance(entry, int) for entry in value):
            return tuple(value)
        return self._wrong(key, value, "eine Liste ganzer Zahlen wie [120, 180]", ())

    def rows_of_texts(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Read a list of lists of texts, e.g. the rows of a table; none where the key is absent."""
        rows = self._rows(key, lambda cell: isinstance(cell, str), '[["…", "…"], ["…", "…"]]')
        return tuple(tuple(map(str, row)) for row in rows)

    def rows_of_cells(self, key: str) -> tuple[tuple[str | float, ...], ...]:
        """Read rows whose cells are texts or figures."""
        return self._rows(key, _is_cell, '[["…", 12.5], ["…", 3]]')

    def mapping(self, key: str) -> dict[str, Any]:
        value = self._get(key, None)
        return value if isinstance(value, dict) else self._wrong(key, value, "eine Tabelle wie { A = 4, B = 4 }", {})

    def one_of(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value and value not in words:
            self.error(key, f"„{key}“ kennt „{value}“ nicht; möglich sind: {', '.join(words)}.")
        return value

    def some_of(self, key: str, words: tuple[str, ...]) -> tuple[str, ...]:
        values = self.texts(key)
        for value in values:
            if value not in words:
                self.error(key, f"„{key}“ kennt „{value}“ nicht; möglich sind: {', '.join(words)}.")
        return values

    def member(self, key: str, kind: type[_E], neutral: _E) -> _E:
        """Read a word of a fixed list; what is not in it is reported and read as `neutral`."""
        value = self.one_of(key, tuple(kind))
        return kind(value) if value in set(kind) else neutral

    def slug(self, key: str) -> str:
        """Read a name that stands in addresses."""
        value = self.text(key)
        if value and not _SLUG.fullmatch(value):
            self.error(key, f"„{key}“ besteht aus kleinen Buchstaben, Ziffern und Bindestrichen; „{value}“ nicht.")
        return value

    def table(self, key: str) -> "Table":
        value = self._get(key, None)
        if not isinstance(value, dict):
            value = self._wrong(key, value, f"ein Abschnitt [{key}]", {})
        return Table(value, (*self._place, key), self._source)

    def tables(self, key: str, *, at_least: int = 0) -> list["Table"]:
        value = self._get(key, ())
        if not isinstance(value, list | tuple) or not all(isinstance(entry, dict) for entry in value):
            value = self._wrong(key, value, f"eine Folge von Abschnitten [[{key}]]", ())
        if len(value) < at_least:
            self.error(key, f"Hier fehlt [[{key}]]: mindestens {at_least}, gefunden {len(value)}.")
        return [Table(entry, (*self._place, key, index), self._source) for index, entry in enumerate(value)]

    def finish(self) -> None:
        """Report every key that the format does not know."""
        for key in self._data:
            if key not in self._known:
                self.error(key, f"Das Feld „{key}“ gibt es hier nicht; möglich sind: {', '.join(sorted(self._known))}.")

    def _rows(self, key: str, is_cell: Callable[[object], bool], example: str) -> tuple[tuple[str | float, ...], ...]:
        value = self._get(key, ())
        if isinstance(value, list | tuple) and all(isinstance(row, list) and all(map(is_cell, row)) for row in value):
            return tuple(tuple(cell.strip() if isinstance(cell, str) else float(cell) for cell in row) for row in value)
        return self._wrong(key, value, f"Zeilen wie {example}", ())

    def _get(self, key: str, default: Any) -> Any:
        self._known.add(key)
        if key in self._data:
            return self._data[key]
        return default if default is not None else _missing

    def _wrong(self, key: str, value: object, expected: str, neutral: _T) -> _T:
        if self._source.is_readable:
            said = "fehlt" if value is _missing else "hat die falsche Form"
            self.error(key, f"„{key}“ {said}; erwartet wird {expected}.")
        return neutral


class TomlSource:
    """A TOML text with the line of each table and key."""

    def __init__(self, file: str, text: str, findings: Findings, *, first_line: int = 1) -> None:
        self.file = file
        self.findings = findings
        self.is_readable = True
        self._first_line = first_line
        self._lines = _lines_of(text, first_line)
        data: dict[str, Any] = {}
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as err:
            self.is_readable = False
            found = _AT_LINE.search(str(err))
            line = first_line - 1 + int(found[1]) if found else first_line
            findings.error(file, line, f"Das ist kein gültiges TOML ({err}).")
        self.root = Table(data, (), self)

    def line_of(self, place: Path) -> int:
        while place:
            for known in (place, (*place, 0)):
                if known in self._lines:
                    return self._lines[known]
            place = place[:-1]
        return self._first_line


def _is_cell(value: object) -> bool:
    is_figure = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return is_figure or isinstance(value, str)


def _lines_of(text: str, first_line: int) -> dict[Path, int]:
    """Note where each table and key begins; inside a text of several lines nothing begins."""
    lines: dict[Path, int] = {}
    latest: dict[str, Path] = {}
    counts: defaultdict[Path, int] = defaultdict(int)
    here: Path = ()
    inside = ""
    for number, line in enumerate(text.splitlines(), first_line):
        if inside:
            inside = "" if line.count(inside) % 2 else inside
            continue
        if header := _ARRAY_OF_TABLES.match(line):
            here = _path_to(header[1], latest)
            counts[here] += 1
            here = (*here, counts[here] - 1)
            latest[header[1]] = here
            lines[here] = number
        elif header := _TABLE.match(line):
            here = _path_to(header[1], latest)
            latest[header[1]] = here
            lines[here] = number
        elif key := _KEY.match(line):
            lines[(*here, key[1])] = number
            inside = next((quotes for quotes in ('"""', "'''") if key[2].count(quotes) % 2), "")
    return lines


def _path_to(name: str, latest: dict[str, Path]) -> Path:
    parent, _, last = name.rpartition(".")
    return (*latest.get(parent, ()), last)


def read_toml(path: FilePath, root: FilePath, findings: Findings) -> Table:
    """Read a TOML file of the folder `root`; what is no TOML is reported and read as empty."""
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        findings.error(file, 1, f"Die Datei ist nicht in UTF-8 gespeichert ({err.reason}).")
        text = ""
    return TomlSource(file, text, findings).root
