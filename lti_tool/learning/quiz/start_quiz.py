"""Starts an attempt at a module's quiz, or goes on with the open one."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.attempts import NextTry
from lti_tool.domain.rules.drawing import DrawnItem, draw
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.rules.time_limit import end_of
from lti_tool.errors import Conflict
from lti_tool.learning.content import get_module_with_exam
from lti_tool.messages import N_
from lti_tool.models import Attempt, AttemptItem
from lti_tool.progress.course_rules import CourseDates, QuizTime, course_dates_of, quiz_time_of, standing_of
from lti_tool.progress.footprint import Footprint, footprint_of

log = logging.getLogger(__name__)


class AttemptNotAllowed(Conflict):
    """No attempt can begin now."""

    code = "attempt_not_allowed"


class TimeChanged(Conflict):
    """The time for the quiz is another than the person was told: they shall know before it runs."""

    code = "quiz_time_changed"

    def __init__(self) -> None:
        super().__init__(
            N_("Die Zeit für diese Lernerfolgskontrolle hat sich gerade geändert."),
            next_step=N_("Auf der Seite der Lernerfolgskontrolle steht die neue Zeit. Beginnen Sie, wenn Sie bereit sind."),
        )


def start_quiz(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    module_slug: str,
    *,
    seed: int,
    minutes_told: int | None = None,
    now: datetime,
) -> int:
    """Draw a new attempt unless one is open already; its time runs from now.

    Args:
        seed: Random, 0 to 2^63 - 1; kept, so that the draw can be made again.
        minutes_told: How long the page said that there is; None: without limit.
    Returns:
        The attempt's number.
    Raises:
        NotFound: the programme has no such module, or it has no quiz.
        AttemptNotAllowed: the wait before the last attempt is not over, or none is left, or the course does not run today.
        TimeChanged: there is less time than the person was told.
        QuizNotReady: the pool cannot fill the blueprint.
    """
    programme = syllabus.programme
    module = get_module_with_exam(programme, module_slug)
    footprint = footprint_of(session, visitor.user_id)
    number = _allowed_number(syllabus, footprint, module, now)
    if _is_there(session, visitor, module, number):
        return number
    _check_dates(course_dates_of(syllabus, footprint, visitor, module, now=now))
    time = quiz_time_of(session, syllabus, visitor)
    if time.minutes is not None and (minutes_told is None or time.minutes < minutes_told):
        raise TimeChanged
    seen = _seen_ids(session, visitor, module)
    drawn = draw(module.items, module.lesson_codes, programme.assessment, seed=seed, seen_ids=seen)
    try:
        with session.begin_nested():
            _insert(session, syllabus, visitor, module, number, seed, drawn, time, now)
    except IntegrityError:
        # The unique constraint let another tab's start win; both go on with that one.
        if not _is_there(session, visitor, module, number):
            raise
    return number


def _allowed_number(syllabus: Syllabus, footprint: Footprint, module: Module, now: datetime) -> int:
    stands = standing_of(syllabus, footprint, module, now=now)
    if stands.next_try is NextTry.WAIT:
        raise AttemptNotAllowed(
            N_("Der letzte Versuch ist noch nicht freigegeben."),
            next_step=N_(
                "Auf der Seite der Lernerfolgskontrolle steht, ab wann er möglich ist. Nutzen Sie die Zeit zum Wiederholen."
            ),
        )
    if stands.next_try is NextTry.NONE_LEFT:
        raise AttemptNotAllowed(
            N_("Alle Versuche sind genutzt."),
            next_step=N_("Bitte sprechen Sie mit Ihrer Lernbegleitung. Sie kann einen weiteren Versuch freigeben."),
        )
    return stands.next_number


def _check_dates(dates: CourseDates) -> None:
    if dates.is_early:
        raise AttemptNotAllowed(
            N_("Die Lernerfolgskontrollen dieses Kurses haben noch nicht begonnen."),
            next_step=N_("Auf der Seite der Lernerfolgskontrolle steht, ab wann sie möglich sind. Lesen können Sie schon alles."),
        )
    if dates.is_over:
        raise AttemptNotAllowed(
            N_("Der Kurs ist zu Ende, neue Versuche sind nicht mehr möglich."),
            next_step=N_("Bitte sprechen Sie mit Ihrer Lernbegleitung. Sie kann einen weiteren Versuch freigeben."),
        )


def _is_there(session: Session, visitor: Visitor, module: Module, number: int) -> bool:
    return (
        session.scalar(
            select(Attempt.id).where(
                Attempt.user_id == visitor.user_id, Attempt.module_slug == module.slug, Attempt.number == number
            )
        )
        is not None
    )


def _seen_ids(session: Session, visitor: Visitor, module: Module) -> set[str]:
    query = select(AttemptItem.item_id).join(Attempt).where(
        Attempt.user_id == visitor.user_id, Attempt.module_slug == module.slug
    )  # fmt: skip
    return set(session.scalars(query))


def _insert(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    module: Module,
    number: int,
    seed: int,
    drawn: tuple[DrawnItem, ...],
    time: QuizTime,
    now: datetime,
) -> None:
    attempt = Attempt(
        user_id=visitor.user_id,
        module_slug=module.slug,
        number=number,
        seed=seed,
        programme_version=syllabus.programme.version,
        pass_mark_pct=syllabus.rules.pass_mark_pct,
        course_id=visitor.course_id,
        started_at=now,
        time_limit_min=time.limit_min,
        ends_at=end_of(now, time.limit_min, time.extra_pct),
        points_possible=len(drawn),
    )
    session.add(attempt)
    session.flush()
    session.add_all(
        AttemptItem(attempt_id=attempt.id, position=position, item_id=item.item_id, order=list(item.order))
        for position, item in enumerate(drawn, 1)
    )
    session.flush()
    log.info("attempt_started", extra={"attempt": attempt.id, "user": visitor.user_id, "module_slug": module.slug})
