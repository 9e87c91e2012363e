"""Marks a case for one's own strategy draft, or takes the mark away."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.case_library.open_case import get_case
from lti_tool.domain.content.programme import Programme
from lti_tool.models import MarkedCase


def mark_case(session: Session, programme: Programme, *, user_id: int, case_id: str, is_marked: bool, now: datetime) -> None:
    """Keep whether a case is marked; saying the same again changes nothing.

    Raises:
        NotFound: the library has none of that name.
    """
    study = get_case(programme, case_id)
    if not is_marked:
        session.execute(
            delete(MarkedCase).where(
                MarkedCase.user_id == user_id, MarkedCase.programme_slug == programme.slug, MarkedCase.case_id == study.id
            )
        )
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(MarkedCase)
        .values(user_id=user_id, programme_slug=programme.slug, case_id=study.id, marked_at=now)
        .on_conflict_do_nothing(index_elements=["user_id", "programme_slug", "case_id"])
    )
