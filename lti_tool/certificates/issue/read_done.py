"""Reads what a person did, for the kinds of documents to judge."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.done import CountedCompletion, Done, LessonsRead
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.documents.certificate import day_of
from lti_tool.domain.rules.course_record import CourseRecord
from lti_tool.models import Attempt, Completion, LessonProgress


class _LessonRow(NamedTuple):
    module_slug: str
    code: str
    opened_at: datetime
    completed_at: datetime | None
    version: str


def read_done(session: Session, programme: Programme, record: CourseRecord, *, user_id: int) -> Done:
    """Return what a person did in all modules, beside what their course's record tells."""
    progress = session.execute(
        select(
            LessonProgress.module_slug,
            LessonProgress.lesson_code,
            LessonProgress.opened_at,
            LessonProgress.completed_at,
            LessonProgress.programme_version,
        ).where(LessonProgress.user_id == user_id)
    )
    rows = [_LessonRow(*row) for row in progress]
    return Done(
        record=record,
        completions=_completions(session, user_id),
        lessons={
            module.slug: _lessons_read(module, [row for row in rows if row.module_slug == module.slug])
            for module in programme.modules
        },
    )


def _lessons_read(module: Module, rows: Sequence[_LessonRow]) -> LessonsRead:
    # Of lessons that the programme has now: one that is gone since is neither asked for nor counted.
    codes = {lesson.code for lesson in module.lessons}
    done = [(row.completed_at, row) for row in rows if row.completed_at is not None and row.code in codes]
    last_at, last = max(done, key=lambda each: each[0], default=(None, None))
    return LessonsRead(
        codes=frozenset(row.code for _, row in done),
        began_on=day_of(min(row.opened_at for row in rows)) if rows else None,
        ended_on=day_of(last_at) if last_at is not None else None,
        version=last.version if last is not None else "",
    )


def _completions(session: Session, user_id: int) -> dict[str, CountedCompletion]:
    """Return when each module was completed, by slug.

    A quiz passed again later renews the moment: that is how a module that has lapsed comes to count once more.
    """
    completed = session.execute(
        select(Completion.module_slug, Completion.completed_at, Completion.programme_version).where(Completion.user_id == user_id)
    )
    latest = {slug: (completed_at, version) for slug, completed_at, version in completed}
    passed_again = session.execute(
        select(Attempt.module_slug, Attempt.submitted_at, Attempt.programme_version)
        .where(Attempt.user_id == user_id, Attempt.is_passed.is_(True), Attempt.submitted_at.is_not(None))
        .order_by(Attempt.submitted_at)
    )
    for slug, submitted_at, version in passed_again:
        if slug in latest and submitted_at is not None and submitted_at > latest[slug][0]:
            latest[slug] = (submitted_at, version)
    return {slug: CountedCompletion(day_of(at), version) for slug, (at, version) in latest.items()}
