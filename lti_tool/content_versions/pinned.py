"""Which programme a course is pinned to, and which modules the kept versions have."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models import ContentVersion, Course


def slug_of_course(session: Session, registration_id: int, context_id: str | None) -> str | None:
    """Name the programme of a course as its platform calls it; None: it has none, or is not known."""
    if context_id is None:
        return None
    query = select(Course.programme_slug).where(Course.registration_id == registration_id, Course.context_id == context_id)
    return session.scalars(query.order_by(Course.last_seen_at.desc())).first()


def programmes_with(session: Session, module_slug: str) -> list[str]:
    """Name the programmes of which any kept version has a module, the one that had it last first."""
    rows = session.execute(select(ContentVersion.programme_slug, ContentVersion.module_slugs).order_by(ContentVersion.id.desc()))
    return list(dict.fromkeys(slug for slug, modules in rows if module_slug in modules.split()))
