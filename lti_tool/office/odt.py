"""Builds a text document (ODT). All texts go in as text nodes, never as fields or markup."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from odfdo import Document, Element, Paragraph

STYLES = Path(__file__).with_name("styles.xml")
"""Common styles, which a document's reader may change."""
_WIDTH = 16.3
_AUTOMATIC = (
    '<style:style style:name="cell" style:family="table-cell"><style:table-cell-properties fo:padding="0.12cm" '
    'fo:border="0.5pt solid #b8c2d0"/></style:style>',
    '<style:style style:name="head" style:family="table-cell"><style:table-cell-properties fo:padding="0.12cm" '
    'fo:border="0.5pt solid #b8c2d0" fo:background-color="#eef1f6"/></style:style>',
    '<style:style style:name="row" style:family="table-row"><style:table-row-properties style:min-row-height="0.8cm" '
    'fo:keep-together="always"/></style:style>',
    *(
        f'<style:style style:name="page{level}" style:family="paragraph" style:parent-style-name="Heading_20_{level}">'
        '<style:paragraph-properties fo:break-before="page"/></style:style>'
        for level in (1, 2, 3)
    ),
)


@dataclass(frozen=True)
class Description:
    """What a document says of itself; `header` stands on each page."""

    title: str
    subject: str
    header: str
    language: str
    author: str


class Odt:
    """One document, written from top to bottom."""

    def __init__(self, description: Description, *, made_at: datetime) -> None:
        self._document = Document("text")
        self._document.set_part("styles.xml", STYLES.read_bytes())
        for header in self._document.styles.get_elements("//style:header/text:p"):
            header.text = description.header
        self._describe(description, made_at)
        automatic = self._document.content.get_element("//office:automatic-styles")
        assert automatic is not None
        self._automatic = automatic
        for style in _AUTOMATIC:
            automatic.append(Element.from_tag(style))
        self._body = self._document.body
        self._body.clear()
        self._tables = 0

    def heading(self, text: str, level: int, *, begins_page: bool = False) -> None:
        style = f"page{level}" if begins_page else f"Heading_20_{level}"
        heading = element("text:h", **{"text:style-name": style, "text:outline-level": str(level)})
        heading.text = text
        self._body.append(heading)

    def paragraph(self, text: str, style: str = "Text_20_body") -> None:
        """Write a text; an empty line in it begins a new paragraph."""
        for part in text.split("\n\n"):
            self._body.append(Paragraph(" ".join(part.split()), style=style))

    def bullets(self, entries: Sequence[str], *, is_numbered: bool = False) -> None:
        made = element("text:list", **{"text:style-name": "Numbers" if is_numbered else "Bullets"})
        for entry in entries:
            item = element("text:list-item")
            item.append(Paragraph(entry, style="Text_20_body"))
            made.append(item)
        self._body.append(made)

    def field(self, label: str, hint: str, lines: int) -> None:
        """Write a place to fill in: its label, then a placeholder that goes when somebody types over it."""
        self._body.append(Paragraph(label, style="Feldname"))
        line = element("text:p", **{"text:style-name": "Eingabe"})
        place = element("text:placeholder", **{"text:placeholder-type": "text", "text:description": hint})
        place.text = f"<{hint}>"
        line.append(place)
        for _ in range(lines - 1):
            line.append(element("text:line-break"))
        self._body.append(line)

    def table(self, caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """Write a table; its head row comes again on each page and names the columns to a screen reader."""
        self._tables += 1
        name = f"t{self._tables}"
        self._body.append(Paragraph(caption, style="Feldname"))
        made = element("table:table", **{"table:name": f"Tabelle{self._tables}", "table:style-name": name})
        title = element("table:title")
        title.text = caption
        made.append(title)
        self._automatic.append(
            Element.from_tag(
                f'<style:style style:name="{name}" style:family="table"><style:table-properties style:width="{_WIDTH}cm" '
                'table:align="left" fo:margin-bottom="0.4cm"/></style:style>'
            )
        )
        for place, width in enumerate(widths):
            self._automatic.append(
                Element.from_tag(
                    f'<style:style style:name="{name}-{place}" style:family="table-column"><style:table-column-properties '
                    f'style:column-width="{_WIDTH * width / sum(widths):.2f}cm"/></style:style>'
                )
            )
            made.append(element("table:table-column", **{"table:style-name": f"{name}-{place}"}))
        head = element("table:table-header-rows")
        head.append(_row(header, "head", "Table_20_Heading"))
        made.append(head)
        for row in rows:
            made.append(_row(row, "cell", "Table_20_Contents"))
        self._body.append(made)

    def as_bytes(self) -> bytes:
        stream = io.BytesIO()
        self._document.save(stream)
        return stream.getvalue()

    def _describe(self, description: Description, made_at: datetime) -> None:
        meta = self._document.meta
        meta.title, meta.subject, meta.language = description.title, description.subject, description.language
        meta.creator = meta.initial_creator = description.author
        # Without an offset, as odfdo writes it, a moment is in nobody's time zone in particular; seconds suffice.
        meta.creation_date = meta.date = made_at.replace(tzinfo=None, microsecond=0)
        meta.generator = "lti-tool"


def element(tag: str, **attributes: str) -> Element:
    """Make an element with its attributes."""
    made = Element.from_tag(tag)
    for name, value in attributes.items():
        made.set_attribute(name, value)
    return made


def _row(texts: Sequence[str], cell_style: str, style: str) -> Element:
    row = element("table:table-row", **{"table:style-name": "row"})
    for text in texts:
        # Always a string: a cell that begins with = is no formula.
        cell = element("table:table-cell", **{"table:style-name": cell_style, "office:value-type": "string"})
        cell.append(Paragraph(text, style=style))
        row.append(cell)
    return row
