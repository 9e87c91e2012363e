"""Writes a form as XLSX: a calculation that goes on by itself, with a head row, lists to choose from, and no macros."""

import io
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from lti_tool.domain.content.downloads import Download, Sheet, SheetColumn
from lti_tool.domain.content.formulas import PLACE, result_of
from lti_tool.domain.content.programme import Programme

_FORMATS = {"number": "#,##0.00", "money": "#,##0 €", "percent": "0 %", "date": "dd.mm.yyyy"}
# Title, introduction, an empty row; then the table.
_HEAD_ROW = 3


def write_sheets(programme: Programme, download: Download, *, made_at: datetime) -> bytes:
    """Write the sheets of a form."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": download.title,
                "subject": download.summary,
                "author": programme.title,
                "comments": f"Vorlage aus dem Programm {programme.title}, Stand {download.as_of:%d.%m.%Y}.",
                "created": made_at.replace(tzinfo=None),
            }
        )
        for sheet in download.sheets:
            _SheetWriter(book, sheet).write(download.title)
    return target.getvalue()


class _SheetWriter:
    def __init__(self, book: Any, sheet: Sheet) -> None:
        self._sheet = sheet
        self._page = book.add_worksheet(sheet.title)
        self._title = book.add_format({"bold": True, "font_size": 16, "font_color": "#17427a"})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#eef1f6", "border": 1})
        self._cells = {column.id: self._cell_format(book, column) for column in sheet.columns}
        self._totals = {column.id: self._cell_format(book, column, bold=True) for column in sheet.columns}
        self._sums: dict[str, float] = {}
        self._places = {column.id: xl_col_to_name(place) for place, column in enumerate(sheet.columns)}

    def write(self, title: str) -> None:
        page, columns = self._page, self._sheet.columns
        page.write_string(0, 0, f"{title}: {self._sheet.title}", self._title)
        page.merge_range(1, 0, 1, max(len(columns) - 1, 1), self._sheet.introduction, self._text)
        page.set_row(1, 15 * (1 + len(self._sheet.introduction) // max(sum(column.width for column in columns), 40)))
        for place, column in enumerate(columns):
            page.set_column(place, place, column.width)
            page.write_string(_HEAD_ROW, place, column.label, self._head)
        first, last = _HEAD_ROW + 1, _HEAD_ROW + len(self._sheet.rows) + self._sheet.empty_rows
        for number in range(first, last + 1):
            self._write_row(number, self._sheet.rows[number - first] if number - first < len(self._sheet.rows) else ())
        self._validate(first, last)
        if any(column.has_total for column in columns):
            self._write_totals(first, last)
        # What stands above the first cell that can be filled in stays in sight and comes again on each printed page.
        page.freeze_panes(_HEAD_ROW + 1, 1)
        page.repeat_rows(_HEAD_ROW)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer("&CSeite &P von &N")

    def _write_row(self, number: int, cells: tuple[str | float | None, ...]) -> None:
        values = iter(cells)
        known: dict[str, float] = {}
        for place, column in enumerate(self._sheet.columns):
            shape = self._cells[column.id]
            if column.kind == "formula":
                known[column.id] = result_of(column.formula, known)
                self._page.write_formula(number, place, self._formula(column, number), shape, round(known[column.id], 9))
            elif isinstance(value := next(values, None), float):
                known[column.id] = value
                self._page.write_number(number, place, value, shape)
            elif value:
                self._page.write_string(number, place, value, shape)
            else:
                self._page.write_blank(number, place, None, shape)
        for name, value in known.items():
            self._sums[name] = self._sums.get(name, 0.0) + value

    def _formula(self, column: SheetColumn, number: int) -> str:
        return "=" + PLACE.sub(lambda found: f"{self._places[found[1]]}{number + 1}", column.formula)

    def _validate(self, first: int, last: int) -> None:
        for place, column in enumerate(self._sheet.columns):
            if column.choices:
                self._page.data_validation(
                    first, place, last, place, {"validate": "list", "source": list(column.choices), "ignore_blank": True}
                )

    def _write_totals(self, first: int, last: int) -> None:
        label_written = False
        for place, column in enumerate(self._sheet.columns):
            name = self._places[column.id]
            if column.has_total:
                formula = f"=SUM({name}{first + 1}:{name}{last + 1})"
                self._page.write_formula(last + 1, place, formula, self._totals[column.id], self._sums.get(column.id, 0.0))
            elif not label_written:
                self._page.write_string(last + 1, place, "Summe", self._head)
                label_written = True

    @staticmethod
    def _cell_format(book: Any, column: SheetColumn, *, bold: bool = False) -> Any:
        shape: dict[str, Any] = {"border": 1, "valign": "top", "bold": bold}
        if column.kind == "formula":
            shape["bg_color"] = "#f4f4f4"
        kind = column.shows if column.kind == "formula" else column.kind
        if kind in _FORMATS:
            shape["num_format"] = _FORMATS[kind]
        else:
            shape["text_wrap"] = True
        return book.add_format(shape)
