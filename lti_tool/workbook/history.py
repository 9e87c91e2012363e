"""Earlier states of a field, and taking one of them back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Field, Programme
from lti_tool.domain.rules.workbook import EDITABLE, ChapterPlace, Content, clean_content
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import Workbook, WorkbookField, WorkbookVersion
from lti_tool.workbook.save_fields import write_field
from lti_tool.workbook.stored_content import content_from_json
from lti_tool.workbook.take_home.draft import StoredField, WrongMoment, get_place, lock_workbook, status_of


@dataclass(frozen=True)
class Version:
    """A kept state of a field."""

    id: int
    content: Content
    is_set_aside: bool
    """Typed in another tab or after the chapter was handed in; it never was the field's content."""
    is_present: bool
    saved_at: datetime


@dataclass(frozen=True)
class History:
    place: ChapterPlace
    field: Field
    present: StoredField
    versions: tuple[Version, ...]
    """Newest first."""
    can_restore: bool


def read_history(session: Session, programme: Programme, *, user_id: int, number: int, field_id: str) -> History:
    """List the kept states of one's own field.

    Raises:
        ChapterNotFound, NotFound: there is no such field.
    """
    place, field = _find(programme, number, field_id)
    workbook_id = session.scalar(
        select(Workbook.id).where(Workbook.user_id == user_id, Workbook.programme_slug == programme.slug)
    )
    row = session.scalars(
        select(WorkbookField).where(WorkbookField.workbook_id == workbook_id, WorkbookField.field_id == field_id)
    ).one_or_none()
    if workbook_id is None or row is None:
        return History(place, field, StoredField(), (), can_restore=False)
    present = StoredField(content_from_json(row.content), row.version, row.saved_at)
    rows = session.scalars(
        select(WorkbookVersion)
        .where(WorkbookVersion.workbook_field_id == row.id)
        .order_by(WorkbookVersion.saved_at.desc(), WorkbookVersion.id.desc())
    )
    versions = tuple(
        Version(
            id=version.id,
            content=content_from_json(version.content),
            is_set_aside=version.reason == "conflict",
            is_present=content_from_json(version.content) == present.content,
            saved_at=version.saved_at,
        )
        for version in rows
    )
    return History(place, field, present, versions, can_restore=status_of(session, workbook_id, number) in EDITABLE)


def restore_version(
    session: Session, programme: Programme, *, user_id: int, number: int, field_id: str, version_id: int, now: datetime
) -> StoredField:
    """Make a kept state the field's content again; the present one stays in the history.

    Raises:
        NotFound: the version is not one of this field, or not of this person.
        WrongMoment: the chapter is handed in.
    """
    _, field = _find(programme, number, field_id)
    workbook = lock_workbook(session, programme, user_id=user_id, now=now)
    version = session.scalars(
        select(WorkbookVersion)
        .join(WorkbookField, WorkbookField.id == WorkbookVersion.workbook_field_id)
        .where(WorkbookVersion.id == version_id, WorkbookField.workbook_id == workbook.id, WorkbookField.field_id == field_id)
    ).one_or_none()
    if version is None:
        raise _version_not_found()
    if status_of(session, workbook.id, number) not in EDITABLE:
        raise WrongMoment
    content = clean_content(field, content_from_json(version.content))
    return write_field(session, workbook.id, field_id, content, reason="restored", now=now)


def _find(programme: Programme, number: int, field_id: str) -> tuple[ChapterPlace, Field]:
    place = get_place(programme, number)
    field = place.find_field(field_id)
    if field is None:
        raise NotFound(
            N_("Dieses Feld gibt es nicht."),
            next_step=N_("Öffnen Sie „Mein Entwurf“: Dort stehen alle Kapitel."),
            code="field_not_found",
        )
    return place, field


def _version_not_found() -> NotFound:
    return NotFound(
        N_("Diese Fassung gibt es nicht mehr."),
        next_step=N_("Laden Sie den Verlauf neu und wählen Sie eine andere."),
        code="version_not_found",
    )
