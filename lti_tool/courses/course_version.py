"""Which content version a course learns with, what a newer one brings, and the move to it."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.content.programme import Change, Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import Attempt, ContentVersion, Course
from lti_tool.progress.settle import settle_course

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CourseVersion:
    """What the course learns with; `newer` is None where that is the newest already."""

    version: str
    dated_on: date | None
    newer: "NewerVersion | None"
    open_attempts: int
    """Attempts under way in this course, which a move would leave in their version."""


@dataclass(frozen=True)
class NewerVersion:
    version: str
    dated_on: date | None
    changes: tuple[Change, ...]
    """What the authors changed since the course's version, the newest first."""


class NothingToMoveTo(Conflict):
    """The course learns with this version already, or with a newer one."""

    code = "course_not_moved"

    def __init__(self) -> None:
        super().__init__(
            N_("Ihr Kurs wurde nicht umgestellt: Die Fassung hat sich inzwischen geändert."),
            next_step=N_("In den Einstellungen des Kurses steht, welche Fassung jetzt gilt."),
        )


def course_version(session: Session, visitor: Visitor, *, used: Programme, newest: Programme) -> CourseVersion:
    """Tell an instructor which version the course uses and what is newer.

    Raises:
        Forbidden: the visitor does not teach here.
    """
    viewer = teaching_viewer_of(session, visitor)
    open_attempts = session.scalar(
        select(func.count(Attempt.id)).where(Attempt.course_id == viewer.course_id, Attempt.submitted_at.is_(None))
    )
    return CourseVersion(
        version=used.version,
        dated_on=used.change.on if used.change else None,
        newer=_newer(newest, used) if _is_newer(session, used.slug, newest.version, used.version) else None,
        open_attempts=open_attempts or 0,
    )


def move_course(session: Session, syllabus: Syllabus, visitor: Visitor, *, seen: str, to: str, now: datetime) -> None:
    """Let the visitor's course learn with a newer kept version from now on. There is no way back.

    Attempts under way are finished with the version they began with; what was passed stays passed. Where the new version asks
    for less than the old, somebody may have done all of it.

    Args:
        syllabus: what it teaches then.
        seen: the version that the instructor was shown as the course's.
        to: the one they were offered.
    Raises:
        Forbidden: the visitor does not teach here.
        NothingToMoveTo: somebody else has moved the course meanwhile, or there is no such newer version.
    """
    viewer = teaching_viewer_of(session, visitor)
    slug = syllabus.programme.slug
    if to != syllabus.programme.version or not _is_newer(session, slug, to, seen):
        raise NothingToMoveTo
    moved = session.execute(
        update(Course)
        .where(
            Course.id == viewer.course_id,
            func.coalesce(Course.programme_slug, slug) == slug,
            func.coalesce(Course.programme_version, seen) == seen,
        )
        .values(programme_slug=slug, programme_version=to)
        .returning(Course.id)
    ).one_or_none()
    if moved is None:
        raise NothingToMoveTo
    log.info("course_moved", extra={"course": viewer.course_id, "user": visitor.user_id, "version": to})
    settle_course(session, syllabus, viewer.course_id, now=now)


def _is_newer(session: Session, slug: str, one: str, other: str) -> bool:
    query = select(ContentVersion.version, ContentVersion.id).where(
        ContentVersion.programme_slug == slug, ContentVersion.version.in_([one, other])
    )
    ids = dict(session.execute(query).all())
    return one in ids and other in ids and ids[one] > ids[other]


def _newer(newest: Programme, used: Programme) -> NewerVersion:
    known = {change.version for change in used.changes} | {used.version}
    changes = sorted((change for change in newest.changes if change.version not in known), key=lambda each: each.on, reverse=True)
    return NewerVersion(newest.version, newest.change.on if newest.change else None, tuple(changes))
