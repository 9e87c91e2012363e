"""Which cases somebody has marked for their strategy draft."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.case_studies import CaseStudy
from lti_tool.domain.content.programme import Programme
from lti_tool.models import MarkedCase


def marked_cases(session: Session, programme: Programme, *, user_id: int) -> tuple[CaseStudy, ...]:
    """Give them as they were marked, the first one first; one that this version of the programme lacks is left out."""
    marked = session.scalars(
        select(MarkedCase.case_id)
        .where(MarkedCase.user_id == user_id, MarkedCase.programme_slug == programme.slug)
        .order_by(MarkedCase.marked_at, MarkedCase.id)
    )
    found = (programme.library.find(case_id) for case_id in marked)
    return tuple(study for study in found if study is not None)
