"""Which programme a course learns with: chosen once, free until somebody has opened a module of it there."""

import logging

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.people import Visitor
from lti_tool.errors import Conflict, Forbidden
from lti_tool.messages import N_
from lti_tool.models import Course, ResourceLink

log = logging.getLogger(__name__)


class ProgrammeUndecided(Conflict):
    """Several programmes are on offer, and the course has none yet."""

    code = "programme_undecided"

    def __init__(self) -> None:
        super().__init__(
            N_("Diese Aktivität ist noch nicht eingerichtet."),
            next_step=N_("Die Kursleitung wählt zuerst das Programm, mit dem der Kurs lernt."),
        )


class OtherProgramme(Conflict):
    """The course learns with another programme already."""

    code = "course_has_other_programme"

    def __init__(self, wished: str, has: str) -> None:
        super().__init__(
            N_("Dieser Kurs lernt mit dem Programm „%(has)s“. Inhalte aus „%(wished)s“ gehören nicht dazu."),
            next_step=N_("Legen Sie für „%(wished)s“ einen eigenen Kurs an und setzen Sie die Inhalte dort ein."),
            wished=wished,
            has=has,
        )


def is_programme_fixed(session: Session, course_id: int | None) -> bool:
    """Tell whether a course keeps its programme: somebody has opened a module of it there."""
    return course_id is not None and bool(session.scalar(select(_opened_modules(course_id).exists())))


def choose_programme(session: Session, visitor: Visitor, pin: Pin) -> bool:
    """Let the visitor's course learn with a programme.

    Returns:
        False: it learns with another, and somebody has begun with that. One that learns with this programme keeps its version.
    Raises:
        Forbidden: the visitor does not teach here.
    """
    if not visitor.is_instructor:
        raise Forbidden(N_("Das Programm wählt die Kursleitung."), next_step=N_("Gehen Sie bitte zurück zu Ihrem Kurs."))
    if visitor.course_id is None:
        return True
    is_free = or_(Course.programme_slug.is_(None), ~_opened_modules(visitor.course_id).exists())
    changed = session.scalar(
        update(Course)
        .where(Course.id == visitor.course_id, Course.programme_slug.is_distinct_from(pin.programme), is_free)
        .values(programme_slug=pin.programme, programme_version=pin.version)
        .returning(Course.id)
    )
    if changed is not None:
        log.info("programme_chosen", extra={"course": changed, "programme": pin.programme, "user": visitor.user_id})
    return session.scalar(select(Course.programme_slug).where(Course.id == visitor.course_id)) == pin.programme


def _opened_modules(course_id: int):  # type: ignore[no-untyped-def]
    return select(ResourceLink.id).where(ResourceLink.course_id == course_id, ResourceLink.module_slug.is_not(None))
