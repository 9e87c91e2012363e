"""Tells whether a module's practice task is done: every one of its chapters (curriculum, section 6, Completion)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.programme import Chapter, Module
from lti_tool.domain.workbook import PracticeRule, Status, practice_done
from lti_tool.models import Workbook, WorkbookChapter, WorkbookEdition, WorkbookFeedback
from lti_tool.workbook.editions import Decision, Kind


@dataclass(frozen=True)
class ChapterState:
    chapter: Chapter
    status: Status
    is_done: bool
    """A chapter once accepted stays done, also while its author goes on writing in it."""


@dataclass(frozen=True)
class PracticeState:
    chapters: tuple[ChapterState, ...]

    @property
    def is_done(self) -> bool:
        return all(chapter.is_done for chapter in self.chapters)


def practice_state(
    session: Session, *, user_id: int, module: Module, rule: PracticeRule = PracticeRule.ACCEPTED
) -> PracticeState:
    """Tell where the chapters of a module's practice task stand; a module without a practice task needs none.

    Args:
        rule: what the context asks for.
    """
    chapters = module.practice.chapters if module.practice else ()
    numbers = [chapter.number for chapter in chapters]
    statuses = _statuses(session, user_id, numbers)
    accepted, submitted, confirmed = set(), set(), set()
    for number, kind, decision, is_ended, is_confirmed in _editions(session, user_id, numbers):
        if kind == Kind.SUBMISSION and not is_ended:
            submitted.add(number)
            if decision == Decision.ACCEPTED:
                accepted.add(number)
        if is_confirmed:
            confirmed.add(number)
    return PracticeState(
        tuple(
            ChapterState(
                chapter,
                statuses.get(chapter.number, Status.OPEN),
                practice_done(
                    rule,
                    accepted=chapter.number in accepted,
                    submitted=chapter.number in submitted,
                    confirmed=chapter.number in confirmed,
                ),
            )
            for chapter in chapters
        )
    )


def _statuses(session: Session, user_id: int, numbers: list[int]) -> dict[int, Status]:
    rows = session.execute(
        select(WorkbookChapter.number, WorkbookChapter.status)
        .join(Workbook, Workbook.id == WorkbookChapter.workbook_id)
        .where(Workbook.user_id == user_id, WorkbookChapter.number.in_(numbers))
    )
    return {number: Status(status) for number, status in rows}


def _editions(session: Session, user_id: int, numbers: list[int]) -> list[tuple[int, str, str, bool, bool]]:
    confirmations = select(WorkbookFeedback.workbook_edition_id).where(WorkbookFeedback.is_confirmed)
    rows = session.execute(
        select(
            WorkbookEdition.chapter_number,
            WorkbookEdition.kind,
            WorkbookEdition.decision,
            WorkbookEdition.ended_at.is_not(None),
            WorkbookEdition.id.in_(confirmations),
        )
        .join(Workbook, Workbook.id == WorkbookEdition.workbook_id)
        .where(Workbook.user_id == user_id, WorkbookEdition.chapter_number.in_(numbers))
    )
    return [(number, kind, decision, bool(ended), bool(confirmed)) for number, kind, decision, ended, confirmed in rows]
