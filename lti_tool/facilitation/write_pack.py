"""Writes a facilitator pack as ODT, to be changed for one's own group."""

from collections.abc import Iterator
from datetime import datetime

from lti_tool.booklet.branches import Branch, branches_of, text_of
from lti_tool.facilitation.compose_pack import PackDocument
from lti_tool.office.odt import Description, Odt

_LISTS = {"ul": False, "ol": True}


def write_pack(document: PackDocument, *, made_at: datetime) -> bytes:
    """Write all parts from top to bottom; each card begins a page."""
    odt = Odt(
        Description(
            title=document.title,
            subject=document.session_title,
            header=f"{document.title} · {document.edition}",
            language="de-DE" if document.content_language == "de" else document.content_language,
            author=document.programme,
        ),
        made_at=made_at,
    )
    odt.paragraph(document.title, "Title")
    odt.paragraph(document.session_title, "Subtitle")
    odt.paragraph(document.subtitle, "Hinweis")
    for part in document.parts:
        odt.heading(part.title, part.level - 1, begins_page=part.is_card)
        for branch in branches_of(part.html):
            _write(odt, branch, part.title)
    return odt.as_bytes()


def _write(odt: Odt, branch: Branch, title: str) -> None:
    if isinstance(branch, str):
        odt.paragraph(branch)
        return
    tag = branch["tag"]
    if tag in _LISTS:
        odt.bullets([_line(item) for item in branch["kids"]], is_numbered=_LISTS[tag])
    elif tag == "table":
        head, *rows = [[_line(cell) for cell in row["kids"]] for row in _rows(branch)]
        longest = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
        odt.table(title, head, rows, [min(max(length, 8), 40) for length in longest])
    elif tag in ("div", "blockquote"):
        for kid in branch["kids"]:
            _write(odt, kid, title)
    else:
        odt.paragraph(_line(branch))


def _rows(table: Branch) -> Iterator[dict[str, list[dict[str, list[Branch]]]]]:
    assert isinstance(table, dict)
    for part in table["kids"]:
        yield from part["kids"]


def _line(branch: Branch) -> str:
    return " ".join(text_of(branch).split())
