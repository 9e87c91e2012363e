"""Hands in an attempt: mark, completion, score and certificate in one transaction."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.people import Member, Visitor
from lti_tool.domain.rules.marking import Mark, mark
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.rules.time_limit import is_over
from lti_tool.learning.content import get_module
from lti_tool.learning.quiz.attempt_rows import get_attempt, questions_of
from lti_tool.models import Attempt
from lti_tool.progress.settle import settle

log = logging.getLogger(__name__)


def submit_quiz(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    module_slug: str,
    number: int,
    *,
    drawn_from: Programme | None = None,
    now: datetime,
) -> Mark | None:
    """Mark what is saved of the visitor's attempt and draw the consequences.

    Handing in twice (double click, back button, second tab) marks once.

    Args:
        syllabus: what the course learns with now: it says what else belongs to the module.
        drawn_from: what the attempt was drawn from, where the course has moved on since; it says what is right.
    Returns:
        The mark; None: the attempt was handed in before.
    Raises:
        NotFound: there is no such module, or the visitor has no such attempt.
    """
    module = get_module(drawn_from or syllabus.programme, module_slug)
    attempt = get_attempt(session, visitor, module, number, lock=True)
    if attempt.submitted_at is not None:
        return None
    return hand_in(session, syllabus, visitor, module, attempt, now=now)


def hand_in(session: Session, syllabus: Syllabus, owner: Member, module: Module, attempt: Attempt, *, now: datetime) -> Mark:
    """Mark an open attempt that this transaction has locked; one whose time is over counts as handed in at its end.

    Args:
        module: as the attempt was drawn from it.
    """
    questions = questions_of(session, attempt, module)
    result = mark(
        [question.item for question in questions],
        [question.answer for question in questions],
        pass_mark_pct=attempt.pass_mark_pct,
    )
    for question, points in zip(questions, result.per_item, strict=True):
        question.row.points = float(points)
    attempt.is_ended_by_time = is_over(attempt.ends_at, now)
    attempt.submitted_at = attempt.ends_at if attempt.is_ended_by_time else now
    attempt.points = result.points
    attempt.is_passed = result.is_passed
    log.info(
        "attempt_submitted",
        extra={"attempt": attempt.id, "user": owner.user_id, "module_slug": module.slug, "by_time": attempt.is_ended_by_time},
    )
    # A module that the course's version has no more can still be passed by whoever has begun it.
    settle(session, syllabus, owner, syllabus.programme.find_module(module.slug) or module, now=now)
    return result
