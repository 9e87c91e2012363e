"""Which modules a course has placed: electives are there for nobody else."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models import ResourceLink


def placed_modules(session: Session, course_id: int) -> frozenset[str]:
    """Give the slugs of the modules that a course's links stand for."""
    return frozenset(
        session.scalars(
            select(ResourceLink.module_slug)
            .where(ResourceLink.course_id == course_id, ResourceLink.module_slug.is_not(None))
            .distinct()
        )
    )
