"""Turns a draft into a file to take home: ODT, DOCX or PDF."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lti_tool.domain.programme import Programme
from lti_tool.workbook import write_docx as docx
from lti_tool.workbook import write_odt as odt
from lti_tool.workbook.draft import Draft
from lti_tool.workbook.manuscript import Manuscript, ReifegradProfile, compose_manuscript
from lti_tool.workbook.typeset import typeset_draft

# The draft is German, and so is its date, wherever the server stands.
_ZONE = ZoneInfo("Europe/Berlin")
_UMLAUTS = str.maketrans("äöüÄÖÜ", "aouAOU") | {ord("ß"): "ss"}


class FileFormat(StrEnum):
    """What a draft can be taken home as."""

    ODT = "odt"
    DOCX = "docx"
    PDF = "pdf"


@dataclass(frozen=True)
class ExportedDocument:
    content: bytes
    media_type: str
    file_name: str


_WRITERS: Mapping[FileFormat, tuple[str, Callable[[Manuscript, datetime], bytes]]] = {
    FileFormat.ODT: (odt.MEDIA_TYPE, lambda manuscript, made_at: odt.write_odt(manuscript, made_at=made_at)),
    FileFormat.DOCX: (docx.MEDIA_TYPE, lambda manuscript, made_at: docx.write_docx(manuscript, made_at=made_at)),
    FileFormat.PDF: ("application/pdf", lambda manuscript, made_at: typeset_draft(manuscript, made_at=made_at)),
}


def manuscript_of(
    programme: Programme, draft: Draft, *, includes_restricted: bool, profile: ReifegradProfile | None, now: datetime
) -> Manuscript:
    """Put the document together as of now."""
    return compose_manuscript(
        programme, draft, includes_restricted=includes_restricted, profile=profile, on=now.astimezone(_ZONE).date()
    )


def export_draft(
    programme: Programme,
    draft: Draft,
    file_format: FileFormat,
    *,
    includes_restricted: bool,
    profile: ReifegradProfile | None,
    now: datetime,
) -> ExportedDocument:
    """Write a draft as a file. Takes up to a second of computing: call it with no transaction open."""
    manuscript = manuscript_of(programme, draft, includes_restricted=includes_restricted, profile=profile, now=now)
    media_type, write = _WRITERS[file_format]
    day = now.astimezone(_ZONE).date()
    place = f"-{_plain(manuscript.municipality)}" if _plain(manuscript.municipality) else ""
    return ExportedDocument(
        write(manuscript, now), media_type, f"Digitalstrategie-Entwurf{place}-{day.isoformat()}.{file_format}"
    )


def _plain(text: str) -> str:
    """Give what of a name can stand in a file name everywhere."""
    text = text.translate(_UMLAUTS)
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[:40].strip("-")
