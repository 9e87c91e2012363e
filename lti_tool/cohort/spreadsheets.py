"""Writes a course list as CSV, ODS or XLSX. No text in it becomes a formula, whatever somebody calls themselves."""

import csv
import io
import re
import zipfile
from xml.sax.saxutils import escape

from lti_tool.cohort.export_cohort import Cell, CohortTable

# What makes Excel, LibreOffice and others read a CSV cell as a formula (OWASP, CSV injection): also after spaces, and the
# full-width letters that a Japanese Excel takes for the same.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
# Characters that may not stand in XML 1.0 (ODS and XLSX).
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# Excel: at most 31, and none of these.
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")

_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{_ODS_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_ODS_CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">'
    '<office:body><office:spreadsheet><table:table table:name="{name}">{rows}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)


def as_csv(table: CohortTable) -> bytes:
    """Write CSV as German spreadsheets open it by double click: UTF-8 with a mark, semicolons, decimal comma."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in table.head])
    writer.writerows([[_csv_cell(cell) for cell in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: CohortTable) -> bytes:
    """Write XLSX; texts are written as texts."""
    import xlsxwriter  # noqa: PLC0415 - with the first such list: it holds 2 MB of every web process

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_sheet_name(table.title))
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for column, text in enumerate(table.head):
            sheet.write_string(0, column, _clean(text), bold)
        for number, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, _clean(cell))
                elif cell is not None:
                    sheet.write_number(number, column, cell)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 32)
        sheet.set_column(1, len(table.head) - 1, 16)
        sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.head) - 1)
    return target.getvalue()


def as_ods(table: CohortTable) -> bytes:
    """Write ODS; texts are written as texts.

    By hand, as OpenDocument 1.3 allows it with two small files: odfdo takes 7.6 s for a thousand rows, this 40 ms.
    """
    rows = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in (table.head, *table.rows))
    content = _ODS_CONTENT.format(name=_attribute(_sheet_name(table.title)), rows=rows)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        # Part 2, section 3.3: first in the package and not compressed, so that the type can be told by its bytes.
        package.writestr(zipfile.ZipInfo("mimetype"), _ODS_TYPE, zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
    return target.getvalue()


def _ods_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(_clean(cell))}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{cell:g}"><text:p>{cell:g}</text:p></table:table-cell>'


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula; it then shows as text."""
    return f"'{text}" if _FORMULA.match(text) else text


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return harmless(cell) if isinstance(cell, str) else f"{cell:g}".replace(".", ",")


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)


def _sheet_name(title: str) -> str:
    return _NOT_IN_SHEET_NAMES.sub(" ", _clean(title)).strip()[:31].strip() or "Kurs"
