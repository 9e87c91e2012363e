"""Which version a course is pinned to, and which modules the kept versions have."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models import ContentVersion, Course


def version_of_course(session: Session, course_id: int) -> str | None:
    """Give the version that a course learns with; None: none was noted yet, so the newest."""
    return session.scalar(select(Course.programme_version).where(Course.id == course_id))


def is_module_kept(session: Session, slug: str) -> bool:
    """Tell whether any kept version has a module of that name."""
    return any(slug in slugs.split() for slugs in session.scalars(select(ContentVersion.module_slugs)))
