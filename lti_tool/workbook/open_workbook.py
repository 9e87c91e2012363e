"""What its author sees of a draft: all chapters at a glance, and one chapter to write in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Field, Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.workbook import (
    COVER_NUMBER,
    EDITABLE,
    ChapterPlace,
    EditionKind,
    Status,
    count_words,
    next_chapter,
    places,
)
from lti_tool.models import Workbook, WorkbookEdition, WorkbookVersion
from lti_tool.models import WorkbookField as FieldRow
from lti_tool.workbook.editions import Feedback, feedback_to
from lti_tool.workbook.take_home.draft import Draft, StoredField, get_place, read_draft


@dataclass(frozen=True)
class ChapterLine:
    """One chapter in the overview."""

    place: ChapterPlace
    status: Status
    filled: int
    """Fields with something in them."""
    words: int
    saved_at: datetime | None
    is_shown: bool
    """Members of this course may read it."""


@dataclass(frozen=True)
class WorkbookPage:
    chapters: tuple[ChapterLine, ...]
    next_number: int | None
    """Where to write on; None: everything is handed in or accepted."""
    saved_at: datetime | None

    @property
    def is_begun(self) -> bool:
        return self.saved_at is not None


@dataclass(frozen=True)
class FieldState:
    field: Field
    stored: StoredField
    has_history: bool


@dataclass(frozen=True)
class ChapterPage:
    """One chapter as its author writes in it."""

    place: ChapterPlace
    status: Status
    fields: tuple[FieldState, ...]
    hides_questions: bool
    feedback: tuple[Feedback, ...]
    submitted_at: datetime | None
    released_at: datetime | None
    """Since when members of the visitor's course may read it as it stood then; None: they may not."""
    earlier: ChapterPlace | None
    later: ChapterPlace | None

    @property
    def can_edit(self) -> bool:
        return self.status in EDITABLE

    @property
    def saved_at(self) -> datetime | None:
        return max((one.stored.saved_at for one in self.fields if one.stored.saved_at), default=None)


def open_workbook(session: Session, programme: Programme, visitor: Visitor) -> WorkbookPage:
    """Collect all chapters of the visitor's own draft."""
    draft = read_draft(session, programme, user_id=visitor.user_id)
    shown = set(_releases(session, programme, visitor))
    lines = tuple(_line(draft, place, place.chapter.number in shown) for place in places(programme))
    statuses = {line.place.chapter.number: line.status for line in lines}
    return WorkbookPage(lines, next_chapter(statuses), draft.saved_at)


def _line(draft: Draft, place: ChapterPlace, is_shown: bool) -> ChapterLine:
    stored = [draft.field(field.id) for field in place.chapter.fields]
    return ChapterLine(
        place=place,
        status=draft.status(place.chapter.number),
        filled=sum(not one.content.is_empty for one in stored),
        words=sum(count_words(text) for one in stored for text in one.content.texts),
        saved_at=max((one.saved_at for one in stored if one.saved_at), default=None),
        is_shown=is_shown,
    )


def open_chapter(session: Session, programme: Programme, visitor: Visitor, number: int) -> ChapterPage:
    """Open one chapter of the visitor's own draft.

    Raises:
        ChapterNotFound: the programme has none of that number.
    """
    place = get_place(programme, number)
    draft = read_draft(session, programme, user_id=visitor.user_id)
    with_history = _fields_with_history(session, programme, visitor.user_id)
    editions = _editions(session, programme, visitor.user_id, number)
    submission = next(
        (edition for edition in editions if edition.kind == EditionKind.SUBMISSION and edition.ended_at is None), None
    )
    order = places(programme)
    position = order.index(place)
    return ChapterPage(
        place=place,
        status=draft.status(number),
        fields=tuple(FieldState(field, draft.field(field.id), field.id in with_history) for field in place.chapter.fields),
        hides_questions=draft.hides_questions,
        feedback=feedback_to(session, [edition.id for edition in editions], place) if number != COVER_NUMBER else (),
        submitted_at=submission.created_at if submission else None,
        released_at=_releases(session, programme, visitor).get(number),
        earlier=order[position - 1] if position > 0 else None,
        later=order[position + 1] if position + 1 < len(order) else None,
    )


def _editions(session: Session, programme: Programme, user_id: int, number: int) -> list[WorkbookEdition]:
    return list(
        session.scalars(
            select(WorkbookEdition)
            .join(Workbook, Workbook.id == WorkbookEdition.workbook_id)
            .where(
                Workbook.user_id == user_id,
                Workbook.programme_slug == programme.slug,
                WorkbookEdition.chapter_number == number,
            )
            .order_by(WorkbookEdition.number.desc())
        )
    )


def _releases(session: Session, programme: Programme, visitor: Visitor) -> dict[int, datetime]:
    rows = session.execute(
        select(WorkbookEdition.chapter_number, WorkbookEdition.created_at)
        .join(Workbook, Workbook.id == WorkbookEdition.workbook_id)
        .where(
            Workbook.user_id == visitor.user_id,
            Workbook.programme_slug == programme.slug,
            WorkbookEdition.kind == EditionKind.RELEASE,
            WorkbookEdition.course_id == visitor.course_id,
            WorkbookEdition.ended_at.is_(None),
        )
    )
    return {row.chapter_number: row.created_at for row in rows}


def _fields_with_history(session: Session, programme: Programme, user_id: int) -> set[str]:
    return set(
        session.scalars(
            select(FieldRow.field_id)
            .join(Workbook, Workbook.id == FieldRow.workbook_id)
            .join(WorkbookVersion, WorkbookVersion.workbook_field_id == FieldRow.id)
            .where(Workbook.user_id == user_id, Workbook.programme_slug == programme.slug)
            .distinct()
        )
    )
