"""Writes a course list as CSV, ODS or XLSX. No text in it becomes a formula, whatever somebody calls themselves."""

import csv
import io
import zipfile
from xml.sax.saxutils import escape

from lti_tool.courses.export_course import Cell, CourseTable
from lti_tool.domain.words.texts_in_files import cell, csv_cell, sheet_name

# Where nothing of a course's title can name a sheet.
_SHEET_NAME = "Kurs"
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


def as_csv(table: CourseTable) -> bytes:
    """Write CSV as German spreadsheets open it by double click: UTF-8 with a mark, semicolons, decimal comma."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([csv_cell(text) for text in table.head])
    writer.writerows([[_csv_cell(content) for content in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: CourseTable) -> bytes:
    """Write XLSX; texts are written as texts."""
    import xlsxwriter  # noqa: PLC0415 - with the first such list: it holds 2 MB of every web process

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(sheet_name(table.title, otherwise=_SHEET_NAME))
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for column, text in enumerate(table.head):
            sheet.write_string(0, column, cell(text), bold)
        for number, row in enumerate(table.rows, 1):
            for column, content in enumerate(row):
                if isinstance(content, str):
                    sheet.write_string(number, column, cell(content))
                elif content is not None:
                    sheet.write_number(number, column, content)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 32)
        sheet.set_column(1, len(table.head) - 1, 16)
        sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.head) - 1)
    return target.getvalue()


def as_ods(table: CourseTable) -> bytes:
    """Write ODS; texts are written as texts.

    By hand, as OpenDocument 1.3 allows it with two small files: odfdo takes 7.6 s for a thousand rows, this 40 ms.
    """
    rows = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in (table.head, *table.rows))
    content = _ODS_CONTENT.format(name=_attribute(sheet_name(table.title, otherwise=_SHEET_NAME)), rows=rows)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        # Part 2, section 3.3: first in the package and not compressed, so that the type can be told by its bytes.
        package.writestr(zipfile.ZipInfo("mimetype"), _ODS_TYPE, zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
    return target.getvalue()


def _ods_cell(content: Cell) -> str:
    if content is None or content == "":
        return "<table:table-cell/>"
    if isinstance(content, str):
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in cell(content).split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
    number = f"{content:g}"
    return f'<table:table-cell office:value-type="float" office:value="{number}"><text:p>{number}</text:p></table:table-cell>'


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _csv_cell(content: Cell) -> str:
    if content is None:
        return ""
    return csv_cell(content) if isinstance(content, str) else f"{content:g}".replace(".", ",")
