"""People who come back to a course: what the platform would not take for them while they were away is sent again."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.models import LaunchedLink, LineItemRow, ResourceLink, ScoreDelivery
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.deliveries import send_again
from lti_tool.passback.delivery import MISSING, NOT_GRADABLE, PARKED, USER_LEFT


def is_held_back(state: str, last_error: str) -> bool:
    """Whether a delivery waits because the platform did not know its person there."""
    return (state, last_error) in ((PARKED, NOT_GRADABLE), (MISSING, USER_LEFT))


def send_to_returned(session: Session, place: GradebookPlace, user_id: int, link_id: int | None, *, now: datetime) -> None:
    """Send again what was held back because they were not there, once for each launch."""
    if link_id is not None:
        ids = session.scalars(_held_back(place, user_id, link_id)).all()
        if ids:
            send_again(session, ids, detail="back in the course", now=now)


def _held_back(place: GradebookPlace, user_id: int, link_id: int) -> Select[int]:
    launched_at = (
        select(LaunchedLink.last_launched_at)
        .where(LaunchedLink.user_id == user_id, LaunchedLink.resource_link_id == link_id)
        .scalar_subquery()
    )
    is_there = (
        (ResourceLink.course_id == place.course_id) | (LineItemRow.course_id == place.course_id)
        if place.course_id is not None
        else ResourceLink.id == place.resource_link_id
    )
    is_away = ((ScoreDelivery.state == PARKED) & (ScoreDelivery.last_error == NOT_GRADABLE)) | (
        (ScoreDelivery.state == MISSING) & (ScoreDelivery.last_error == USER_LEFT)
    )
    return (
        select(ScoreDelivery.id)
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(ScoreDelivery.user_id == user_id, is_there, is_away, ScoreDelivery.scheduled_at < launched_at)
    )
