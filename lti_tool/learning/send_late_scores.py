"""Sends a score to links that somebody launched only after they had passed the module."""

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.domain.programme import Module
from lti_tool.domain.score import score_of
from lti_tool.learning.footprint import Footprint, footprint_of
from lti_tool.passback.outbox import enqueue_for_link, links_without_delivery


def is_score_unsent(session: Session, visitor: Visitor, module: Module, footprint: Footprint) -> bool:
    """Tell whether a link still waits for this user's score; only reads."""
    if not visitor.is_participant or module.slug not in footprint.completed_at:
        return False
    return bool(links_without_delivery(session, user_id=visitor.user_id, module_slug=module.slug))


def send_late_scores(session: Session, visitor: Visitor, module: Module, *, now: datetime) -> None:
    """Put the score of a passed module on its way to every launched link that has not got it."""
    footprint = footprint_of(session, visitor.user_id)
    score = score_of(footprint.tries_at(module))
    if score is None or not is_score_unsent(session, visitor, module, footprint):
        return
    for link_id in links_without_delivery(session, user_id=visitor.user_id, module_slug=module.slug):
        enqueue_for_link(session, user_id=visitor.user_id, resource_link_id=link_id, score_given=score, now=now)
