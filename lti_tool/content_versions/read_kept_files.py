"""Reads the files of a programme's newest kept version, for who wants to see what changed since."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models import ContentVersion


@dataclass(frozen=True)
class KeptFiles:
    version: str
    kept_at: datetime
    files: Mapping[str, bytes]


def read_kept_files(session: Session, programme_slug: str) -> KeptFiles | None:
    """Give the newest kept version; None: none was kept."""
    row = session.execute(
        select(ContentVersion.version, ContentVersion.first_seen_at, ContentVersion.archive)
        .where(ContentVersion.programme_slug == programme_slug)
        .order_by(ContentVersion.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    with zipfile.ZipFile(io.BytesIO(row.archive)) as archive:
        return KeptFiles(row.version, row.first_seen_at, {name: archive.read(name) for name in archive.namelist()})
