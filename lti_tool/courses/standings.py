"""Where each member of a course stands in each module, read with eight queries however many they are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, case, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import AssessmentRules, Chapter, Module, Programme, counted
from lti_tool.domain.documents.certificate import WHOLE_PROGRAMME, day_of
from lti_tool.domain.documents.printed_name import find_printable_name
from lti_tool.domain.people import is_counted, roles_in
from lti_tool.domain.rules.completion import Condition, MissingCondition, missing
from lti_tool.models import (
    Attempt,
    Certificate,
    ColumnLook,
    Completion,
    DueScore,
    ExtraAttempt,
    LessonProgress,
    LineItemRow,
    Membership,
    ResourceLink,
    ScoreDelivery,
    User,
)
from lti_tool.passback.delivery import CLAIMED, EMPTIED, MISSING, NO_LINE_ITEM, WAITING
from lti_tool.passback.delivery_status import WORST_FIRST, DeliveryState, shown_state
from lti_tool.progress.contributions import Contributions, contributions_of
from lti_tool.progress.requirements import requirements_of


class ModuleState(StrEnum):
    """Where somebody stands in one module, in the words of the table."""

    PASSED = "passed"
    STUCK = "stuck"
    """All attempts are used and the quiz is not passed."""
    BEGUN = "begun"
    OPEN = "open"


class CertificateState(StrEnum):
    ISSUED = "issued"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WAITS_FOR_NAME = "waits_for_name"
    WAITS_FOR_MORE = "waits_for_more"
    """All modules are passed, but chapters of the draft or live time are missing."""
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class ScoreStanding:
    """How far the score for a module got in this course: the worst of its links."""

    state: DeliveryState
    reason: str
    next_try_at: datetime | None
    since: datetime
    is_asked_about: bool = False
    """Somebody has emptied it in the gradebook, and nobody has said yet what is meant."""

    @property
    def is_late(self) -> bool:
        """Something went wrong; a score that has just been put on its way is not late."""
        return self.state in ("parked", "delayed")


@dataclass(frozen=True, slots=True)
class ModuleStanding:
    module: Module
    state: ModuleState
    lessons_read: int
    attempts: int
    attempts_allowed: int
    is_quiz_passed: bool
    best_pct: float | None
    completed_at: datetime | None
    score: ScoreStanding | None
    """None: nothing was to be sent to this course."""
    missing: tuple[MissingCondition, ...] = ()
    """What this course still asks for; empty: the module is passed."""
    failed: int = 0
    """Attempts that were handed in and not passed; 0 as soon as one was passed."""


@dataclass(frozen=True, slots=True)
class MemberStanding:
    user_id: int
    sub: str
    name: str | None
    is_gone: bool
    modules: tuple[ModuleStanding, ...]
    """Of the modules that the course has placed, in the programme's order."""
    certificate: CertificateState
    open_chapters: tuple[Chapter, ...] = ()
    """Chapters of the draft that this course still asks for."""
    live_share_pct: float = 100
    """How much of the live time counts; 100 where the course asks for none."""
    further: tuple[ModuleStanding, ...] = ()
    """Modules that the course has not placed and the person has begun all the same, where they were asked for."""

    @property
    def all_modules(self) -> tuple[ModuleStanding, ...]:
        """Give the course's modules and those begun beside them: a score can be late or lack a column in any of them."""
        return (*self.modules, *self.further)

    @property
    def counted(self) -> tuple[ModuleStanding, ...]:
        """Give those that are counted: electives stand beside, and are never missing where there is anything else."""
        modules = counted([standing.module for standing in self.modules])
        return tuple(standing for standing in self.modules if standing.module in modules)

    @property
    def passed(self) -> int:
        """Count the passed modules of the course."""
        return sum(standing.state is ModuleState.PASSED for standing in self.counted)

    @property
    def is_finished(self) -> bool:
        """Nothing of the course is open."""
        return all(standing.state is ModuleState.PASSED for standing in self.counted)

    @property
    def has_late_score(self) -> bool:
        return any(module.score is not None and module.score.is_late for module in self.all_modules)

    @property
    def is_stuck(self) -> bool:
        return any(module.state is ModuleState.STUCK for module in self.modules)


@dataclass(frozen=True)
class _Facts:
    """Everything about everybody, by user and module."""

    lessons: Mapping[tuple[int, str], tuple[int, int]]
    tries: Mapping[tuple[int, str], Any]
    completed: Mapping[tuple[int, str], datetime]
    scores: Mapping[tuple[int, str], ScoreStanding]
    granted: Mapping[tuple[int, str], int]
    certificates: Mapping[int, CertificateState]
    """By user: what the newest is worth."""
    beside: Contributions


def standings_in(
    session: Session,
    programme: Programme,
    rules: AssessmentRules,
    course_id: int,
    *,
    only: Collection[int] | None = None,
    with_further: bool = False,
    now: datetime,
) -> list[MemberStanding]:
    """Tell where the participants of a course stand, those who are gone included.

    Left out is who does not learn there, or only pretends to.

    Args:
        rules: as they hold in this course.
        only: keys of the users to look at; None: all.
        with_further: tell of begun modules, too, that are not the course's.
    """
    members = [row for row in session.execute(_members(course_id, only)) if is_counted(roles_in(row.roles))]
    who = select(User.id).where(User.id.in_(only)) if only is not None else _user_ids(course_id)
    facts = _facts(session, programme, course_id, who, now=now)
    return [
        MemberStanding(
            user_id=row.id,
            sub=row.sub,
            name=row.name,
            is_gone=row.is_gone,
            modules=tuple(_module(row.id, module, rules, facts) for module in programme.placed_modules),
            certificate=_certificate(row, programme, facts),
            open_chapters=facts.beside.open_chapters_of_all(row.id, programme),
            live_share_pct=facts.beside.live_share_pct(row.id, programme),
            further=_begun(row.id, programme.further_modules, rules, facts) if with_further else (),
        )
        for row in members
    ]


def _begun(user_id: int, modules: Sequence[Module], rules: AssessmentRules, facts: _Facts) -> tuple[ModuleStanding, ...]:
    standings = (_module(user_id, module, rules, facts) for module in modules)
    return tuple(standing for standing in standings if standing.state is not ModuleState.OPEN)


def _members(course_id: int, only: Collection[int] | None) -> Select[*tuple[Any, ...]]:
    query = (
        select(User.id, User.sub, User.name, User.certificate_name, Membership.roles, Membership.is_gone)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.course_id == course_id)
    )
    return query if only is None else query.where(User.id.in_(only))


def _user_ids(course_id: int) -> Select[int]:
    return select(Membership.user_id).where(Membership.course_id == course_id)


def _facts(session: Session, programme: Programme, course_id: int, who: Select[int], *, now: datetime) -> _Facts:
    people = who.scalar_subquery()
    # Plain rows: the session's own loading costs as much again where thousands come.
    rows = session.connection()
    # Lessons of other versions are left out while counting. As a condition they would be one on the index behind its gap, and
    # PostgreSQL 18 then believes that reading the whole table is cheaper (seen with five million rows).
    is_of_version = LessonProgress.lesson_code.in_(list(programme.lessons_by_code))
    lessons = rows.execute(
        select(
            LessonProgress.user_id,
            LessonProgress.module_slug,
            func.count(case((is_of_version, LessonProgress.id))),
            func.count(case((is_of_version, LessonProgress.completed_at))),
        )
        .where(LessonProgress.user_id.in_(people))
        .group_by(LessonProgress.user_id, LessonProgress.module_slug)
    ).all()
    tries = rows.execute(
        select(
            Attempt.user_id,
            Attempt.module_slug,
            func.count(Attempt.id),
            func.count(Attempt.submitted_at),
            func.max(case((Attempt.is_passed.is_(True), 1), else_=0)),
            func.max(100.0 * Attempt.points / Attempt.points_possible),
        )
        .where(Attempt.user_id.in_(people))
        .group_by(Attempt.user_id, Attempt.module_slug)
    ).all()
    completed = rows.execute(
        select(Completion.user_id, Completion.module_slug, Completion.completed_at).where(Completion.user_id.in_(people))
    ).all()
    granted = rows.execute(
        select(ExtraAttempt.user_id, ExtraAttempt.module_slug, func.count(ExtraAttempt.id))
        .where(ExtraAttempt.user_id.in_(people))
        .group_by(ExtraAttempt.user_id, ExtraAttempt.module_slug)
    ).all()
    certificates = rows.execute(
        select(Certificate.user_id, Certificate.revoked_at, Certificate.facts["valid_until"].as_string())
        .where(
            Certificate.user_id.in_(people),
            Certificate.programme_slug == programme.slug,
            Certificate.subject == WHOLE_PROGRAMME,
        )
        .order_by(Certificate.serial)
    ).all()
    return _Facts(
        lessons={(user, slug): (opened, read) for user, slug, opened, read in lessons},
        tries={(row[0], row[1]): row[2:] for row in tries},
        completed={(user, slug): at for user, slug, at in completed},
        scores=_scores(rows, course_id, people),
        granted={(user, slug): count for user, slug, count in granted},
        certificates={user: _worth(revoked_at, ends, today=day_of(now)) for user, revoked_at, ends in certificates if user},
        beside=contributions_of(session, requirements_of(session, programme, course_id), who),
    )


def _scores(connection: Connection, course_id: int, people: Any) -> dict[tuple[int, str], ScoreStanding]:
    rows = connection.execute(
        select(
            ScoreDelivery.user_id,
            ScoreDelivery.module_slug,
            ScoreDelivery.state,
            ScoreDelivery.tries,
            ScoreDelivery.last_error,
            # Reading a moment takes longer than the row around it, and most have arrived.
            case((ScoreDelivery.state.in_((WAITING, CLAIMED)), ScoreDelivery.next_try_at)),
            ScoreDelivery.changed_at,
        )
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(or_(ResourceLink.course_id == course_id, LineItemRow.course_id == course_id), ScoreDelivery.user_id.in_(people))
    ).all()
    found: dict[tuple[int, str], ScoreStanding] = {}
    for user, slug, stored, tries, reason, next_try_at, changed_at in rows:
        state = shown_state(stored, tries, reason)
        worst = found.get((user, slug))
        if worst is None or WORST_FIRST.index(state) < WORST_FIRST.index(worst.state):
            tries_again_at = next_try_at if state == "delayed" else None
            found[user, slug] = ScoreStanding(state, reason, tries_again_at, changed_at, stored == MISSING and reason == EMPTIED)
    return found | _without_delivery(connection, course_id, people, set(found))


def _without_delivery(
    connection: Connection, course_id: int, people: Any, sent: Collection[tuple[int, str]]
) -> dict[tuple[int, str], ScoreStanding]:
    """Tell of scores that are due here and have no column to go to."""
    rows = connection.execute(
        select(DueScore.user_id, DueScore.module_slug, DueScore.told_at).where(
            DueScore.course_id == course_id, DueScore.user_id.in_(people)
        )
    ).all()
    lacking = [row for row in rows if (row.user_id, row.module_slug) not in sent]
    if not lacking:
        return {}
    look = connection.execute(
        select(ColumnLook.wanted_at, ColumnLook.looked_at, ColumnLook.problem).where(ColumnLook.course_id == course_id)
    ).one_or_none()
    found = {}
    for user, slug, told_at in lacking:
        is_looked_for = look is not None and look.wanted_at is not None and (look.looked_at is None or look.looked_at < told_at)
        reason = "" if is_looked_for else (look.problem if look is not None else "") or NO_LINE_ITEM
        found[user, slug] = ScoreStanding("waiting" if is_looked_for else "no_column", reason, None, told_at)
    return found


def _module(user_id: int, module: Module, rules: AssessmentRules, facts: _Facts) -> ModuleStanding:
    key = (user_id, module.slug)
    opened, read = facts.lessons.get(key, (0, 0))
    attempts, submitted, is_passed, best = facts.tries.get(key, (0, 0, 0, None))
    allowed = rules.attempts + facts.granted.get(key, 0)
    completed_at = facts.completed.get(key)
    if completed_at is not None:
        state = ModuleState.PASSED
    elif not is_passed and submitted >= allowed and Condition.QUIZ in facts.beside.requirements.parts_of(module):
        state = ModuleState.STUCK
    else:
        state = ModuleState.BEGUN if opened or attempts else ModuleState.OPEN
    left: tuple[MissingCondition, ...] = ()
    if completed_at is None:
        evidence = facts.beside.evidence(user_id, module, lessons_read=read, is_quiz_passed=bool(is_passed))
        left = missing(evidence, facts.beside.requirements.parts_of(module))
    score, failed = facts.scores.get(key), 0 if is_passed else submitted
    return ModuleStanding(module, state, read, attempts, allowed, bool(is_passed), best, completed_at, score, left, failed)


def _worth(revoked_at: datetime | None, valid_until: str | None, *, today: date) -> CertificateState:
    if revoked_at is not None:
        return CertificateState.REVOKED
    has_expired = bool(valid_until) and today > date.fromisoformat(valid_until or "")
    return CertificateState.EXPIRED if has_expired else CertificateState.ISSUED


def _certificate(row: Any, programme: Programme, facts: _Facts) -> CertificateState:
    issued = facts.certificates.get(row.id)
    if issued is not None:
        return issued
    if all((row.id, module.slug) in facts.completed for module in programme.required_modules):
        if not facts.beside.is_enough_for_certificate(row.id, programme):
            return CertificateState.WAITS_FOR_MORE
        can_be_printed = find_printable_name(row.certificate_name, row.name) is not None
        return CertificateState.NOT_YET if can_be_printed else CertificateState.WAITS_FOR_NAME
    return CertificateState.NOT_YET
