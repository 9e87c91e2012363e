"""Makes a form into the file that people take home."""

from datetime import UTC, datetime, time

from lti_tool.domain.content.downloads import Download
from lti_tool.domain.content.programme import Programme
from lti_tool.downloads.write_text import write_text

MEDIA_TYPES = {
    "odt": "application/vnd.oasis.opendocument.text",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def make_download(programme: Programme, download: Download) -> bytes:
    """Write a form. The same programme makes the same content at any time: it bears the day of the form, not of today."""
    made_at = datetime.combine(download.as_of, time(), UTC)
    if download.sheets:
        from lti_tool.downloads.write_sheets import write_sheets  # noqa: PLC0415 - its library holds 2 MB of every process

        return write_sheets(programme, download, made_at=made_at)
    return write_text(programme, download, made_at=made_at)
