"""What a passed module's score is, and sending it to links that somebody launched only after they had passed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.completion.requirements import conditions_of
from lti_tool.domain.completion import Part
from lti_tool.domain.people import Visitor
from lti_tool.domain.programme import Module
from lti_tool.domain.score import MAXIMUM, score_of
from lti_tool.learning.footprint import Footprint, footprint_of
from lti_tool.passback.outbox import enqueue_for_link, links_without_delivery


@dataclass(frozen=True)
class DueScore:
    """`only_in` names the one context that is told; None: all of them."""

    given: float
    only_in: int | None = None


def due_score(module: Module, footprint: Footprint, *, context_id: int | None, asks_for_quiz: bool) -> DueScore | None:
    """Tell what the gradebooks are told of a passed module: the best attempt.

    A course that asks for no quiz is told the full points where none was passed: all that it asks for is done, and it would
    else never hear of it. Other courses are told nothing then, because there the quiz may count.
    """
    if not asks_for_quiz and not footprint.is_quiz_passed(module):
        return None if context_id is None else DueScore(MAXIMUM, context_id)
    score = score_of(footprint.tries_at(module)) if footprint.is_quiz_passed(module) else None
    return None if score is None else DueScore(score)


def is_score_unsent(session: Session, visitor: Visitor, module: Module, footprint: Footprint) -> bool:
    """Tell whether a link still waits for this user's score; only reads."""
    return bool(_waiting(session, visitor, module, footprint)[1])


def send_late_scores(session: Session, visitor: Visitor, module: Module, *, now: datetime) -> None:
    """Put the score of a passed module on its way to every launched link that has not got it."""
    due, links = _waiting(session, visitor, module, footprint_of(session, visitor.user_id))
    for link_id in links:
        assert due is not None
        enqueue_for_link(session, user_id=visitor.user_id, resource_link_id=link_id, score_given=due.given, now=now)


def _waiting(session: Session, visitor: Visitor, module: Module, footprint: Footprint) -> tuple[DueScore | None, tuple[int, ...]]:
    if not visitor.is_participant or module.slug not in footprint.completed_at:
        return None, ()
    asks_for_quiz = conditions_of(session, visitor.context_id).asks_for(Part.QUIZ)
    due = due_score(module, footprint, context_id=visitor.context_id, asks_for_quiz=asks_for_quiz)
    if due is None:
        return None, ()
    return due, links_without_delivery(session, user_id=visitor.user_id, module_slug=module.slug, only_in=due.only_in)
