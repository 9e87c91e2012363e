"""Lists the kept versions with who uses them, for operators."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.models import Attempt, ContentVersion, Course


@dataclass(frozen=True)
class KeptVersion:
    version: str
    programme_slug: str
    dated_on: date | None
    note: str
    sha256: str
    archive_bytes: int
    first_seen_at: datetime
    courses: int
    open_attempts: int


def list_versions(session: Session) -> list[KeptVersion]:
    """Give all kept versions, the newest first."""
    courses = (
        select(func.count(Course.id))
        .where(Course.programme_slug == ContentVersion.programme_slug, Course.programme_version == ContentVersion.version)
        .scalar_subquery()
    )
    attempts = (
        select(func.count(Attempt.id))
        .where(Attempt.programme_version == ContentVersion.version, Attempt.submitted_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            ContentVersion.version,
            ContentVersion.programme_slug,
            ContentVersion.dated_on,
            ContentVersion.note,
            ContentVersion.sha256,
            func.length(ContentVersion.archive),
            ContentVersion.first_seen_at,
            courses,
            attempts,
        ).order_by(ContentVersion.id.desc())
    )
    return [KeptVersion(*row) for row in rows]
