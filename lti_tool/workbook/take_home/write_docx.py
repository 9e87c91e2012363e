"""Writes the draft as DOCX, to be edited in any office suite. Typed text goes in as text runs, never as fields or markup."""

import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from lti_tool.domain.words.texts_in_files import cut, utf16_units
from lti_tool.workbook.take_home.chart import chart_text
from lti_tool.workbook.take_home.manuscript import (
    CONTENTS,
    STATUS_LINE,
    Block,
    Manuscript,
    ProfileBlock,
    TableBlock,
    TextBlock,
)
from lti_tool.workbook.take_home.typeset_draft import chart_png

_ACCENT, _QUIET, _INK = RGBColor(0x17, 0x42, 0x7A), RGBColor(0x4A, 0x55, 0x68), RGBColor(0x17, 0x1A, 0x2B)
_FONT = "Arial"


def write_docx(manuscript: Manuscript, *, made_at: datetime) -> bytes:
    """Write a draft as DOCX."""
    document = Document()
    _set_up(document, manuscript, made_at)
    _cover(document, manuscript)
    anchors = _contents(document, manuscript)
    across = False
    for section in manuscript.sections:
        across = _turn(document, across, bool(section.blocks) and _is_wide(section.blocks[0]), breaks=True)
        _heading(document, section.heading, 1, anchors)
        if section.remark:
            document.add_paragraph(section.remark, style="Hinweis")
        for block in section.blocks:
            across = _turn(document, across, _is_wide(block), breaks=False)
            _block(document, block, anchors)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _is_wide(block: Block) -> bool:
    return isinstance(block, TableBlock) and block.is_wide


def _set_up(document: DocxDocument, manuscript: Manuscript, made_at: datetime) -> None:
    properties = document.core_properties
    properties.subject = STATUS_LINE
    # OPC core properties hold at most 255 characters here.
    properties.title, properties.author = cut(manuscript.name, 255, utf16_units), cut(manuscript.author, 255, utf16_units)
    properties.comments, properties.language = "", "de-DE"
    properties.created = properties.modified = made_at.replace(tzinfo=None)
    _style(document, "Normal", 10.5, after=6)
    _style(document, "Title", 28, bold=True, colour=_ACCENT, after=4)
    _style(document, "Subtitle", 17, colour=_INK, after=12)
    _style(document, "Heading 1", 18, bold=True, colour=_ACCENT, after=8)
    _style(document, "Heading 2", 12.5, bold=True, colour=_ACCENT, before=12, after=4)
    for name, size, colour in (("Hinweis", 10, _QUIET), ("Tabellentext", 9, None), ("Inhaltszeile", 10, None)):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _style(document, name, size, colour=colour, after=2 if name == "Tabellentext" else 6)
    _speak_german(document)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Cm(2.5), Cm(2.2), Cm(2.5), Cm(2.2)
    # The cover bears no header: it shows the status itself.
    page.different_first_page_header_footer = True
    _small(page.header.paragraphs[0], f"{manuscript.name} · {STATUS_LINE}")
    footer = page.footer.paragraphs[0]
    footer.style.font.size = Pt(8.5)
    _small(footer, "Seite ")
    _field(footer, "PAGE", "1")


def _style(
    document: DocxDocument,
    name: str,
    size: float,
    *,
    bold: bool = False,
    colour: RGBColor | None = None,
    before: float = 0,
    after: float = 0,
) -> None:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    style.font.name, style.font.size, style.font.bold, style.font.italic = _FONT, Pt(size), bold, False
    if colour is not None:
        style.font.color.rgb = colour
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    properties = style.element.get_or_add_rPr()
    # The template's theme fonts would win over the name given above.
    fonts = properties.find(qn("w:rFonts"))
    for attribute in list(fonts.attrib):
        if "heme" in attribute:
            del fonts.attrib[attribute]
    fonts.set(qn("w:cs"), _FONT)
    fonts.set(qn("w:eastAsia"), _FONT)
    borders = style.element.find(f"{qn('w:pPr')}/{qn('w:pBdr')}")
    if borders is not None:
        borders.getparent().remove(borders)


def _speak_german(document: DocxDocument) -> None:
    """Set the language, for spelling and for screen readers, and let long words be divided."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "de-DE")
    settings = document.settings.element
    hyphenation = OxmlElement("w:autoHyphenation")
    # The order of these elements is fixed (ECMA-376, part 1, 17.15.1.78): it stands behind defaultTabStop.
    settings.find(qn("w:defaultTabStop")).addnext(hyphenation)


def _cover(document: DocxDocument, manuscript: Manuscript) -> None:
    status = document.add_paragraph(STATUS_LINE, style="Hinweis")
    status.paragraph_format.space_before, status.paragraph_format.space_after = Cm(5), Pt(12)
    status.runs[0].bold = True
    document.add_paragraph(manuscript.title, style="Title")
    if manuscript.municipality:
        document.add_paragraph(manuscript.municipality, style="Subtitle")
    for number, (label, value) in enumerate(manuscript.cover_lines):
        line = document.add_paragraph()
        line.paragraph_format.space_before = Cm(6) if number == 0 else Pt(0)
        line.add_run(f"{label}: ").font.color.rgb = _QUIET
        line.add_run(value)
    document.add_paragraph(f"Geschrieben im Programm {manuscript.programme}.", style="Hinweis")


def _contents(document: DocxDocument, manuscript: Manuscript) -> "_Anchors":
    """Write the contents as a field whose result stands there already: links now, page numbers when somebody updates it."""
    anchors = _Anchors()
    # A line of its own style, not a heading: the contents do not list themselves.
    title = document.add_paragraph(style="Title")
    title.paragraph_format.page_break_before = True
    title.add_run(CONTENTS).font.size = Pt(18)
    lines: list[tuple[str, int]] = []
    for section in manuscript.sections:
        lines.append((section.heading, 1))
        lines += [(block.heading, 2) for block in section.blocks if block.heading]
    for number, (text, level) in enumerate(lines):
        line = document.add_paragraph(style="Inhaltszeile")
        line.paragraph_format.left_indent = Cm(0.8 * (level - 1))
        line.paragraph_format.space_after = Pt(1)
        line.paragraph_format.space_before = Pt(5 if level == 1 else 0)
        if number == 0:
            _mark(line, "begin")
            _instruction(line, r'TOC \o "1-2" \h \z \u')
            _mark(line, "separate")
        line._p.append(_link(text, anchors.promise(), bold=level == 1))
        if number == len(lines) - 1:
            _mark(line, "end")
    return anchors


class _Anchors:
    """Names of the headings' bookmarks, promised by the contents and kept in the same order."""

    def __init__(self) -> None:
        self.promised = 0
        self.kept = 0

    def promise(self) -> str:
        self.promised += 1
        return f"_Toc{self.promised:08d}"

    def keep(self) -> tuple[int, str]:
        self.kept += 1
        return self.kept, f"_Toc{self.kept:08d}"


def _heading(document: DocxDocument, text: str, level: int, anchors: _Anchors) -> None:
    paragraph = document.add_heading(text, level)
    number, name = anchors.keep()
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:name"), name)
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    paragraph._p.insert(1, start)
    paragraph._p.append(end)


def _turn(document: DocxDocument, across: bool, wanted: bool, *, breaks: bool) -> bool:
    """Go on upright or across; a chapter begins on a new page in any case."""
    if across == wanted:
        if breaks:
            # An empty section break would show as an empty page; a break before the heading does not.
            document.add_section(WD_SECTION.NEW_PAGE)
            _unlink_first_page(document)
        return across
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if wanted else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if wanted else (Cm(21), Cm(29.7))
    _unlink_first_page(document)
    return wanted


def _unlink_first_page(document: DocxDocument) -> None:
    document.sections[-1].different_first_page_header_footer = False


def _block(document: DocxDocument, block: Block, anchors: _Anchors) -> None:
    if block.heading:
        _heading(document, block.heading, 2, anchors)
    if isinstance(block, TextBlock):
        for text in block.paragraphs:
            document.add_paragraph(text)
    elif isinstance(block, ProfileBlock):
        picture = document.add_picture(io.BytesIO(chart_png(block.profile)), width=Cm(16))
        properties = picture._inline.docPr
        properties.set("descr", chart_text(block.profile))
        properties.set("title", block.heading)
        _table(document, block.table)
    else:
        _table(document, block)


def _table(document: DocxDocument, table: TableBlock) -> None:
    made = document.add_table(rows=1 + len(table.rows), cols=len(table.header), style="Table Grid")
    made.autofit = False
    _grey_borders(made._tbl)
    room = 25.0 if table.is_wide else 16.3
    widths = [Cm(room * width) for width in table.widths]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    # Row by row over the cells of each row: made.cell(row, column) walks the whole table every time.
    for number, (row, texts) in enumerate(zip(made.rows, (table.header, *table.rows), strict=True)):
        _row_properties(row._tr, is_header=number == 0)
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            # By its id: looking a style up by its name takes 2 ms, and a draft has a thousand cells.
            paragraph._p.get_or_add_pPr().style = "Tabellentext"
            run = paragraph.add_run(text)
            if number == 0:
                run.bold = True
                _shade(cell._tc)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _row_properties(row: Any, *, is_header: bool) -> None:
    properties = row.get_or_add_trPr()
    # A row is not torn apart by a page; the header comes again on each page and names the columns to a screen reader.
    properties.append(OxmlElement("w:cantSplit"))
    if is_header:
        properties.append(OxmlElement("w:tblHeader"))


def _grey_borders(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "B8C2D0")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    # Behind tblW, before tblLayout and tblLook (ECMA-376, part 1, 17.4.59).
    table.tblPr.find(qn("w:tblW")).addnext(borders)


def _shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), "EEF1F6")
    cell.get_or_add_tcPr().append(shade)


def _small(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(8.5), _QUIET


def _field(paragraph: Paragraph, instruction: str, result: str) -> None:
    _mark(paragraph, "begin")
    _instruction(paragraph, instruction)
    _mark(paragraph, "separate")
    _small(paragraph, result)
    _mark(paragraph, "end")


def _mark(paragraph: Paragraph, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)


def _instruction(paragraph: Paragraph, text: str) -> None:
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {text} "
    paragraph.add_run()._r.append(instruction)


def _link(text: str, anchor: str, *, bold: bool) -> Any:
    link, run, content = OxmlElement("w:hyperlink"), OxmlElement("w:r"), OxmlElement("w:t")
    link.set(qn("w:anchor"), anchor)
    if bold:
        properties = OxmlElement("w:rPr")
        properties.append(OxmlElement("w:b"))
        run.append(properties)
    content.text = text
    run.append(content)
    link.append(run)
    return link
