"""Keeps the answer to one question of an open attempt, so that nothing is lost when a browser or a person goes away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.items.base import Answer
from lti_tool.domain.items.shown import Fields, ShownQuestion
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.time_limit import is_over, is_overdue
from lti_tool.errors import Conflict
from lti_tool.learning.content import get_module
from lti_tool.learning.quiz.attempt_rows import get_attempt, questions_of
from lti_tool.learning.quiz.open_question import AlreadySubmitted, get_question
from lti_tool.messages import N_


@dataclass(frozen=True)
class SavedAnswer:
    saved_at: datetime | None
    problem: str
    """What a person should look at again: `not_a_number`, `same_number`; empty: nothing."""
    count: int
    is_time_over: bool
    """The attempt has come to its end: this was the last answer taken, and now it is to be handed in."""


class TimeIsOver(Conflict):
    """The answer came after the attempt's end and is not taken; what was saved before counts."""

    code = "time_is_over"

    def __init__(self) -> None:
        super().__init__(
            N_("Die Zeit ist abgelaufen."),
            next_step=N_("Abgegeben wird, was bis dahin gespeichert war. Das Ergebnis steht bei der Lernerfolgskontrolle."),
        )


class AnsweredElsewhere(Conflict):
    """Another window has saved another answer since this one was opened."""

    code = "answered_elsewhere"

    def __init__(self, mine: ShownQuestion, saved_at: datetime | None) -> None:
        super().__init__(
            N_("Diese Frage wurde inzwischen in einem anderen Fenster anders beantwortet."),
            next_step=N_("Prüfen Sie Ihre Antwort und speichern Sie noch einmal."),
        )
        self.mine = mine
        self.saved_at = saved_at


def save_answer(
    session: Session,
    programme: Programme,
    visitor: Visitor,
    module_slug: str,
    number: int,
    position: int,
    fields: Fields,
    *,
    seen_version: str,
    now: datetime,
) -> SavedAnswer:
    """Keep the answer that a form brought.

    Args:
        fields: The form's fields, see `domain/items/shown`.
        seen_version: `version_of` the answer that the form was opened with. Where the stored one is newer and differs,
            nothing is overwritten.
    Raises:
        NotFound: there is no such attempt or question.
        AlreadySubmitted: the attempt was handed in.
        TimeIsOver: its time is over; it is still to be handed in.
        AnsweredElsewhere: see above.
    """
    module = get_module(programme, module_slug)
    # Locked: an answer that comes while the attempt is being handed in waits, and then finds it handed in.
    attempt = get_attempt(session, visitor, module, number, lock=True)
    if attempt.submitted_at is not None:
        raise AlreadySubmitted
    if is_overdue(attempt.ends_at, now):
        raise TimeIsOver
    is_time_over = is_over(attempt.ends_at, now)
    questions = list(questions_of(session, attempt, module))
    question = get_question(questions, position)
    if question.item is None:
        return SavedAnswer(question.saved_at, "", len(questions), is_time_over)
    read = question.item.read(question.order, fields)
    if not _are_equal(read.answer, question.answer):
        if version_of(question.saved_at) != seen_version:
            raise AnsweredElsewhere(question.item.show(question.order, read.answer), question.saved_at)
        question.row.answer = read.answer.to_stored() if read.answer is not None else None
        question.row.saved_at = now
    return SavedAnswer(question.row.saved_at, read.problem, len(questions), is_time_over)


def version_of(saved_at: datetime | None) -> str:
    """Name a stored answer by the moment it was saved; empty: nothing was saved yet."""
    return saved_at.isoformat() if saved_at is not None else ""


def _are_equal(one: Answer | None, other: Answer | None) -> bool:
    return one == other
