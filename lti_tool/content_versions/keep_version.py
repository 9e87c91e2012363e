"""Keeps the version of the programme that a start finds, so that no upgrade takes a running course's content away."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.content_versions.archive import PackedProgramme
from lti_tool.content_versions.heads import ProgrammeHead
from lti_tool.errors import ConfigurationError
from lti_tool.models import ContentVersion, Course, ResourceLink

log = logging.getLogger(__name__)


class VersionTaken(ConfigurationError):
    """The version is kept already, with other files: courses and certificates name it, so it must stay what it was."""

    code = "content_version_taken"

    def __init__(self, head: ProgrammeHead, kept_on: datetime) -> None:
        super().__init__(
            f'The files of "{head.title}" say version {head.version}, but this version has been in use with other files since '
            f"{kept_on:%Y-%m-%d}. Give the changed files a new `version` and a [[change]] note in programme.toml."
        )


def keep_version(
    session: Session, head: ProgrammeHead, sha256: str, pack: Callable[[], PackedProgramme], *, may_replace: bool, now: datetime
) -> bool:
    """Keep a programme's version once; of several processes one does.

    Courses that teach its modules and know of no version yet (opened by the release before) get what was newest until now.

    Args:
        sha256: of its files.
        pack: packs them; called only where they are not kept yet.
        may_replace: Whether other files under a version that is kept already are an author's draft (development) or a mistake.
    Returns:
        Whether it was new.
    Raises:
        VersionTaken: it is kept with other files.
    """
    kept, before = _kept(session, head), _newest_version(session, head)
    if before is not None:
        _pin_older_courses(session, head, before)
    if kept is not None and kept.sha256 == sha256:
        return False
    if kept is None:
        packed = pack()
        if _insert(session, head, packed, now):
            _pin_older_courses(session, head, head.version)
            names = {"programme": head.slug, "version": head.version}
            log.info("content_version_kept", extra={**names, "bytes": len(packed.archive)})
            return True
    kept = session.scalars(_rows_of(head).with_for_update().execution_options(populate_existing=True)).one()
    if kept.sha256 != sha256:
        if not may_replace:
            raise VersionTaken(head, kept.first_seen_at)
        for name, value in _values(head, pack()).items():
            setattr(kept, name, value)
        log.warning("content_version_replaced", extra={"programme": head.slug, "version": head.version})
    return False


def check_not_taken(session: Session, head: ProgrammeHead, sha256: str) -> None:
    """Only look whether a version could be kept.

    Raises:
        VersionTaken: it is kept with other files.
    """
    kept = _kept(session, head)
    if kept is not None and kept.sha256 != sha256:
        raise VersionTaken(head, kept.first_seen_at)


def _newest_version(session: Session, head: ProgrammeHead) -> str | None:
    query = select(ContentVersion.version).where(ContentVersion.programme_slug == head.slug)
    return session.scalars(query.order_by(ContentVersion.id.desc())).first()


def _pin_older_courses(session: Session, head: ProgrammeHead, version: str) -> None:
    # A course without any module may still choose among several programmes.
    teaches = select(ResourceLink.id).where(
        ResourceLink.course_id == Course.id, ResourceLink.module_slug.in_([module.slug for module in head.modules])
    )
    session.execute(
        update(Course)
        .where(Course.programme_slug.is_(None), teaches.exists())
        .values(programme_slug=head.slug, programme_version=version)
        .execution_options(synchronize_session=False)
    )


def _kept(session: Session, head: ProgrammeHead) -> ContentVersion | None:
    return session.scalars(_rows_of(head)).one_or_none()


def _rows_of(head: ProgrammeHead) -> Select[ContentVersion]:
    return select(ContentVersion).where(ContentVersion.programme_slug == head.slug, ContentVersion.version == head.version)


def _insert(session: Session, head: ProgrammeHead, packed: PackedProgramme, now: datetime) -> bool:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = session.scalar(
        insert(ContentVersion)
        .values(programme_slug=head.slug, version=head.version, first_seen_at=now, **_values(head, packed))
        .on_conflict_do_nothing(index_elements=["programme_slug", "version"])
        .returning(ContentVersion.id)
    )
    return made is not None


def _values(head: ProgrammeHead, packed: PackedProgramme) -> dict[str, object]:
    return {
        "sha256": packed.sha256,
        "archive": packed.archive,
        "dated_on": head.dated_on,
        "note": head.note,
        "module_slugs": " ".join(module.slug for module in head.modules),
    }
