"""Writes a form as ODT."""

from datetime import datetime

from lti_tool.domain.content.downloads import (
    Download,
    FormChoice,
    FormField,
    FormHeading,
    FormList,
    FormNote,
    FormParagraph,
    FormPart,
    FormTable,
)
from lti_tool.domain.content.programme import Programme
from lti_tool.office.odt import Description, Odt

_BOX = "☐"


def write_text(programme: Programme, download: Download, *, made_at: datetime) -> bytes:
    """Write a form with its title, where it comes from, and its parts."""
    document = Odt(
        Description(
            title=download.title,
            subject=download.summary,
            header=download.title,
            language="de-DE" if programme.language == "de" else programme.language,
            author=programme.title,
        ),
        made_at=made_at,
    )
    document.paragraph(download.title, "Title")
    document.paragraph(download.summary, "Hinweis")
    for part in download.parts:
        _write(document, part)
    document.paragraph(f"Vorlage aus dem Programm {programme.title}, Stand {download.as_of:%d.%m.%Y}.", "Hinweis")
    return document.as_bytes()


def _write(document: Odt, part: FormPart) -> None:
    match part:
        case FormHeading(level, text):
            document.heading(text, level)
        case FormParagraph(text):
            document.paragraph(text)
        case FormNote(text):
            document.paragraph(f"Hinweis: {text}", "Hinweis")
        case FormList(entries, is_numbered):
            document.bullets(entries, is_numbered=is_numbered)
        case FormField(label, hint, lines):
            document.field(label, hint, lines)
        case FormChoice(label, options):
            document.paragraph(label, "Feldname")
            for option in options:
                document.paragraph(f"{_BOX} {option}")
        case FormTable(caption, columns, widths, rows, empty_rows):
            empty = [[""] * len(columns)] * empty_rows
            document.table(caption, columns, [*rows, *empty], widths)
