"""Which modules a course has placed, as far as anybody can know: what is launched, what was handed over, what has a column.

The one place that knows this rule; `Programme.offering` makes of it what a course lists, counts and asks for.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import Session

from lti_tool.models import ColumnLook, Course, LineItemRow, OfferedItem, ResourceLink


def placed_slugs_in_one_text(course_id: ColumnElement[int]) -> Any:
    """Return, as part of a statement, the slugs of a course's modules with blanks between them; NULL: none is known.

    Keys of pages may be among them: they are slugs of no module.
    """
    slugs = placed_slugs(course_id).subquery()
    return select(func.aggregate_strings(slugs.c.slug, " ")).scalar_subquery()


def placed_slugs(course_id: ColumnElement[int]) -> Any:
    """Choose the slugs of a course's modules, each once.

    - A link that somebody has launched, unless the platform said afterwards that its column is gone, or listed the course's
      columns without it: it was deleted.
    - What was handed over in a deep linking response, unless a look at the course's columns came later and found none for it:
      then it was not saved, or was deleted before anybody opened it.
    - A column in the course's list that belongs to a link which nobody has launched. One that we made ourselves, or that
      belongs to no link, says nothing of what is placed.
    """
    launched: Select[Any] = (
        select(ResourceLink.module_slug.label("slug"))
        .outerjoin(LineItemRow, LineItemRow.resource_link_id == ResourceLink.id)
        .where(
            ResourceLink.course_id == course_id,
            ResourceLink.module_slug.is_not(None),
            or_(LineItemRow.gone_at.is_(None), LineItemRow.gone_at < ResourceLink.last_seen_at),
            or_(LineItemRow.unlisted_at.is_(None), LineItemRow.unlisted_at < ResourceLink.last_seen_at),
        )
    )
    offered: Select[Any] = (
        select(OfferedItem.item.label("slug"))
        .outerjoin(ColumnLook, ColumnLook.course_id == OfferedItem.course_id)
        .where(
            OfferedItem.course_id == course_id,
            or_(ColumnLook.looked_at.is_(None), ColumnLook.problem != "", ColumnLook.looked_at < OfferedItem.offered_at),
        )
    )
    listed: Select[Any] = select(LineItemRow.module_slug.label("slug")).where(
        LineItemRow.course_id == course_id,
        LineItemRow.resource_link_id.is_(None),
        LineItemRow.module_slug.is_not(None),
        LineItemRow.platform_link_id.is_not(None),
        LineItemRow.gone_at.is_(None),
        LineItemRow.unlisted_at.is_(None),
        LineItemRow.is_made_by_us.is_(False),
    )
    return union(launched, offered, listed)


def placed_in_courses(session: Session, course_ids: list[int]) -> Mapping[int, frozenset[str]]:
    """Give the slugs of several courses' modules, by course."""
    rows = session.execute(select(Course.id, placed_slugs_in_one_text(Course.__table__.c.id)).where(Course.id.in_(course_ids)))
    return {course_id: frozenset((slugs or "").split()) for course_id, slugs in rows}
