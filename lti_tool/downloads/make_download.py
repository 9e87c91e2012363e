"""Makes a form into the file that people take home."""

from datetime import UTC, datetime, time

from lti_tool.domain.content.downloads import Download
from lti_tool.domain.content.programme import Programme

MEDIA_TYPES = {
    "odt": "application/vnd.oasis.opendocument.text",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def make_download(programme: Programme, download: Download) -> bytes:
    """Write a form. The same programme makes the same content at any time: it bears the day of the form, not of today."""
    made_at = datetime.combine(download.as_of, time(), UTC)
    # Each with the first such file: their libraries hold 2 and 8 MB of every web process.
    if download.sheets:
        from lti_tool.downloads.write_sheets import write_sheets  # noqa: PLC0415

        return write_sheets(programme, download, made_at=made_at)
    from lti_tool.downloads.write_text import write_text  # noqa: PLC0415

    return write_text(programme, download, made_at=made_at)
