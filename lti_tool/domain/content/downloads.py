"""Forms to download: what stands in them, whatever format they are written in."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class FormHeading:
    level: int
    text: str


@dataclass(frozen=True)
class FormParagraph:
    text: str


@dataclass(frozen=True)
class FormNote:
    """What helps to fill the form in; it is deleted before the form goes on."""

    text: str


@dataclass(frozen=True)
class FormList:
    entries: tuple[str, ...]
    is_numbered: bool = False


@dataclass(frozen=True)
class FormField:
    """A place to write: its label, what belongs there, and how many lines it takes on paper."""

    label: str
    hint: str
    lines: int = 1


@dataclass(frozen=True)
class FormChoice:
    """Boxes to tick."""

    label: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class FormTable:
    caption: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    """Shares of the width, one for each column."""
    rows: tuple[tuple[str, ...], ...]
    empty_rows: int = 0


FormPart = FormHeading | FormParagraph | FormNote | FormList | FormField | FormChoice | FormTable


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet; `kind` is text, number, money, percent, date, choice or formula."""

    id: str
    label: str
    kind: str
    width: int
    choices: tuple[str, ...] = ()
    formula: str = ""
    """Of the columns of the same row, each in braces: `{menge} * {preis}`."""
    shows: str = "money"
    """How the result of a formula is shown: number, money or percent."""
    has_total: bool = False


@dataclass(frozen=True)
class Sheet:
    title: str
    introduction: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    empty_rows: int = 0


@dataclass(frozen=True)
class Download:
    """One form: a text (`parts`) written as ODT, or a calculation (`sheets`) written as XLSX."""

    id: str
    title: str
    summary: str
    as_of: date
    lesson_codes: tuple[str, ...]
    """Lessons that need it."""
    parts: tuple[FormPart, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    @property
    def ending(self) -> str:
        return "xlsx" if self.sheets else "odt"

    @property
    def file_name(self) -> str:
        return f"{self.id}.{self.ending}"
