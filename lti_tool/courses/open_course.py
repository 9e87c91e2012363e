"""Opens the course page: everybody's standing, filtered and sorted, the chart's figures, and what went wrong with scores."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.needs import Need, need_facts, needs_of
from lti_tool.courses.person.advice import Advice, advice_for
from lti_tool.courses.standings import CertificateState, MemberStanding, ModuleState, ScoreStanding, standings_in
from lti_tool.courses.viewer import Viewer, viewer_of
from lti_tool.domain.content.programme import AssessmentRules, Module, Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.completion import Conditions
from lti_tool.domain.rules.course import CourseSettings
from lti_tool.domain.words.folding import by_name, is_found
from lti_tool.domain.words.typed_text import clean_line
from lti_tool.models import Course, RosterReading
from lti_tool.passback.reasons import Reason, reason_for
from lti_tool.progress.course_facts import settings_of

log = logging.getLogger(__name__)

PAGE_SIZE = 50
# Fewer people would be told by the figures (public service law on monitoring staff; see docs).
FEWEST_FOR_FIGURES = 5
Value = TypeVar("Value", bound=StrEnum)


class Show(StrEnum):
    """Which members are listed."""

    ALL = "all"
    LATE_SCORE = "late"
    STUCK = "stuck"
    UNFINISHED = "unfinished"
    NOT_BEGUN = "not-begun"
    CERTIFIED = "certified"
    GONE = "gone"


class Sort(StrEnum):
    NAME = "name"
    FEWEST_FIRST = "fewest"
    MOST_FIRST = "most"


@dataclass(frozen=True)
class CourseQuery:
    """What the address asks for."""

    show: Show = Show.ALL
    sort: Sort = Sort.NAME
    name: str = ""
    page: int = 1

    @classmethod
    def of(cls, show: str, sort: str, name: str, page: str) -> "CourseQuery":
        """Read words of an address; what is not understood counts as not said."""
        return cls(
            _word(Show, show, Show.ALL),
            _word(Sort, sort, Sort.NAME),
            clean_line(name)[:100],
            int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 6 and int(page) > 0 else 1,
        )


@dataclass(frozen=True)
class CourseLine:
    member: MemberStanding
    advice: Advice | None
    """None: the viewer sees passed or not, nothing else."""


@dataclass(frozen=True)
class Bar:
    module: Module
    passed: int


@dataclass(frozen=True)
class LateScores:
    """Scores that have not arrived for the same reason."""

    count: int
    reason: Reason | None
    since: datetime
    next_try_at: datetime | None


@dataclass(frozen=True)
class WithoutColumn:
    """A module for which the course's gradebook has no column, and whose scores are therefore nowhere there."""

    module: Module
    count: int
    reason: Reason | None


@dataclass(frozen=True)
class Roster:
    """What is known of the platform's roster."""

    is_offered: bool
    read_at: datetime | None
    problem: str


@dataclass(frozen=True)
class CoursePage:
    title: str
    sees_details: bool
    query: CourseQuery
    total: int
    """Participants who are in the course now, whatever is filtered."""
    gone: int
    certified: int
    bars: tuple[Bar, ...]
    """Empty where there are too few for figures."""
    lines: tuple[CourseLine, ...]
    found: int
    pages: int
    troubles: tuple[LateScores, ...]
    emptied: int
    """Scores that were in the gradebook and are not any more; whoever teaches is asked once what is meant."""
    without_column: tuple[WithoutColumn, ...]
    roster: Roster
    needs: tuple[Need, ...]
    """Who needs whoever teaches; empty for those who only accompany."""
    settings: CourseSettings
    rules: AssessmentRules


def open_course(session: Session, programme: Programme, visitor: Visitor, query: CourseQuery, *, now: datetime) -> CoursePage:
    """Gather the course page.

    Raises:
        Forbidden: the visitor neither teaches nor accompanies here.
        Conflict: the launch named no course.
    """
    viewer = viewer_of(session, visitor)
    settings = settings_of(session, viewer.course_id)
    rules = settings.applied_to(programme.assessment)
    everybody = standings_in(session, programme, rules, viewer.course_id, only=viewer.only, with_further=True, now=now)
    present = [member for member in everybody if not member.is_gone]
    found = _chosen(everybody, query, viewer)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    shown = found[(min(query.page, pages) - 1) * PAGE_SIZE :][:PAGE_SIZE]
    course = session.get_one(Course, viewer.course_id)
    roster = _roster(session, course)
    unread = roster.is_offered and roster.read_at is None
    facts = (
        need_facts(session, programme, course.id, settings.conditions or Conditions(), is_roster_unread=unread, now=now)
        if viewer.sees_details
        else None
    )
    log.info("course_opened", extra={"course": viewer.course_id, "user": visitor.user_id, "members": len(shown)})
    return CoursePage(
        title=course.title or course.label,
        sees_details=viewer.sees_details,
        query=query,
        total=len(present),
        gone=len(everybody) - len(present),
        certified=sum(member.certificate is CertificateState.ISSUED for member in present),
        bars=_bars(programme, present, viewer),
        lines=tuple(CourseLine(member, advice_for(programme, member) if viewer.sees_details else None) for member in shown),
        found=len(found),
        pages=pages,
        troubles=_troubles(present) if viewer.sees_details else (),
        emptied=_count_emptied(present) if viewer.sees_details else 0,
        without_column=_without_column(programme, present) if viewer.sees_details else (),
        roster=roster,
        needs=needs_of(in_order_of_names(present), facts) if facts else (),
        settings=settings,
        rules=rules,
    )


def in_order_of_names(members: Iterable[MemberStanding]) -> list[MemberStanding]:
    """Sort by name, those without one last."""
    return sorted(members, key=lambda member: by_name(member.name, member.user_id))


def _word(kind: type[Value], text: str, otherwise: Value) -> Value:
    try:
        return kind(text)
    except ValueError:
        return otherwise


def _chosen(everybody: Sequence[MemberStanding], query: CourseQuery, viewer: Viewer) -> list[MemberStanding]:
    show = query.show if viewer.sees_details else Show.ALL
    found = in_order_of_names(
        member
        for member in everybody
        if member.is_gone == (show is Show.GONE) and _shows(member, show) and is_found(query.name, member.name)
    )
    if query.sort is not Sort.NAME and viewer.sees_details:
        # Stable: equals stay in the order of their names.
        found.sort(key=lambda member: member.passed, reverse=query.sort is Sort.MOST_FIRST)
    return found


def _shows(member: MemberStanding, show: Show) -> bool:
    match show:
        case Show.LATE_SCORE:
            return member.has_late_score
        case Show.STUCK:
            return member.is_stuck
        case Show.UNFINISHED:
            return not member.is_finished
        case Show.NOT_BEGUN:
            return all(module.state is ModuleState.OPEN for module in member.modules)
        case Show.CERTIFIED:
            return member.certificate is CertificateState.ISSUED
        case _:
            return True


def _bars(programme: Programme, present: Sequence[MemberStanding], viewer: Viewer) -> tuple[Bar, ...]:
    if not present or (not viewer.sees_details and len(present) < FEWEST_FOR_FIGURES):
        return ()
    return tuple(
        Bar(module, sum(member.modules[place].state is ModuleState.PASSED for member in present))
        for place, module in enumerate(programme.placed_modules)
    )


def _troubles(present: Iterable[MemberStanding]) -> tuple[LateScores, ...]:
    late = [
        module.score for member in present for module in member.all_modules if module.score is not None and module.score.is_late
    ]
    counts = Counter((score.reason, score.state) for score in late)
    troubles = []
    for (code, state), count in counts.most_common():
        alike = [score for score in late if (score.reason, score.state) == (code, state)]
        tries = [score.next_try_at for score in alike if score.next_try_at is not None]
        troubles.append(LateScores(count, reason_for(code), min(score.since for score in alike), min(tries, default=None)))
    return tuple(troubles)


def _count_emptied(present: Iterable[MemberStanding]) -> int:
    return sum(module.score is not None and module.score.is_asked_about for member in present for module in member.all_modules)


def _without_column(programme: Programme, present: Sequence[MemberStanding]) -> tuple[WithoutColumn, ...]:
    """Tell of scores that lack a column: of modules that the course has not placed, too, for somebody has passed them here."""
    lacking: dict[str, list[ScoreStanding]] = {}
    for member in present:
        for standing in member.all_modules:
            if standing.score is not None and standing.score.state == "no_column":
                lacking.setdefault(standing.module.slug, []).append(standing.score)
    return tuple(
        WithoutColumn(module, len(scores), reason_for(scores[0].reason))
        for module in programme.modules
        if (scores := lacking.get(module.slug))
    )


def _roster(session: Session, course: Course) -> Roster:
    reading = session.scalars(select(RosterReading).where(RosterReading.course_id == course.id)).one_or_none()
    return Roster(
        is_offered=course.memberships_url is not None,
        read_at=reading.read_at if reading else None,
        problem=reading.problem if reading else "",
    )
