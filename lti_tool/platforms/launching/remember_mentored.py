"""Remember whom a mentor accompanies, as their latest launch says."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.models import Mentoring


def remember_mentored(session: Session, visitor: Visitor, subs: tuple[str, ...] | None, *, now: datetime) -> None:
    """Keep the people of the claim `role_scope_mentor`; None: the claim was absent, and an older one counts no more."""
    if visitor.course_id is None:
        return
    session.execute(delete(Mentoring).where(Mentoring.user_id == visitor.user_id, Mentoring.course_id == visitor.course_id))
    if subs is not None:
        session.add(Mentoring(user_id=visitor.user_id, course_id=visitor.course_id, subs=sorted(set(subs)), told_at=now))
