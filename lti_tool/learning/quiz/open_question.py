"""Opens one question of an open attempt, or the list of all before handing in."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module
from lti_tool.domain.items.base import Extent
from lti_tool.domain.items.shown import ShownQuestion
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.errors import Conflict, NotFound
from lti_tool.learning.content import get_module
from lti_tool.learning.quiz.attempt_rows import DrawnQuestion, get_attempt, questions_of
from lti_tool.messages import N_
from lti_tool.models import Attempt
from lti_tool.progress.course_rules import attempts_allowed


class AlreadySubmitted(Conflict):
    """The attempt was handed in, here or in another window: its result is what is left to see."""

    code = "already_submitted"

    def __init__(self) -> None:
        super().__init__(
            N_("Dieser Versuch ist schon abgegeben."),
            next_step=N_("Das Ergebnis finden Sie auf der Seite der Lernerfolgskontrolle."),
        )


@dataclass(frozen=True)
class QuestionPage:
    module: Module
    attempt_number: int
    attempts_allowed: int
    position: int
    count: int
    question: ShownQuestion | None
    """None: withdrawn by the authors; it counts as answered in full."""
    saved_at: datetime | None
    extent: Extent
    ends_at: datetime | None
    """When the attempt's time is over; None: no limit."""


@dataclass(frozen=True)
class AnswerLine:
    position: int
    stem_html: str
    extent: Extent
    is_withdrawn: bool


@dataclass(frozen=True)
class AnswersPage:
    module: Module
    attempt_number: int
    attempts_allowed: int
    lines: tuple[AnswerLine, ...]
    ends_at: datetime | None

    @property
    def unfinished(self) -> tuple[int, ...]:
        """Positions of the questions not answered, or only in part."""
        return tuple(line.position for line in self.lines if line.extent is not Extent.FULLY)


def open_question(
    session: Session, syllabus: Syllabus, visitor: Visitor, module_slug: str, number: int, position: int
) -> QuestionPage:
    """Gather the page of one question.

    Raises:
        NotFound: there is no such attempt or question.
        AlreadySubmitted: the attempt was handed in.
    """
    module, attempt, questions = _open_attempt(session, syllabus, visitor, module_slug, number)
    question = get_question(questions, position)
    item = question.item
    return QuestionPage(
        module=module,
        attempt_number=number,
        attempts_allowed=max(attempts_allowed(session, syllabus, visitor.user_id, module), number),
        position=position,
        count=len(questions),
        question=item.show(question.order, question.answer) if item is not None else None,
        saved_at=question.saved_at,
        extent=_extent(question),
        ends_at=attempt.ends_at,
    )


def with_answer(page: QuestionPage, shown: ShownQuestion) -> QuestionPage:
    """Give the page of a question with another answer than the stored one, to be looked at again."""
    return replace(page, question=shown)


def open_answers(session: Session, syllabus: Syllabus, visitor: Visitor, module_slug: str, number: int) -> AnswersPage:
    """Gather the list of all questions of an open attempt with how far each is answered.

    Raises:
        NotFound: there is no such attempt.
        AlreadySubmitted: it was handed in.
    """
    module, attempt, questions = _open_attempt(session, syllabus, visitor, module_slug, number)
    lines = tuple(
        AnswerLine(
            question.position,
            question.item.stem_html if question.item is not None else "",
            _extent(question),
            question.item is None,
        )
        for question in questions
    )
    allowed = max(attempts_allowed(session, syllabus, visitor.user_id, module), number)
    return AnswersPage(module, number, allowed, lines, attempt.ends_at)


def get_question(questions: list[DrawnQuestion], position: int) -> DrawnQuestion:
    """Give the question at a position, from 1."""
    if not 1 <= position <= len(questions):
        raise NotFound(N_("Diese Frage gibt es nicht."), next_step=N_("Alle Fragen finden Sie in der Übersicht vor dem Abgeben."))
    return questions[position - 1]


def _open_attempt(
    session: Session, syllabus: Syllabus, visitor: Visitor, module_slug: str, number: int
) -> tuple[Module, Attempt, list[DrawnQuestion]]:
    module = get_module(syllabus.programme, module_slug)
    attempt = get_attempt(session, visitor, module, number)
    if attempt.submitted_at is not None:
        raise AlreadySubmitted
    return module, attempt, list(questions_of(session, attempt, module))


def _extent(question: DrawnQuestion) -> Extent:
    return Extent.FULLY if question.item is None else question.item.extent_of(question.answer)
