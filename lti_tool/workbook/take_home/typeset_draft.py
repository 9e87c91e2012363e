"""Sets the draft as PDF: tagged, PDF/UA-1, with contents and page numbers; and its chart as a picture for the other formats."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.typesetting.letters import all_printable, printable, unprintable
from lti_tool.typesetting.typst_process import DocumentTooLarge, run_typst
from lti_tool.workbook.take_home.chart import chart_svg, chart_text
from lti_tool.workbook.take_home.manuscript import (
    CONTENTS,
    STATUS_LINE,
    Block,
    Manuscript,
    ProfileBlock,
    ReifegradProfile,
    Section,
    TableBlock,
    TextBlock,
)

_TEMPLATE = Path(__file__).parent.parent / "template" / "draft.typ"
_PICTURE = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'


class DraftTooLarge(ToolError):
    """The draft is too long to be set as PDF."""

    status = 422
    code = "draft_too_large"

    def __init__(self) -> None:
        super().__init__(
            N_("Ihr Entwurf ist für ein PDF zu umfangreich."),
            next_step=N_("Laden Sie ihn als ODT oder DOCX herunter und speichern Sie ihn im Schreibprogramm als PDF."),
        )


def typeset_draft(manuscript: Manuscript, *, made_at: datetime) -> bytes:
    """Set a draft; the same manuscript and moment give the same bytes. Letters that the font lacks are replaced.

    Raises:
        DraftTooLarge, TypesettingBusy.
    """
    try:
        return run_typst(
            _TEMPLATE,
            format="pdf",
            # As JSON in an input, never formatted into the source: a text like `#eval(…)` stays text.
            sys_inputs={"draft": json.dumps(all_printable(_document(manuscript)))},
            pdf_standards=["ua-1"],
            timestamp=int(made_at.timestamp()),
        )
    except DocumentTooLarge as err:
        raise DraftTooLarge from err


@dataclass(frozen=True)
class LostSign:
    """A sign that the PDF cannot show, and shows a replacement for."""

    sign: str
    count: int
    places: tuple[str, ...]
    """Headings of the chapters and fields where it stands."""


def signs_lost_in_pdf(manuscript: Manuscript) -> tuple[LostSign, ...]:
    """List what of a draft a PDF cannot show, the most frequent first; ODT and DOCX keep it."""
    counts: Counter[str] = Counter()
    places: dict[str, dict[str, None]] = {}
    for place, text in _texts(manuscript):
        for sign in unprintable(text):
            counts[sign] += 1
            places.setdefault(sign, {})[place] = None
    return tuple(LostSign(sign, count, tuple(places[sign])) for sign, count in counts.most_common())


def _texts(manuscript: Manuscript) -> Iterator[tuple[str, str]]:
    yield from (("Deckblatt", text) for text in (manuscript.title, manuscript.municipality, manuscript.author, manuscript.as_of))
    for section in manuscript.sections:
        for block in section.blocks:
            place = f"{section.heading}: {block.heading}" if block.heading else section.heading
            if isinstance(block, TextBlock):
                yield from ((place, text) for text in block.paragraphs)
            else:
                table = block.table if isinstance(block, ProfileBlock) else block
                yield from ((place, cell) for row in table.rows for cell in row)


def chart_png(profile: ReifegradProfile) -> bytes:
    """Draw the chart as a picture in print resolution; office suites differ in what SVG they show."""
    return run_typst(_PICTURE, format="png", ppi=220, sys_inputs={"svg": printable(chart_svg(profile))})


def _document(manuscript: Manuscript) -> dict[str, Any]:
    return {
        "name": manuscript.name,
        "title": manuscript.title,
        "kind": manuscript.kind,
        "municipality": manuscript.municipality,
        "author": manuscript.author,
        "status": STATUS_LINE,
        "cover": [list(line) for line in manuscript.cover_lines],
        "origin": f"Geschrieben im Programm {manuscript.programme}.",
        "contents": CONTENTS,
        "sections": [
            {"heading": section.heading, "remark": section.remark, "runs": list(_runs(section))}
            for section in manuscript.sections
        ],
    }


def _runs(section: Section) -> Iterator[dict[str, Any]]:
    """Join neighbouring blocks of one page format: wide tables lie across. A chapter begins upright with its heading."""
    runs = [
        {"wide": wide, "blocks": [_block(block) for block in blocks]}
        for wide, blocks in groupby(section.blocks, key=lambda block: isinstance(block, TableBlock) and block.is_wide)
    ]
    yield from runs or [{"wide": False, "blocks": []}]


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, TextBlock):
        return {"kind": "text", "heading": block.heading, "paragraphs": list(block.paragraphs)}
    if isinstance(block, ProfileBlock):
        table = _table(block.table)
        return {
            **table,
            "kind": "profile",
            "heading": block.heading,
            "svg": chart_svg(block.profile),
            "alt": chart_text(block.profile),
        }
    return {"kind": "table", "heading": block.heading, **_table(block)}


def _table(table: TableBlock) -> dict[str, Any]:
    return {"header": list(table.header), "rows": [list(row) for row in table.rows], "widths": list(table.widths)}
