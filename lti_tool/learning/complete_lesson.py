"""A participant marks a lesson as read."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Lesson
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.learning.open_module import first_unread
from lti_tool.learning.read_lesson import read_lesson, remember_opening
from lti_tool.models import LessonProgress
from lti_tool.progress.footprint import footprint_of
from lti_tool.progress.settle import settle


def complete_lesson(
    session: Session, syllabus: Syllabus, visitor: Visitor, module_slug: str, lesson_slug: str, *, now: datetime
) -> Lesson | None:
    """Mark a lesson as read, which may pass the module; a second time changes nothing.

    Returns:
        The lesson to go on with: the next unread one, from here on and then from the beginning; None: all are read.
    Raises:
        NotFound: there is no such module or lesson.
    """
    page = read_lesson(session, syllabus.programme, visitor, module_slug, lesson_slug)
    remember_opening(session, syllabus.programme, visitor, page, now=now)
    session.execute(
        update(LessonProgress)
        .where(
            LessonProgress.user_id == visitor.user_id,
            LessonProgress.module_slug == page.module.slug,
            LessonProgress.lesson_code == page.lesson.code,
            LessonProgress.completed_at.is_(None),
        )
        .values(completed_at=now, position="")
    )
    settle(session, syllabus, visitor, page.module, now=now)
    footprint = footprint_of(session, visitor.user_id)
    later = [lesson for lesson in page.module.lessons[page.number :] if not footprint.is_read(page.module, lesson.code)]
    return later[0] if later else first_unread(page.module, footprint)
