"""Turns a draft into a file to take home: ODT, DOCX or PDF."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lti_tool.domain.content.case_studies import CaseStudy
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.words.texts_in_files import ascii_file_name
from lti_tool.workbook.take_home.draft import Draft
from lti_tool.workbook.take_home.manuscript import Manuscript, ReifegradProfile, compose_manuscript
from lti_tool.workbook.take_home.typeset_draft import typeset_draft

# The draft is German, and so is its date, wherever the server stands.
_ZONE = ZoneInfo("Europe/Berlin")
# In the file's name.
_PLACE_LENGTH_MAX = 40


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


_MEDIA_TYPES = {
    FileFormat.ODT: "application/vnd.oasis.opendocument.text",
    FileFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileFormat.PDF: "application/pdf",
}


def manuscript_of(
    programme: Programme,
    draft: Draft,
    *,
    includes_restricted: bool,
    profile: ReifegradProfile | None,
    cases: tuple[CaseStudy, ...] = (),
    now: datetime,
) -> Manuscript:
    """Put the document together as of now."""
    day = now.astimezone(_ZONE).date()
    return compose_manuscript(
        programme, draft, includes_restricted=includes_restricted, profile=profile, cases=cases, on=day
    )  # fmt: skip


def export_draft(
    programme: Programme,
    draft: Draft,
    file_format: FileFormat,
    *,
    includes_restricted: bool,
    profile: ReifegradProfile | None,
    cases: tuple[CaseStudy, ...] = (),
    now: datetime,
) -> ExportedDocument:
    """Write a draft as a file. Takes up to a second of computing: call it with no transaction open."""
    manuscript = manuscript_of(
        programme, draft, includes_restricted=includes_restricted, profile=profile, cases=cases, now=now
    )  # fmt: skip
    day = now.astimezone(_ZONE).date()
    place = ascii_file_name(manuscript.municipality, _PLACE_LENGTH_MAX)
    name = "-".join(
        filter(None, (ascii_file_name(manuscript.kind, _PLACE_LENGTH_MAX), place, f"{day.isoformat()}.{file_format}"))
    )
    return ExportedDocument(_write(manuscript, file_format, now), _MEDIA_TYPES[file_format], name)


def _write(manuscript: Manuscript, file_format: FileFormat, now: datetime) -> bytes:
    # With the first draft in such a format: the two libraries hold 12 MB, and most web processes write none.
    if file_format is FileFormat.ODT:
        from lti_tool.workbook.take_home.write_odt import write_odt  # noqa: PLC0415

        return write_odt(manuscript, made_at=now)
    if file_format is FileFormat.DOCX:
        from lti_tool.workbook.take_home.write_docx import write_docx  # noqa: PLC0415

        return write_docx(manuscript, made_at=now)
    return typeset_draft(manuscript, made_at=now)
