"""Keeps the version of the programme that a start finds, so that no upgrade takes a running course's content away."""

import logging
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.content_versions.archive import PackedProgramme
from lti_tool.domain.content.programme import Programme
from lti_tool.errors import ConfigurationError
from lti_tool.models import ContentVersion, Course

log = logging.getLogger(__name__)


class VersionTaken(ConfigurationError):
    """The version is kept already, with other files: courses and certificates name it, so it must stay what it was."""

    code = "content_version_taken"

    def __init__(self, programme: Programme, kept_on: datetime) -> None:
        super().__init__(
            f"The programme's files say version {programme.version}, but this version has been in use with other files since "
            f"{kept_on:%Y-%m-%d}. Give the changed files a new `version` and a [[change]] note in programme.toml."
        )


def keep_version(session: Session, programme: Programme, packed: PackedProgramme, *, may_replace: bool, now: datetime) -> bool:
    """Keep a version once; of several processes one does.

    Courses that know of no version yet (opened by the release before) get the one that was newest until now.

    Args:
        may_replace: Whether other files under a version that is kept already are an author's draft (development) or a mistake.
    Returns:
        Whether it was new.
    Raises:
        VersionTaken: it is kept with other files.
    """
    before = session.scalar(select(ContentVersion.version).order_by(ContentVersion.id.desc()).limit(1))
    is_new = _insert(session, programme, packed, now)
    if not is_new:
        kept = session.scalars(select(ContentVersion).where(ContentVersion.version == programme.version).with_for_update()).one()
        if kept.sha256 != packed.sha256:
            if not may_replace:
                raise VersionTaken(programme, kept.first_seen_at)
            for name, value in _values(programme, packed).items():
                setattr(kept, name, value)
            log.warning("content_version_replaced", extra={"version": programme.version})
    session.execute(
        update(Course)
        .where(Course.programme_version.is_(None))
        .values(programme_version=before if is_new and before is not None else programme.version)
    )
    if is_new:
        log.info("content_version_kept", extra={"version": programme.version, "bytes": len(packed.archive)})
    return is_new


def check_not_taken(session: Session, programme: Programme, packed: PackedProgramme) -> None:
    """Only look whether a version could be kept.

    Raises:
        VersionTaken: it is kept with other files.
    """
    kept = session.execute(
        select(ContentVersion.sha256, ContentVersion.first_seen_at).where(ContentVersion.version == programme.version)
    ).one_or_none()
    if kept is not None and kept.sha256 != packed.sha256:
        raise VersionTaken(programme, kept.first_seen_at)


def _insert(session: Session, programme: Programme, packed: PackedProgramme, now: datetime) -> bool:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = session.scalar(
        insert(ContentVersion)
        .values(version=programme.version, first_seen_at=now, **_values(programme, packed))
        .on_conflict_do_nothing(index_elements=["version"])
        .returning(ContentVersion.id)
    )
    return made is not None


def _values(programme: Programme, packed: PackedProgramme) -> dict[str, object]:
    change = programme.change
    return {
        "programme_slug": programme.slug,
        "sha256": packed.sha256,
        "archive": packed.archive,
        "dated_on": change.on if change else None,
        "note": change.note if change else "",
        "module_slugs": " ".join(module.slug for module in programme.modules),
    }
