"""An instructor sends scores of their course again: one, or all that have not arrived."""

import logging
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.people import Visitor
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import LineItemRow, ResourceLink, ScoreDelivery
from lti_tool.passback.deliveries import leave_empty, retry_deliveries
from lti_tool.passback.delivery import EMPTIED, MISSING

log = logging.getLogger(__name__)


def resend_score(session: Session, visitor: Visitor, delivery_id: int, *, now: datetime) -> bool:
    """Send one score again; False: it is on its way at this moment.

    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: the score is none of this course.
    """
    viewer = teaching_viewer_of(session, visitor)
    query = _of_course(viewer.course_id).where(ScoreDelivery.id == delivery_id)
    if session.scalar(query) is None:
        raise NotFound(N_("Diese Note gehört nicht zu Ihrem Kurs."), next_step=N_("Unter „Kurs“ stehen alle Teilnehmenden."))
    return bool(_retry(session, visitor, [delivery_id], now))


def resend_late_scores(session: Session, visitor: Visitor, *, now: datetime) -> int:
    """Send all scores of the course again that have not arrived, and count them.

    Raises:
        Forbidden: the visitor does not teach here.
    """
    viewer = teaching_viewer_of(session, visitor)
    is_late = or_(ScoreDelivery.state == "parked", (ScoreDelivery.state == "waiting") & (ScoreDelivery.tries > 0))
    return _retry(session, visitor, list(session.scalars(_of_course(viewer.course_id).where(is_late))), now)


def answer_emptied(session: Session, visitor: Visitor, *, fills: bool, now: datetime) -> int:
    """Do what an instructor wants with scores that somebody has emptied in the gradebook; return how many that were.

    Args:
        fills: send them again; else they stay as they are, and nobody is asked again.
    Raises:
        Forbidden: the visitor does not teach here.
    """
    viewer = teaching_viewer_of(session, visitor)
    is_asked_about = (ScoreDelivery.state == MISSING) & (ScoreDelivery.last_error == EMPTIED)
    ids = list(session.scalars(_of_course(viewer.course_id).where(is_asked_about)))
    if fills:
        return _retry(session, visitor, ids, now)
    count = leave_empty(session, ids, now=now)
    log.info("scores_left_empty", extra={"user": visitor.user_id, "count": count})
    return count


def _of_course(course_id: int) -> Select[int]:
    return (
        select(ScoreDelivery.id)
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(or_(ResourceLink.course_id == course_id, LineItemRow.course_id == course_id))
    )


def _retry(session: Session, visitor: Visitor, ids: list[int], now: datetime) -> int:
    sent = retry_deliveries(session, ids, now=now) if ids else ()
    log.info("scores_sent_again", extra={"user": visitor.user_id, "count": len(sent)})
    return len(sent)
