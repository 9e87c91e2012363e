"""What others may read: the Lernbegleitung what was handed in, members of the course what was shown to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor, is_counted, roles_in
from lti_tool.domain.rules.workbook import COVER_NUMBER, ChapterPlace, EditionKind, Status, places
from lti_tool.domain.words.folding import by_name
from lti_tool.errors import Forbidden, NotFound
from lti_tool.messages import N_
from lti_tool.models import Membership, User, Workbook, WorkbookChapter, WorkbookEdition, WorkbookFeedback
from lti_tool.workbook.editions import Edition, edition_value
from lti_tool.workbook.take_home.draft import get_place


@dataclass(frozen=True)
class CourseChapter:
    """One cell of the course's table."""

    place: ChapterPlace
    status: Status
    edition_id: int | None
    """The latest submission; None: there is nothing to read."""


@dataclass(frozen=True)
class CourseRow:
    user_id: int
    name: str | None
    chapters: tuple[CourseChapter, ...]


@dataclass(frozen=True)
class Waiting:
    """A submission that waits for an answer."""

    edition_id: int
    name: str | None
    place: ChapterPlace
    submitted_at: datetime


@dataclass(frozen=True)
class CourseDrafts:
    """The Lernbegleitung's page."""

    rows: tuple[CourseRow, ...]
    waiting: tuple[Waiting, ...]
    """Longest first."""


@dataclass(frozen=True)
class ShownChapter:
    """A chapter that a member of the course shows."""

    edition_id: int
    name: str | None
    place: ChapterPlace
    released_at: datetime
    has_my_feedback: bool


def list_course_drafts(session: Session, programme: Programme, visitor: Visitor) -> CourseDrafts:
    """List the participants of the visitor's course with the status of their chapters.

    Raises:
        Forbidden: the visitor does not teach here.
    """
    _only_instructors(visitor)
    people = _members(session, visitor.course_id)
    statuses = _statuses(session, programme, [row.id for row in people])
    submissions = _submissions(session, programme, visitor.course_id, [row.id for row in people])
    # What was handed in waits for somebody, whether its module was placed or not.
    handed_in = {number for _, number in submissions}
    chapters = [
        place
        for place in places(programme)
        if place.chapter.number != COVER_NUMBER
        and (place.module is None or place.module in programme.placed_modules or place.chapter.number in handed_in)
    ]
    rows = []
    for person in people:
        cells = []
        for place in chapters:
            key = (person.id, place.chapter.number)
            edition = submissions.get(key)
            cells.append(CourseChapter(place, statuses.get(key, Status.OPEN), edition[0] if edition else None))
        rows.append(CourseRow(person.id, person.name, tuple(cells)))
    waiting = sorted(_waiting(rows, submissions), key=lambda one: one.submitted_at)
    return CourseDrafts(tuple(rows), tuple(waiting))


def _waiting(rows: list[CourseRow], submissions: Mapping[tuple[int, int], tuple[int, datetime]]) -> Iterator[Waiting]:
    for row in rows:
        for cell in row.chapters:
            if cell.status is Status.SUBMITTED and cell.edition_id is not None:
                submitted_at = submissions[row.user_id, cell.place.chapter.number][1]
                yield Waiting(cell.edition_id, row.name, cell.place, submitted_at)


def _members(session: Session, course_id: int | None) -> list[Row[int, str | None, str]]:
    """List the learning members of a course by name. Whoever teaches there as well is no participant."""
    rows = session.execute(
        select(User.id, User.name, Membership.roles)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.course_id == course_id, ~Membership.is_gone)
    )
    return sorted((row for row in rows if is_counted(roles_in(row.roles))), key=lambda row: by_name(row.name, row.id))


def _statuses(session: Session, programme: Programme, user_ids: list[int]) -> dict[tuple[int, int], Status]:
    rows = session.execute(
        select(Workbook.user_id, WorkbookChapter.number, WorkbookChapter.status)
        .join(Workbook, Workbook.id == WorkbookChapter.workbook_id)
        .where(Workbook.user_id.in_(user_ids), Workbook.programme_slug == programme.slug)
    )
    return {(user_id, number): Status(status) for user_id, number, status in rows}


def _submissions(
    session: Session, programme: Programme, course_id: int | None, user_ids: list[int]
) -> dict[tuple[int, int], tuple[int, datetime]]:
    # Only what was handed in here: „die Lernbegleitung Ihres Kurses“ is not that of another course of the same person.
    rows = session.execute(
        select(Workbook.user_id, WorkbookEdition.chapter_number, WorkbookEdition.id, WorkbookEdition.created_at)
        .join(Workbook, Workbook.id == WorkbookEdition.workbook_id)
        .where(
            Workbook.user_id.in_(user_ids),
            Workbook.programme_slug == programme.slug,
            WorkbookEdition.kind == EditionKind.SUBMISSION,
            WorkbookEdition.course_id == course_id,
            WorkbookEdition.ended_at.is_(None),
        )
        .order_by(WorkbookEdition.number)
    )
    return {(user_id, number): (edition_id, at) for user_id, number, edition_id, at in rows}


def read_submission(session: Session, programme: Programme, visitor: Visitor, edition_id: int) -> Edition:
    """Read what a participant handed in in the visitor's course.

    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: there is none here, it was taken back, or its author has left; the answer does not tell which.
    """
    row = get_submission_row(session, visitor, edition_id)
    return edition_value(session, row, get_place(programme, row.chapter_number))


def get_submission_row(session: Session, visitor: Visitor, edition_id: int) -> WorkbookEdition:
    """Find a submission that the visitor may read and decide on; raises as `read_submission` does."""
    _only_instructors(visitor)
    return _get_row(session, edition_id, EditionKind.SUBMISSION, visitor.course_id)


def list_shown_chapters(session: Session, programme: Programme, visitor: Visitor) -> tuple[ShownChapter, ...]:
    """List what other members show in the visitor's course."""
    if visitor.course_id is None or not visitor.is_participant:
        return ()
    mine = select(WorkbookFeedback.workbook_edition_id).where(WorkbookFeedback.author_id == visitor.user_id)
    rows = session.execute(
        select(WorkbookEdition, User.name, WorkbookEdition.id.in_(mine))
        .join(Workbook, Workbook.id == WorkbookEdition.workbook_id)
        .join(User, User.id == Workbook.user_id)
        .join(Membership, (Membership.user_id == User.id) & (Membership.course_id == WorkbookEdition.course_id))
        .where(
            WorkbookEdition.kind == EditionKind.RELEASE,
            WorkbookEdition.course_id == visitor.course_id,
            WorkbookEdition.ended_at.is_(None),
            ~Membership.is_gone,
            Workbook.programme_slug == programme.slug,
            User.id != visitor.user_id,
        )
        .order_by(WorkbookEdition.created_at.desc(), WorkbookEdition.id.desc())
    )
    return tuple(
        ShownChapter(edition.id, name, get_place(programme, edition.chapter_number), edition.created_at, bool(has_mine))
        for edition, name, has_mine in rows
    )


def read_shown_chapter(session: Session, programme: Programme, visitor: Visitor, edition_id: int) -> Edition:
    """Read a chapter that a member shows in the visitor's course; of the feedback only the visitor's own.

    Raises:
        NotFound: there is none, or it is not shown (any more) here; the answer does not tell which.
    """
    row = get_shown_row(session, visitor, edition_id)
    edition = edition_value(session, row, get_place(programme, row.chapter_number))
    return replace(edition, feedback=tuple(one for one in edition.feedback if one.author_id == visitor.user_id))


def get_shown_row(session: Session, visitor: Visitor, edition_id: int) -> WorkbookEdition:
    """Find a shown chapter that the visitor may read and comment."""
    if visitor.course_id is None or not visitor.is_participant:
        raise _not_here()
    row = _get_row(session, edition_id, EditionKind.RELEASE, visitor.course_id)
    owner = session.scalar(select(Workbook.user_id).where(Workbook.id == row.workbook_id))
    if owner == visitor.user_id:
        raise _not_here()
    return row


def _get_row(session: Session, edition_id: int, kind: EditionKind, course_id: int | None) -> WorkbookEdition:
    row = session.scalars(
        select(WorkbookEdition)
        .join(Workbook, Workbook.id == WorkbookEdition.workbook_id)
        .join(Membership, Membership.user_id == Workbook.user_id)
        .where(
            WorkbookEdition.id == edition_id,
            WorkbookEdition.kind == kind,
            WorkbookEdition.ended_at.is_(None),
            WorkbookEdition.course_id == course_id,
            Membership.course_id == course_id,
            ~Membership.is_gone,
        )
    ).one_or_none()
    if row is None:
        raise _not_here()
    return row


def _only_instructors(visitor: Visitor) -> None:
    # Mentors and supervisors are no instructors: they see nothing of a draft (docs: what is stored, who sees it).
    if not visitor.is_instructor:
        raise Forbidden(
            N_("Diese Seite ist der Kursleitung vorbehalten."),
            next_step=N_("Ihre eigenen Inhalte finden Sie unter „Module“."),
            code="instructors_only",
        )


def _not_here() -> NotFound:
    return NotFound(
        N_("Dieses Kapitel ist hier nicht zu sehen."),
        next_step=N_("Gehen Sie zurück zur Liste und laden Sie sie neu: Vielleicht wurde es zurückgezogen."),
        code="edition_not_found",
    )
