"""Frozen states of a chapter: handed in to the Lernbegleitung, or shown to the members of a course."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Field, Programme
from lti_tool.domain.rules.workbook import ChapterPlace, Content, CriterionRating, Decision, EditionKind
from lti_tool.models import User, Workbook, WorkbookEdition, WorkbookFeedback, WorkbookField
from lti_tool.workbook.stored_content import content_from_json


@dataclass(frozen=True)
class Comment:
    """Feedback to one criterion."""

    criterion: str
    rating: CriterionRating | None
    text: str


@dataclass(frozen=True)
class Feedback:
    """What somebody said to one edition."""

    is_from_peer: bool
    author_id: int | None
    author_name: str | None
    """None: the platform told no name, or the person's data were erased."""
    comments: tuple[Comment, ...]
    text: str
    is_confirmed: bool
    given_at: datetime


@dataclass(frozen=True)
class Edition:
    """One frozen state with all that was said to it."""

    id: int
    place: ChapterPlace
    kind: EditionKind
    number: int
    owner_id: int
    owner_name: str | None
    contents: tuple[tuple[Field, Content], ...]
    programme_version: str
    created_at: datetime
    decision: Decision
    decided_at: datetime | None
    feedback: tuple[Feedback, ...]
    """Newest first."""


def freeze(
    session: Session,
    workbook: Workbook,
    programme: Programme,
    place: ChapterPlace,
    *,
    kind: EditionKind,
    course_id: int | None,
    now: datetime,
) -> WorkbookEdition:
    """Freeze a chapter's present contents; call it under the lock."""
    field_ids = [field.id for field in place.chapter.fields]
    rows = session.scalars(
        select(WorkbookField).where(WorkbookField.workbook_id == workbook.id, WorkbookField.field_id.in_(field_ids))
    )
    content: dict[str, Any] = {row.field_id: row.content for row in rows}
    last = session.scalar(
        select(func.max(WorkbookEdition.number)).where(
            WorkbookEdition.workbook_id == workbook.id,
            WorkbookEdition.chapter_number == place.chapter.number,
            WorkbookEdition.kind == kind,
        )
    )
    edition = WorkbookEdition(
        workbook_id=workbook.id,
        chapter_number=place.chapter.number,
        kind=kind,
        number=(last or 0) + 1,
        course_id=course_id,
        content=content,
        programme_version=programme.version,
        created_at=now,
    )
    session.add(edition)
    session.flush()
    return edition


def find_latest(session: Session, workbook_id: int, number: int, kind: EditionKind) -> WorkbookEdition | None:
    """Find a chapter's latest edition that its author has not taken back."""
    return session.scalars(
        select(WorkbookEdition)
        .where(
            WorkbookEdition.workbook_id == workbook_id,
            WorkbookEdition.chapter_number == number,
            WorkbookEdition.kind == kind,
            WorkbookEdition.ended_at.is_(None),
        )
        .order_by(WorkbookEdition.number.desc())
        .limit(1)
    ).one_or_none()


def edition_value(session: Session, row: WorkbookEdition, place: ChapterPlace) -> Edition:
    """Give an edition as pages show it: the chapter's present fields with what they held then."""
    owner = session.execute(
        select(User.id, User.name).join(Workbook, Workbook.user_id == User.id).where(Workbook.id == row.workbook_id)
    ).one()
    return Edition(
        id=row.id,
        place=place,
        kind=EditionKind(row.kind),
        number=row.number,
        owner_id=owner.id,
        owner_name=owner.name,
        contents=tuple((field, content_from_json(row.content.get(field.id, {}))) for field in place.chapter.fields),
        programme_version=row.programme_version,
        created_at=row.created_at,
        decision=Decision(row.decision),
        decided_at=row.decided_at,
        feedback=feedback_to(session, [row.id], place),
    )


def feedback_to(session: Session, edition_ids: list[int], place: ChapterPlace) -> tuple[Feedback, ...]:
    """Collect what was said to editions of one chapter, newest first."""
    rows = session.execute(
        select(WorkbookFeedback, User.name)
        .outerjoin(User, User.id == WorkbookFeedback.author_id)
        .where(WorkbookFeedback.workbook_edition_id.in_(edition_ids))
        .order_by(WorkbookFeedback.given_at.desc(), WorkbookFeedback.id.desc())
    )
    return tuple(_feedback_value(row, name, place) for row, name in rows)


def _feedback_value(row: WorkbookFeedback, name: str | None, place: ChapterPlace) -> Feedback:
    criteria = place.task.criteria if place.task else ()
    said: Mapping[str, Mapping[str, str]] = row.ratings
    comments = tuple(
        Comment(
            criterion.text,
            CriterionRating(said[criterion.id]["rating"]) if said[criterion.id]["rating"] else None,
            said[criterion.id]["comment"],
        )
        for criterion in criteria
        if criterion.id in said
    )
    return Feedback(row.kind == "peer", row.author_id, name, comments, row.comment, row.is_confirmed, row.given_at)
