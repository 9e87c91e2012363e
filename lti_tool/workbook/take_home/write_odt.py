"""Writes the draft as ODT, the administration's own format. Typed text goes in as text nodes, never as fields or markup."""

import io
from collections.abc import Iterator
from datetime import datetime

from odfdo import Document, Element, Frame, Paragraph

from lti_tool.office.odt import STYLES, element
from lti_tool.workbook.take_home.chart import chart_text
from lti_tool.workbook.take_home.manuscript import (
    CONTENTS,
    STATUS_LINE,
    Block,
    Manuscript,
    ProfileBlock,
    Section,
    TableBlock,
    TextBlock,
)
from lti_tool.workbook.take_home.typeset_draft import chart_png

_PICTURE = "Pictures/reifegrad.png"
# Only these are of this document alone; all others are common styles in the template, which its reader may change.
_AUTOMATIC = (
    '<style:style style:name="status" style:family="paragraph" style:parent-style-name="Status" style:master-page-name="Cover"/>',
    '<style:style style:name="contents" style:family="paragraph" style:parent-style-name="Contents_20_Heading" '
    'style:master-page-name="Standard"/>',
    '<style:style style:name="below" style:family="paragraph" style:parent-style-name="Text_20_body">'
    '<style:paragraph-properties fo:margin-top="6cm"/></style:style>',
    '<style:style style:name="label" style:family="text"><style:text-properties fo:color="#4a5568"/></style:style>',
    *(
        f'<style:style style:name="h{level}-{page}" style:family="paragraph" style:parent-style-name="Heading_20_{level}" '
        f'style:master-page-name="{page}"/>'
        for level in (1, 2)
        for page in ("Standard", "Across")
    ),
    '<style:style style:name="cell" style:family="table-cell"><style:table-cell-properties fo:padding="0.12cm" '
    'fo:border="0.5pt solid #b8c2d0"/></style:style>',
    '<style:style style:name="head" style:family="table-cell"><style:table-cell-properties fo:padding="0.12cm" '
    'fo:border="0.5pt solid #b8c2d0" fo:background-color="#eef1f6"/></style:style>',
    '<style:style style:name="row" style:family="table-row"><style:table-row-properties fo:keep-together="always"/>'
    "</style:style>",
    '<style:style style:name="picture" style:family="graphic"><style:graphic-properties style:vertical-pos="top" '
    'style:vertical-rel="baseline"/></style:style>',
)
_TOC_SOURCE = """<text:table-of-content-source text:outline-level="2">
<text:index-title-template text:style-name="Contents_20_Heading"/>{levels}</text:table-of-content-source>"""
# What an office suite makes of the contents when somebody updates them: links, dots and page numbers.
_TOC_LEVEL = """<text:table-of-content-entry-template text:outline-level="{level}" text:style-name="Contents_20_{level}">
<text:index-entry-link-start/><text:index-entry-text/><text:index-entry-tab-stop style:type="right" style:leader-char="."/>
<text:index-entry-page-number/><text:index-entry-link-end/></text:table-of-content-entry-template>"""


def write_odt(manuscript: Manuscript, *, made_at: datetime) -> bytes:
    """Write a draft as ODT."""
    document = Document("text")
    document.set_part("styles.xml", STYLES.read_bytes())
    for header in document.styles.get_elements("//style:header/text:p"):
        header.text = f"{manuscript.name} · {STATUS_LINE}"
    _describe(document, manuscript, made_at)
    automatic = document.content.get_element("//office:automatic-styles")
    assert automatic is not None
    for style in _AUTOMATIC:
        automatic.append(Element.from_tag(style))
    body = document.body
    body.clear()
    for part in (*_cover(manuscript), _contents(manuscript)):
        body.append(part)
    numbers = iter(range(1, 10_000))
    for section in manuscript.sections:
        for part in _section(document, automatic, section, numbers):
            body.append(part)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _describe(document: Document, manuscript: Manuscript, made_at: datetime) -> None:
    meta = document.meta
    meta.title, meta.subject, meta.language = manuscript.name, STATUS_LINE, "de-DE"
    meta.creator = meta.initial_creator = manuscript.author
    # Without an offset, as odfdo writes it, a moment is in nobody's time zone in particular; seconds suffice.
    meta.creation_date = meta.date = made_at.replace(tzinfo=None, microsecond=0)
    meta.generator = "lti-tool"


def _cover(manuscript: Manuscript) -> Iterator[Element]:
    yield Paragraph(STATUS_LINE, style="status")
    yield Paragraph(manuscript.title, style="Title")
    if manuscript.municipality:
        yield Paragraph(manuscript.municipality, style="Subtitle")
    for number, (label, value) in enumerate(manuscript.cover_lines):
        line = element("text:p", **{"text:style-name": "below" if number == 0 else "Text_20_body"})
        name = element("text:span", **{"text:style-name": "label"})
        name.text = f"{label}: "
        name.tail = value
        line.append(name)
        yield line
    yield Paragraph(f"Geschrieben im Programm {manuscript.programme}.", style="Hinweis")


def _contents(manuscript: Manuscript) -> Element:
    contents = element("text:table-of-content", **{"text:name": CONTENTS, "text:protected": "true"})
    levels = "".join(_TOC_LEVEL.format(level=level) for level in (1, 2))
    contents.append(Element.from_tag(_TOC_SOURCE.format(levels=levels)))
    body = element("text:index-body")
    title = element("text:index-title", **{"text:name": "Titel"})
    title.append(Paragraph(CONTENTS, style="contents"))
    body.append(title)
    number = 0
    for section in manuscript.sections:
        for heading, level in ((section.heading, 1), *((block.heading, 2) for block in section.blocks if block.heading)):
            number += 1
            target = {"xlink:type": "simple", "xlink:href": f"#kapitel-{number}"}
            link = element("text:a", **target, **{"text:style-name": "Index_20_Link", "text:visited-style-name": "Index_20_Link"})
            link.text = heading
            link.append(element("text:tab"))
            # An office suite fills these in when it lays the document out; nobody knows the pages before.
            link.append(element("text:bookmark-ref", **{"text:reference-format": "page", "text:ref-name": f"kapitel-{number}"}))
            line = element("text:p", **{"text:style-name": f"Contents_20_{level}"})
            line.append(link)
            body.append(line)
    contents.append(body)
    return contents


def _section(document: Document, automatic: Element, section: Section, numbers: Iterator[int]) -> Iterator[Element]:
    across = bool(section.blocks) and _is_wide(section.blocks[0])
    yield _heading(section.heading, 1, f"h1-{_page(across)}", next(numbers))
    if section.remark:
        yield Paragraph(section.remark, style="Hinweis")
    for block in section.blocks:
        turned = _is_wide(block) != across
        across = _is_wide(block)
        if block.heading:
            yield _heading(block.heading, 2, f"h2-{_page(across)}" if turned else "Heading_20_2", next(numbers))
        yield from _block(document, automatic, block)


def _is_wide(block: Block) -> bool:
    return isinstance(block, TableBlock) and block.is_wide


def _page(across: bool) -> str:
    return "Across" if across else "Standard"


def _heading(text: str, level: int, style: str, number: int) -> Element:
    heading = element("text:h", **{"text:style-name": style, "text:outline-level": str(level)})
    start = element("text:bookmark-start", **{"text:name": f"kapitel-{number}"})
    start.tail = text
    heading.append(start)
    heading.append(element("text:bookmark-end", **{"text:name": f"kapitel-{number}"}))
    return heading


def _block(document: Document, automatic: Element, block: Block) -> Iterator[Element]:
    if isinstance(block, TextBlock):
        for text in block.paragraphs:
            yield Paragraph(text, style="Text_20_body")
    elif isinstance(block, ProfileBlock):
        picture = chart_png(block.profile)
        document.set_part(_PICTURE, picture)
        document.manifest.add_full_path(_PICTURE, "image/png")
        frame = Frame.image_frame(_PICTURE, size=("16cm", _height_at_16_cm(picture)), anchor_type="as-char", style="picture")
        frame.svg_title, frame.svg_description = block.heading, chart_text(block.profile)
        line = element("text:p", **{"text:style-name": "Text_20_body"})
        line.append(frame)
        yield line
        yield from _table(automatic, block.table)
    else:
        yield from _table(automatic, block)


def _height_at_16_cm(picture: bytes) -> str:
    # Width and height stand in a PNG's bytes 16 to 23 (PNG specification, 11.2.2 IHDR).
    width, height = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
    return f"{16 * height / width:.2f}cm"


def _table(automatic: Element, table: TableBlock) -> Iterator[Element]:
    number = len(automatic.children)
    room = 25.0 if table.is_wide else 16.3
    made = element("table:table", **{"table:name": f"Tabelle{number}", "table:style-name": f"t{number}"})
    automatic.append(
        Element.from_tag(
            f'<style:style style:name="t{number}" style:family="table"><style:table-properties style:width="{room}cm" '
            'table:align="left" fo:margin-bottom="0.4cm"/></style:style>'
        )
    )
    for place, width in enumerate(table.widths):
        name = f"t{number}-{place}"
        automatic.append(
            Element.from_tag(
                f'<style:style style:name="{name}" style:family="table-column">'
                f'<style:table-column-properties style:column-width="{room * width:.2f}cm"/></style:style>'
            )
        )
        made.append(element("table:table-column", **{"table:style-name": name}))
    # Header rows come again on each page and name the columns to a screen reader.
    header = element("table:table-header-rows")
    header.append(_row(table.header, "head", "Table_20_Heading"))
    made.append(header)
    for row in table.rows:
        made.append(_row(row, "cell", "Table_20_Contents"))
    yield made


def _row(texts: tuple[str, ...], cell_style: str, style: str) -> Element:
    row = element("table:table-row", **{"table:style-name": "row"})
    for text in texts:
        # Always a string: a cell that begins with = is no formula.
        cell = element("table:table-cell", **{"table:style-name": cell_style, "office:value-type": "string"})
        cell.append(Paragraph(text, style=style))
        row.append(cell)
    return row
