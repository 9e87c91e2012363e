"""Saves what was typed, field by field: a stale tab overwrites nothing, and nothing that was typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Field, Programme
from lti_tool.domain.rules.workbook import (
    EDITABLE,
    VERSIONS_KEPT,
    ChapterPlace,
    Content,
    Status,
    clean_content,
    continues,
    has_too_many_rows,
    is_too_long,
)
from lti_tool.models import Workbook, WorkbookField, WorkbookVersion
from lti_tool.workbook.stored_content import content_from_json, content_to_json, digest_of
from lti_tool.workbook.take_home.draft import StoredField, get_place, lock_workbook, set_status, status_of


class SavingOutcome(StrEnum):
    """What became of one field."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    """Changed elsewhere meanwhile; what was typed here is kept as a version beside it."""
    RESTS = "rests"
    """The chapter is handed in; what was typed is kept as a version."""
    TOO_LONG = "too_long"
    TOO_MANY_ROWS = "too_many_rows"


@dataclass(frozen=True)
class FieldEntry:
    """What came from a page: the content, and the version and digest that the page was made from."""

    content: Content
    base_version: int
    base_digest: str


@dataclass(frozen=True)
class Saved:
    """The answer for one field: what was typed, and what is stored now."""

    outcome: SavingOutcome
    typed: Content
    stored: StoredField


def save_fields(
    session: Session, programme: Programme, *, user_id: int, number: int, entries: Mapping[str, FieldEntry], now: datetime
) -> dict[str, Saved]:
    """Save fields of one chapter; each field has its own outcome. Fields that the chapter does not have are left out.

    Raises:
        ChapterNotFound: there is no such chapter.
    """
    place = get_place(programme, number)
    workbook = lock_workbook(session, programme, user_id=user_id, now=now)
    status = status_of(session, workbook.id, number)
    results = {
        field.id: _save(session, workbook, field, entries[field.id], rests=status not in EDITABLE, now=now)
        for field in place.chapter.fields
        if field.id in entries
    }
    if status is Status.OPEN and any(result.outcome is SavingOutcome.SAVED for result in results.values()):
        set_status(session, workbook.id, number, Status.IN_PROGRESS, now=now)
    return results


def _save(session: Session, workbook: Workbook, field: Field, entry: FieldEntry, *, rests: bool, now: datetime) -> Saved:
    typed = clean_content(field, entry.content)
    row = find_field_row(session, workbook.id, field.id)
    stored = StoredField(content_from_json(row.content), row.version, row.saved_at) if row else StoredField()
    if typed == stored.content:
        return Saved(SavingOutcome.UNCHANGED, typed, stored)
    if entry.base_version != stored.version and digest_of(typed) == entry.base_digest:
        # This page shows an older state but nobody typed in this field here: what is stored is newer.
        return Saved(SavingOutcome.UNCHANGED, stored.content, stored)
    if is_too_long(typed):
        return Saved(SavingOutcome.TOO_LONG, typed, stored)
    if has_too_many_rows(typed):
        return Saved(SavingOutcome.TOO_MANY_ROWS, typed, stored)
    if rests or entry.base_version != stored.version:
        row = row or _new_row(session, workbook.id, field.id, now=now)
        _set_aside(session, row, typed, now=now)
        return Saved(SavingOutcome.RESTS if rests else SavingOutcome.CONFLICT, typed, stored)
    return Saved(SavingOutcome.SAVED, typed, write_field(session, workbook.id, field.id, typed, reason="saved", now=now))


def find_field_row(session: Session, workbook_id: int, field_id: str) -> WorkbookField | None:
    """Find a field's row."""
    return session.scalars(
        select(WorkbookField).where(WorkbookField.workbook_id == workbook_id, WorkbookField.field_id == field_id)
    ).one_or_none()


def write_field(
    session: Session, workbook_id: int, field_id: str, content: Content, *, reason: str, now: datetime
) -> StoredField:
    """Make `content` the field's present content and keep it in the history; call it under the lock."""
    row = find_field_row(session, workbook_id, field_id) or _new_row(session, workbook_id, field_id, now=now)
    row.content = content_to_json(content)
    row.version += 1
    row.saved_at = now
    _keep_version(session, row, content, reason=reason, now=now)
    session.flush()
    return StoredField(content, row.version, now)


def close_versions(session: Session, workbook_id: int, place: ChapterPlace) -> None:
    """End the running versions of a chapter, so that its present state stays in the history whatever is typed next."""
    field_ids = [field.id for field in place.chapter.fields]
    rows = session.scalars(
        select(WorkbookVersion)
        .join(WorkbookField, WorkbookField.id == WorkbookVersion.workbook_field_id)
        .where(WorkbookField.workbook_id == workbook_id, WorkbookField.field_id.in_(field_ids), ~WorkbookVersion.is_closed)
    )
    for row in rows:
        row.is_closed = True


def _new_row(session: Session, workbook_id: int, field_id: str, *, now: datetime) -> WorkbookField:
    row = WorkbookField(workbook_id=workbook_id, field_id=field_id, version=0, content={"text": ""}, saved_at=now)
    session.add(row)
    session.flush()
    return row


def _keep_version(session: Session, row: WorkbookField, content: Content, *, reason: str, now: datetime) -> None:
    latest = _latest(session, row, WorkbookVersion.reason != "conflict")
    if (
        latest is not None
        and reason == "saved"
        and not latest.is_closed
        and continues(content_from_json(latest.content), content, begun_at=latest.begun_at, now=now)
    ):
        latest.content = content_to_json(content)
        latest.saved_at = now
        return
    _add_version(session, row, content, reason=reason, is_closed=reason != "saved", now=now)


def _set_aside(session: Session, row: WorkbookField, content: Content, *, now: datetime) -> None:
    """Keep what was typed in a stale tab. The same text sent again, by another try of that tab, is kept once."""
    latest = _latest(session, row, WorkbookVersion.reason == "conflict")
    present = _latest(session, row, WorkbookVersion.reason != "conflict")
    if present is not None:
        # Whichever of the two the person goes on with, the other stays.
        present.is_closed = True
    if latest is None or content_from_json(latest.content) != content:
        _add_version(session, row, content, reason="conflict", is_closed=True, now=now)


def _latest(session: Session, row: WorkbookField, condition: ColumnElement[bool]) -> WorkbookVersion | None:
    return session.scalars(
        select(WorkbookVersion)
        .where(WorkbookVersion.workbook_field_id == row.id, condition)
        .order_by(WorkbookVersion.id.desc())
        .limit(1)
    ).one_or_none()


def _add_version(session: Session, row: WorkbookField, content: Content, *, reason: str, is_closed: bool, now: datetime) -> None:
    session.add(
        WorkbookVersion(
            workbook_field_id=row.id,
            content=content_to_json(content),
            reason=reason,
            is_closed=is_closed,
            begun_at=now,
            saved_at=now,
        )
    )
    session.flush()
    too_old = session.scalars(
        select(WorkbookVersion.id)
        .where(WorkbookVersion.workbook_field_id == row.id)
        .order_by(WorkbookVersion.id.desc())
        .offset(VERSIONS_KEPT)
    ).all()
    if too_old:
        session.execute(delete(WorkbookVersion).where(WorkbookVersion.id.in_(too_old)))
