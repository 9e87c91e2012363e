"""Opens a lesson for reading, remembers that and where it is read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Lesson, Module, Programme, Term
from lti_tool.domain.content.texts import Heading
from lti_tool.domain.people import Visitor
from lti_tool.learning.content import get_lesson, get_module
from lti_tool.learning.read_glossary import in_alphabet
from lti_tool.models import LessonProgress
from lti_tool.progress.footprint import LessonStep, footprint_of


@dataclass(frozen=True)
class LessonPage:
    module: Module
    lesson: Lesson
    number: int
    """Place within the module, from 1."""
    previous: Lesson | None
    following: Lesson | None
    lessons_read: int
    is_read: bool
    is_opened: bool
    """False at the first visit: then `remember_opening` is due."""
    terms: tuple[Term, ...]
    stopped_at: Heading | None
    checks_right: frozenset[str]
    """Ids of the self-checks that the reader last answered rightly."""
    is_last_open: bool
    """All other lessons are read: after this one the quiz comes."""


def read_lesson(session: Session, programme: Programme, visitor: Visitor, module_slug: str, lesson_slug: str) -> LessonPage:
    """Gather the page of a lesson; changes nothing.

    Raises:
        NotFound: there is no such module or lesson.
    """
    module = get_module(programme, module_slug)
    lesson = get_lesson(module, lesson_slug)
    footprint = footprint_of(session, visitor.user_id)
    step = footprint.step(module, lesson.code)
    index = module.lessons.index(lesson)
    is_read = step is not None and step.completed_at is not None
    return LessonPage(
        module=module,
        lesson=lesson,
        number=index + 1,
        previous=module.lessons[index - 1] if index else None,
        following=module.lessons[index + 1] if index + 1 < len(module.lessons) else None,
        lessons_read=footprint.lessons_read(module),
        is_read=is_read,
        is_opened=step is not None,
        terms=in_alphabet(tuple(programme.terms[term_id] for term_id in lesson.term_ids if term_id in programme.terms)),
        stopped_at=None if is_read or step is None else next((h for h in lesson.headings if h.id == step.position), None),
        checks_right=right_checks(step, lesson),
        is_last_open=all(footprint.is_read(module, other.code) for other in module.lessons if other is not lesson),
    )


def right_checks(step: LessonStep | None, lesson: Lesson) -> frozenset[str]:
    """Return which of a lesson's self-checks went right the last time; those of an earlier version count no more."""
    return frozenset() if step is None else step.checks_right & {check.id for check in lesson.self_checks}


def remember_opening(session: Session, programme: Programme, visitor: Visitor, page: LessonPage, *, now: datetime) -> None:
    """Note that a lesson was opened; a second time changes nothing."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(LessonProgress)
        .values(
            user_id=visitor.user_id,
            module_slug=page.module.slug,
            lesson_code=page.lesson.code,
            programme_version=programme.version,
            opened_at=now,
            position="",
        )
        .on_conflict_do_nothing(index_elements=["user_id", "module_slug", "lesson_code"])
    )


def remember_position(
    session: Session, programme: Programme, visitor: Visitor, module_slug: str, lesson_slug: str, anchor: str
) -> None:
    """Note the heading that somebody has read to; an anchor that the lesson does not have counts as its beginning."""
    module = get_module(programme, module_slug)
    lesson = get_lesson(module, lesson_slug)
    known = anchor if any(heading.id == anchor for heading in lesson.headings) else ""
    session.execute(
        update(LessonProgress)
        .where(
            LessonProgress.user_id == visitor.user_id,
            LessonProgress.module_slug == module.slug,
            LessonProgress.lesson_code == lesson.code,
        )
        .values(position=known)
    )
