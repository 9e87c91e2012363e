"""Shows what became of an attempt: points, feedback on what was chosen, full solutions where they are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Lesson, Module, Programme
from lti_tool.domain.items import Item
from lti_tool.domain.items.base import Answer, Extent, Remark
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.attempts import QuizStanding
from lti_tool.domain.rules.completion import MissingCondition, missing
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.errors import Conflict
from lti_tool.learning.content import get_module
from lti_tool.learning.list_modules import is_certificate_near, next_module_of
from lti_tool.learning.open_module import first_unread
from lti_tool.learning.quiz.attempt_rows import DrawnQuestion, get_attempt, questions_of
from lti_tool.messages import N_
from lti_tool.passback.delivery_status import DeliveryStatus, delivery_status
from lti_tool.progress.contributions import contributions_of
from lti_tool.progress.course_rules import standing_of
from lti_tool.progress.due_scores import place_of
from lti_tool.progress.footprint import footprint_of
from lti_tool.progress.requirements import requirements_of


class AnswerVerdict(StrEnum):
    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    UNANSWERED = "unanswered"
    WITHDRAWN = "withdrawn"


class StillOpen(Conflict):
    """The attempt has not been handed in: there is nothing to show yet."""

    code = "still_open"

    def __init__(self) -> None:
        super().__init__(
            N_("Dieser Versuch ist noch nicht abgegeben."), next_step=N_("Setzen Sie ihn fort und geben Sie ihn am Ende ab.")
        )


@dataclass(frozen=True)
class ItemReview:
    position: int
    item: Item | None
    points: float
    verdict: AnswerVerdict
    answer: Answer | None
    remarks: tuple[Remark, ...]
    lesson: Lesson | None
    """Where it is taught."""
    is_unreadable: bool = False
    """What was typed is no number."""

    @property
    def kind(self) -> str:
        """Name the type of the question; empty where it was withdrawn."""
        return "" if self.item is None else self.item.kind


@dataclass(frozen=True)
class AttemptReview:
    module: Module
    number: int
    submitted_at: datetime
    is_ended_by_time: bool
    points: float
    points_possible: int
    pct: float
    pass_mark_pct: int
    is_passed: bool
    is_best: bool
    items: tuple[ItemReview, ...]
    shows_solutions: bool
    """Only then may a page show `item`'s right answers and its explanation."""
    stands: QuizStanding
    missing: tuple[MissingCondition, ...]
    completed_at: datetime | None
    delivery: DeliveryStatus | None
    next_lesson: Lesson | None
    next_module: Module | None
    lessons_to_repeat: tuple[Lesson, ...]
    path: tuple[tuple[Module, bool], ...]
    """The modules of the course, and which of them are passed."""
    is_certificate_near: bool
    """See `list_modules.is_certificate_near`."""
    """The required modules, each with whether it is completed."""

    @property
    def modules_done(self) -> int:
        return sum(is_done for _, is_done in self.path)


def review_attempt(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    module_slug: str,
    number: int,
    *,
    drawn_from: Programme | None = None,
    now: datetime,
) -> AttemptReview:
    """Gather the result of an attempt.

    Args:
        syllabus: what the course learns with now: lessons to read and what comes next are found there.
        drawn_from: what the attempt was drawn from, where the course has moved on since: its questions are shown as they were.
    Raises:
        NotFound: there is no such attempt.
        StillOpen: it has not been handed in.
    """
    programme = syllabus.programme
    drawn_module = get_module(drawn_from or programme, module_slug)
    module = programme.find_module(module_slug) or drawn_module
    attempt = get_attempt(session, visitor, module, number)
    if attempt.submitted_at is None or attempt.points is None:
        raise StillOpen
    footprint = footprint_of(session, visitor.user_id)
    stands = standing_of(syllabus, footprint, module, now=now)
    items = tuple(_review(question, module) for question in questions_of(session, attempt, drawn_module))
    completed_at = footprint.completed_at.get(module.slug)
    requirements = requirements_of(session, programme, visitor.course_id, conditions=syllabus.conditions)
    evidence = footprint.evidence(module, contributions_of(session, requirements, [visitor.user_id]), visitor.user_id)
    return AttemptReview(
        module=module,
        number=number,
        submitted_at=attempt.submitted_at,
        is_ended_by_time=attempt.is_ended_by_time,
        points=attempt.points,
        points_possible=attempt.points_possible,
        pct=100 * attempt.points / attempt.points_possible,
        pass_mark_pct=attempt.pass_mark_pct,
        is_passed=bool(attempt.is_passed),
        is_best=stands.best is not None and stands.best.number == number,
        items=items,
        shows_solutions=stands.shows_solutions,
        stands=stands,
        missing=() if completed_at else missing(evidence, requirements.parts_of(module)),
        completed_at=completed_at,
        delivery=delivery_status(session, place_of(visitor), user_id=visitor.user_id, module_slug=module.slug)
        if completed_at
        else None,
        next_lesson=first_unread(module, footprint),
        next_module=next_module_of(programme, footprint),
        lessons_to_repeat=_lessons_to_repeat(items, module),
        path=tuple((each, each.slug in footprint.completed_at) for each in programme.counted_modules),
        is_certificate_near=is_certificate_near(programme, footprint),
    )


def _review(question: DrawnQuestion, module: Module) -> ItemReview:
    item, answer = question.item, question.answer
    points = question.row.points or 0.0
    if item is None:
        return ItemReview(question.position, None, points, AnswerVerdict.WITHDRAWN, None, (), None)
    return ItemReview(
        position=question.position,
        item=item,
        points=points,
        verdict=_verdict(item, answer, points),
        answer=answer,
        remarks=item.remarks_on(answer),
        lesson=next((lesson for lesson in module.lessons if lesson.code == item.lesson_code), None),
        is_unreadable=item.extent_of(answer) is Extent.UNREADABLE,
    )


def _verdict(item: Item, answer: Answer | None, points: float) -> AnswerVerdict:
    if item.extent_of(answer) is Extent.NOTHING:
        return AnswerVerdict.UNANSWERED
    if points == 1:
        return AnswerVerdict.RIGHT
    return AnswerVerdict.PARTLY if points > 0 else AnswerVerdict.WRONG


def _lessons_to_repeat(items: Sequence[ItemReview], module: Module) -> tuple[Lesson, ...]:
    weak = {review.lesson.code for review in items if review.lesson is not None and review.points < 1}
    return tuple(lesson for lesson in module.lessons if lesson.code in weak)
