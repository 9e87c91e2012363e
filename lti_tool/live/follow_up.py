"""The follow-up (Nachbereitung) of a live session: read the summary, answer the questions; that makes up for the session."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.live import ANSWER_LENGTH_MAX, LivePart, Meeting, may_follow_up
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import FollowUp
from lti_tool.progress.live_records import records_of
from lti_tool.progress.meetings import get_meeting
from lti_tool.progress.settle import settle

# Authors may have written no questions; what was learned can always be asked.
QUESTION_WITHOUT_AUTHORS = N_("Was nehmen Sie aus dieser Sitzung für Ihre Kommune mit?")
log = logging.getLogger(__name__)


class FollowUpClosed(Conflict):
    code = "follow_up_closed"

    def __init__(self) -> None:
        super().__init__(
            N_("Die Nachbereitung ist noch nicht offen."),
            next_step=N_("Sie ist ab dem Ende der Sitzung verfügbar, oder sobald Ihre Kursleitung Sie entschuldigt hat."),
        )


class AnswersTooLong(Conflict):
    status = 422
    code = "answers_too_long"

    def __init__(self) -> None:
        super().__init__(
            N_("Eine Antwort ist länger als %(most)s Zeichen."),
            next_step=N_("Kürzen Sie sie und speichern Sie noch einmal. Es ist noch nichts verloren."),
            most=ANSWER_LENGTH_MAX,
        )


@dataclass(frozen=True)
class MeetingPage:
    """One live session for somebody who takes part."""

    meeting: Meeting
    part: LivePart
    is_over: bool
    may_follow_up: bool
    questions: tuple[str, ...]
    """HTML; empty: the authors wrote none, and the page asks one of its own."""
    answers: tuple[str, ...]
    """In the order of the questions, what is saved so far."""
    finished_at: datetime | None
    return_reason: str
    """Why the instructor sent the answers back; empty: they did not, or the answers have been finished since."""


def open_meeting(
    session: Session, programme: Programme, visitor: Visitor, module_slug: str, code: str, *, now: datetime
) -> MeetingPage:
    """Gather the page of a live session.

    Raises:
        NotFound: there is none of that name.
    """
    meeting = get_meeting(session, programme, visitor.course_id, module_slug, code)
    part = records_of(session, [visitor.user_id]).part(visitor.user_id, meeting)
    row = _row(session, visitor.user_id, meeting)
    count = _count(meeting)
    answers = [str(answer) for answer in row.answers] if row is not None else []
    return MeetingPage(
        meeting=meeting,
        part=part,
        is_over=meeting.is_over(now),
        may_follow_up=may_follow_up(meeting, part, now=now) or _is_returned(row),
        questions=meeting.session.questions,
        answers=tuple([*answers, *[""] * count][:count]),
        finished_at=row.finished_at if row is not None else None,
        return_reason=row.return_reason or "" if row is not None and _is_returned(row) else "",
    )


def save_follow_up(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    module_slug: str,
    code: str,
    answers: Sequence[str],
    *,
    now: datetime,
) -> bool:
    """Save the answers; once all questions are answered, the session is made up for, and that stays.

    What was sent back counts again once it is finished anew; nobody has to look at it a second time.

    Returns:
        Whether all questions are answered.
    Raises:
        NotFound: there is no such session.
        FollowUpClosed: it has not taken place yet.
        AnswersTooLong: an answer is longer than the table wants to hold.
    """
    meeting = get_meeting(session, syllabus.programme, visitor.course_id, module_slug, code)
    part = records_of(session, [visitor.user_id]).part(visitor.user_id, meeting)
    if not may_follow_up(meeting, part, now=now) and not _is_returned(_row(session, visitor.user_id, meeting)):
        raise FollowUpClosed
    count = _count(meeting)
    cleaned = [clean_text(answer) for answer in [*answers, *[""] * count][:count]]
    if any(len(answer) > ANSWER_LENGTH_MAX for answer in cleaned):
        raise AnswersTooLong
    is_finished = all(cleaned)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(FollowUp).values(
        user_id=visitor.user_id,
        module_slug=meeting.module.slug,
        session_code=meeting.session.code,
        course_id=visitor.course_id,
        answers=cleaned,
        programme_version=syllabus.programme.version,
        saved_at=now,
        finished_at=now if is_finished else None,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "module_slug", "session_code"],
            set_={
                "course_id": statement.excluded.course_id,
                "answers": statement.excluded.answers,
                "programme_version": statement.excluded.programme_version,
                "saved_at": statement.excluded.saved_at,
                "finished_at": func.coalesce(FollowUp.finished_at, statement.excluded.finished_at),
                **({"returned_at": None} if is_finished else {}),
            },
        )
    )
    log.info("follow_up_saved", extra={"user": visitor.user_id, "session": meeting.session.code, "finished": is_finished})
    settle(session, syllabus, visitor, meeting.module, now=now)
    return is_finished


def _is_returned(row: FollowUp | None) -> bool:
    return row is not None and row.returned_at is not None and row.finished_at is None


def _count(meeting: Meeting) -> int:
    return len(meeting.session.questions) or 1


def _row(session: Session, user_id: int, meeting: Meeting) -> FollowUp | None:
    return session.scalars(
        select(FollowUp).where(
            FollowUp.user_id == user_id,
            FollowUp.module_slug == meeting.module.slug,
            FollowUp.session_code == meeting.session.code,
        )
    ).one_or_none()
