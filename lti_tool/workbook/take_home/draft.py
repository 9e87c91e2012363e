"""A person's draft as it is stored: found, begun and locked; its contents and where its chapters stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.rules.workbook import EMPTY, ChapterPlace, Content, Status, find_place
from lti_tool.errors import Conflict, NotFound
from lti_tool.messages import N_
from lti_tool.models import Workbook, WorkbookChapter, WorkbookField
from lti_tool.workbook.stored_content import content_from_json


class ChapterNotFound(NotFound):
    code = "chapter_not_found"

    def __init__(self) -> None:
        super().__init__(
            N_("Dieses Kapitel gibt es nicht."), next_step=N_("Öffnen Sie „Mein Entwurf“: Dort stehen alle Kapitel.")
        )


class WrongMoment(Conflict):
    """The chapter stands elsewhere than the visitor's page showed."""

    code = "chapter_moved_on"

    def __init__(self) -> None:
        super().__init__(
            N_("Der Stand dieses Kapitels hat sich inzwischen geändert."),
            next_step=N_("Laden Sie die Seite neu. Sie zeigt dann, was jetzt möglich ist."),
        )


@dataclass(frozen=True)
class StoredField:
    """A field's content now; version 0 means that nothing was ever saved."""

    content: Content = EMPTY
    version: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True)
class Draft:
    """All that a person has written."""

    fields: Mapping[str, StoredField]
    statuses: Mapping[int, Status]
    hides_questions: bool

    def field(self, field_id: str) -> StoredField:
        return self.fields.get(field_id, StoredField())

    def status(self, number: int) -> Status:
        return self.statuses.get(number, Status.OPEN)

    def contents(self, place: ChapterPlace) -> dict[str, Content]:
        """Give the contents of a chapter by field id, the empty ones too."""
        return {field.id: self.field(field.id).content for field in place.chapter.fields}

    @property
    def saved_at(self) -> datetime | None:
        """Tell when anything was last saved."""
        return max((field.saved_at for field in self.fields.values() if field.saved_at), default=None)


def get_place(programme: Programme, number: int) -> ChapterPlace:
    """Find a chapter.

    Raises:
        ChapterNotFound: the programme has none of that number.
    """
    place = find_place(programme, number)
    if place is None:
        raise ChapterNotFound
    return place


def read_draft(session: Session, programme: Programme, *, user_id: int) -> Draft:
    """Read a person's draft; an empty one if nothing was begun."""
    workbook = session.scalars(
        select(Workbook).where(Workbook.user_id == user_id, Workbook.programme_slug == programme.slug)
    ).one_or_none()
    if workbook is None:
        return Draft({}, {}, hides_questions=False)
    fields = session.scalars(select(WorkbookField).where(WorkbookField.workbook_id == workbook.id))
    chapters = session.scalars(select(WorkbookChapter).where(WorkbookChapter.workbook_id == workbook.id))
    return Draft(
        fields={row.field_id: StoredField(content_from_json(row.content), row.version, row.saved_at) for row in fields},
        statuses={row.number: Status(row.status) for row in chapters},
        hides_questions=workbook.hides_questions,
    )


def lock_workbook(session: Session, programme: Programme, *, user_id: int, now: datetime) -> Workbook:
    """Give a person's workbook, begun if need be, locked until the transaction ends.

    All changes to one draft take turns by this lock (SQLite has one writer anyway), so rules that look first and write
    later hold in two tabs as well.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(Workbook)
        .values(user_id=user_id, programme_slug=programme.slug, hides_questions=False, created_at=now)
        .on_conflict_do_nothing(index_elements=["user_id", "programme_slug"])
    )
    return session.scalars(
        select(Workbook).where(Workbook.user_id == user_id, Workbook.programme_slug == programme.slug).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()


def status_of(session: Session, workbook_id: int, number: int) -> Status:
    """Tell where a chapter stands; call it under the lock."""
    status = session.scalar(
        select(WorkbookChapter.status).where(WorkbookChapter.workbook_id == workbook_id, WorkbookChapter.number == number)
    )
    return Status(status) if status else Status.OPEN


def set_status(session: Session, workbook_id: int, number: int, status: Status, *, now: datetime) -> None:
    """Note where a chapter stands now; call it under the lock."""
    chapter = session.scalars(
        select(WorkbookChapter).where(WorkbookChapter.workbook_id == workbook_id, WorkbookChapter.number == number)
    ).one_or_none()
    if chapter is None:
        session.add(WorkbookChapter(workbook_id=workbook_id, number=number, status=status, changed_at=now))
    elif chapter.status != status:
        chapter.status = status
        chapter.changed_at = now
    session.flush()


def hide_questions(session: Session, programme: Programme, *, user_id: int, hidden: bool, now: datetime) -> None:
    """Put the guiding questions away or show them again."""
    lock_workbook(session, programme, user_id=user_id, now=now).hides_questions = hidden
