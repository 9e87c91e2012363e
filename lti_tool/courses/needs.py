"""Who in a course needs whoever teaches: for each reason the people, so that nobody has to read the whole table."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from lti_tool.courses.standings import CertificateState, MemberStanding, ModuleState
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.rules.completion import Conditions
from lti_tool.domain.rules.workbook import EditionKind, Status
from lti_tool.models import Certificate, Membership, NameRequest, Workbook, WorkbookChapter, WorkbookEdition
from lti_tool.progress.requirements import requirements_of

SILENT_AFTER = timedelta(days=14)
FAILED_OFTEN = 2


class NeedReason(StrEnum):
    """Why somebody needs whoever teaches; in this order they are listed."""

    STUCK = "stuck"
    FAILED_TWICE = "failed_twice"
    CHAPTER_WAITS = "chapter_waits"
    NAME_REQUEST = "name_request"
    NAME_UNPRINTABLE = "name_unprintable"
    SCORE_PARKED = "score_parked"
    SILENT = "silent"
    UNDATED = "undated"
    """Live sessions that the course asks for have no date: nobody's name, a count."""
    ROSTER_UNREAD = "roster_unread"


@dataclass(frozen=True)
class Need:
    """One reason; `people` in the order of the list, and empty where it is about the course itself."""

    reason: NeedReason
    count: int
    people: tuple[MemberStanding, ...] = ()


@dataclass(frozen=True)
class NeedFacts:
    """What the standings do not tell."""

    silent: Collection[int] = ()
    """Who has opened the course, but not within the last days."""
    chapter_waits: Collection[int] = ()
    name_request: Collection[int] = ()
    undated: int = 0
    is_roster_unread: bool = False


def needs_of(present: Sequence[MemberStanding], facts: NeedFacts) -> tuple[Need, ...]:
    """Say who needs whoever teaches, and why. Somebody with several reasons stands under each."""
    rules: dict[NeedReason, Callable[[MemberStanding], bool]] = {
        NeedReason.STUCK: lambda member: member.is_stuck,
        NeedReason.FAILED_TWICE: _has_failed_twice,
        NeedReason.CHAPTER_WAITS: lambda member: member.user_id in facts.chapter_waits,
        NeedReason.NAME_REQUEST: lambda member: member.user_id in facts.name_request,
        NeedReason.NAME_UNPRINTABLE: lambda member: member.certificate is CertificateState.WAITS_FOR_NAME,
        NeedReason.SCORE_PARKED: _has_parked_score,
        # Whoever has finished need not come back.
        NeedReason.SILENT: lambda member: member.user_id in facts.silent and not member.is_finished,
    }
    found = [Need(reason, len(people), people) for reason, rule in rules.items() if (people := tuple(filter(rule, present)))]
    if facts.undated:
        found.append(Need(NeedReason.UNDATED, facts.undated))
    if facts.is_roster_unread:
        found.append(Need(NeedReason.ROSTER_UNREAD, 1))
    return tuple(found)


def need_facts(
    session: Session, programme: Programme, course_id: int, conditions: Conditions, *, is_roster_unread: bool, now: datetime
) -> NeedFacts:
    """Read what the standings do not tell, for all members with one statement, and one more where live sessions are asked for."""
    marks = union_all(
        _silent(course_id, before=now - SILENT_AFTER), _with_waiting_chapter(programme, course_id), _with_name_request(course_id)
    )
    marked: dict[str, set[int]] = {reason: set() for reason in NeedReason}
    for reason, user_id in session.execute(marks):
        marked[reason].add(user_id)
    asked = requirements_of(session, programme, course_id, conditions=conditions)
    return NeedFacts(
        silent=marked[NeedReason.SILENT],
        chapter_waits=marked[NeedReason.CHAPTER_WAITS],
        name_request=marked[NeedReason.NAME_REQUEST],
        undated=sum(meeting.starts_at is None for module in programme.placed_modules for meeting in asked.meetings_in(module)),
        is_roster_unread=is_roster_unread,
    )


def _has_failed_twice(member: MemberStanding) -> bool:
    """Tell whether somebody has failed a quiz more than once and still may try; all attempts used is a reason of its own."""
    return any(module.state is ModuleState.BEGUN and module.failed >= FAILED_OFTEN for module in member.modules)


def _has_parked_score(member: MemberStanding) -> bool:
    return any(module.score is not None and module.score.state == "parked" for module in member.all_modules)


def _silent(course_id: int, *, before: datetime) -> Select[str, int]:
    return select(literal(NeedReason.SILENT.value), Membership.user_id).where(
        Membership.course_id == course_id, ~Membership.is_gone, Membership.launched_at < before
    )


def _with_waiting_chapter(programme: Programme, course_id: int) -> Select[str, int]:
    return (
        select(literal(NeedReason.CHAPTER_WAITS.value), Workbook.user_id)
        .join(WorkbookEdition, WorkbookEdition.workbook_id == Workbook.id)
        .join(
            WorkbookChapter,
            (WorkbookChapter.workbook_id == Workbook.id) & (WorkbookChapter.number == WorkbookEdition.chapter_number),
        )
        .where(
            WorkbookEdition.course_id == course_id,
            WorkbookEdition.kind == EditionKind.SUBMISSION,
            WorkbookEdition.ended_at.is_(None),
            WorkbookChapter.status == Status.SUBMITTED,
            Workbook.programme_slug == programme.slug,
        )
    )


def _with_name_request(course_id: int) -> Select[str, int]:
    return (
        select(literal(NeedReason.NAME_REQUEST.value), Membership.user_id)
        .join(Certificate, Certificate.user_id == Membership.user_id)
        .join(NameRequest, NameRequest.certificate_id == Certificate.id)
        .where(Membership.course_id == course_id, NameRequest.decision == "")
    )
