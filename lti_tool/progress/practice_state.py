"""Tells whether a module's practice task is done: every one of its chapters (curriculum, section 6, Completion)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Chapter, Module
from lti_tool.domain.rules.workbook import Decision, EditionKind, PracticeRule, Status, practice_done
from lti_tool.models import Workbook, WorkbookChapter, WorkbookEdition, WorkbookFeedback


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
        rule: what the course asks for.
    """
    chapters = module.practice.chapters if module.practice else ()
    statuses = _statuses(session, user_id, [chapter.number for chapter in chapters])
    # What nobody has begun to write in, nobody has handed in.
    done = chapters_done_by(session, [user_id], rule).get(user_id, frozenset()) if statuses else frozenset()
    return PracticeState(
        tuple(ChapterState(chapter, statuses.get(chapter.number, Status.OPEN), chapter.number in done) for chapter in chapters)
    )


def chapters_done_by(session: Session, people: list[int] | Select[int], rule: PracticeRule) -> Mapping[int, frozenset[int]]:
    """Tell, by user, which chapters count as done; read with one query however many people they are."""
    found: defaultdict[int, defaultdict[int, _Said]] = defaultdict(lambda: defaultdict(_Said))
    for user_id, number, kind, decision, is_ended, is_confirmed in _editions(session, people):
        said = found[user_id][number]
        if kind == EditionKind.SUBMISSION and not is_ended:
            said.submitted = True
            said.accepted |= decision == Decision.ACCEPTED
        said.confirmed |= is_confirmed
    return {
        user_id: frozenset(
            number
            for number, said in chapters.items()
            if practice_done(rule, accepted=said.accepted, submitted=said.submitted, confirmed=said.confirmed)
        )
        for user_id, chapters in found.items()
    }


@dataclass
class _Said:
    """What was said to the editions of one chapter."""

    accepted: bool = False
    submitted: bool = False
    confirmed: bool = False


def _statuses(session: Session, user_id: int, numbers: list[int]) -> dict[int, Status]:
    rows = session.execute(
        select(WorkbookChapter.number, WorkbookChapter.status)
        .join(Workbook, Workbook.id == WorkbookChapter.workbook_id)
        .where(Workbook.user_id == user_id, WorkbookChapter.number.in_(numbers))
    )
    return {number: Status(status) for number, status in rows}


def _editions(session: Session, people: list[int] | Select[int]) -> list[tuple[int, int, str, str, bool, bool]]:
    confirmations = select(WorkbookFeedback.workbook_edition_id).where(WorkbookFeedback.is_confirmed)
    rows = session.execute(
        select(
            Workbook.user_id,
            WorkbookEdition.chapter_number,
            WorkbookEdition.kind,
            WorkbookEdition.decision,
            WorkbookEdition.ended_at.is_not(None),
            WorkbookEdition.id.in_(confirmations),
        )
        .join(Workbook, Workbook.id == WorkbookEdition.workbook_id)
        .where(Workbook.user_id.in_(people))
    )
    return [(user, number, kind, decision, bool(ended), bool(yes)) for user, number, kind, decision, ended, yes in rows]
