"""What one user has done in the whole programme so far, read with two statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Integer, bindparam, case, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module
from lti_tool.domain.rules.attempts import Try
from lti_tool.domain.rules.completion import Evidence
from lti_tool.models import Attempt, Completion, ExtraAttempt, LessonProgress
from lti_tool.progress.contributions import Contributions


@dataclass(frozen=True)
class LessonStep:
    """How far somebody is in one lesson."""

    completed_at: datetime | None
    position: str
    checks_right: frozenset[str] = frozenset()
    """Ids of self-checks."""


@dataclass(frozen=True)
class ExtraGrant:
    """A further attempt that somebody was granted, and in which course."""

    course_id: int | None
    granted_at: datetime


@dataclass(frozen=True)
class Footprint:
    """By module slug: lessons opened (by code), attempts in order, when the module was passed, further attempts granted."""

    lessons: Mapping[str, Mapping[str, LessonStep]]
    tries: Mapping[str, Sequence[Try]]
    completed_at: Mapping[str, datetime]
    extras: Mapping[str, Sequence[ExtraGrant]]
    without_exam: frozenset[str] = frozenset()
    """Slugs of the modules that had no exam when they were passed."""

    def with_passed(self, modules: Iterable[Module]) -> "Footprint":
        """Return the same after those modules were passed, as far as scores ask for it."""
        return replace(self, without_exam=self.without_exam | {module.slug for module in modules if not module.has_exam})

    def step(self, module: Module, lesson_code: str) -> LessonStep | None:
        return self.lessons.get(module.slug, {}).get(lesson_code)

    def is_read(self, module: Module, lesson_code: str) -> bool:
        step = self.step(module, lesson_code)
        return step is not None and step.completed_at is not None

    def tries_at(self, module: Module) -> Sequence[Try]:
        return self.tries.get(module.slug, ())

    def extras_at(self, module: Module) -> Sequence[ExtraGrant]:
        """Return the further attempts granted at a module, in whichever course."""
        return self.extras.get(module.slug, ())

    def lessons_read(self, module: Module) -> int:
        return sum(self.is_read(module, lesson.code) for lesson in module.lessons)

    def is_quiz_passed(self, module: Module) -> bool:
        return any(attempt.is_passed for attempt in self.tries_at(module))

    def evidence(self, module: Module, beside: Contributions, user_id: int) -> Evidence:
        """Sum up what counts towards passing a module."""
        return beside.evidence(
            user_id, module, lessons_read=self.lessons_read(module), is_quiz_passed=self.is_quiz_passed(module)
        )


def footprint_of(session: Session, user_id: int) -> Footprint:
    """Read what a user has done."""
    lessons: defaultdict[str, dict[str, LessonStep]] = defaultdict(dict)
    completed_at: dict[str, datetime] = {}
    extras: defaultdict[str, list[ExtraGrant]] = defaultdict(list)
    without_exam: set[str] = set()
    for kind, slug, code, at, position, course_id, checks in session.execute(_MARKS, {"user_id": user_id}):
        if kind == _LESSON:
            lessons[slug][code] = LessonStep(at, position, frozenset(checks.split()))
        elif kind == _COMPLETION:
            completed_at[slug] = at
            if code == _NO_EXAM:
                without_exam.add(slug)
        else:
            extras[slug].append(ExtraGrant(course_id, at))
    tries: defaultdict[str, list[Try]] = defaultdict(list)
    found = session.execute(_TRIES, {"user_id": user_id})
    for slug, number, started_at, submitted_at, points, possible, is_passed, ends_at, is_by_time in found:
        tries[slug].append(Try(number, started_at, submitted_at, points, possible, is_passed, ends_at, is_by_time))
    return Footprint(lessons, tries, completed_at, extras, frozenset(without_exam))


_LESSON, _COMPLETION, _EXTRA = "lesson", "completion", "extra"
_NO_EXAM = "no_exam"


def _marks() -> CompoundSelect[Any]:
    """Ask for lessons, completions and further attempts at once: three small tables, one way to the database and back."""
    user_id = bindparam("user_id", type_=Integer)
    lessons = select(
        literal(_LESSON),
        LessonProgress.module_slug,
        LessonProgress.lesson_code,
        LessonProgress.completed_at,
        LessonProgress.position,
        cast(null(), Integer),
        LessonProgress.checks_right,
    ).where(LessonProgress.user_id == user_id)
    completions = select(
        literal(_COMPLETION),
        Completion.module_slug,
        case((Completion.had_exam, ""), else_=_NO_EXAM),
        Completion.completed_at,
        literal(""),
        cast(null(), Integer),
        literal(""),
    ).where(Completion.user_id == user_id)
    extras = select(
        literal(_EXTRA),
        ExtraAttempt.module_slug,
        literal(""),
        ExtraAttempt.granted_at,
        literal(""),
        ExtraAttempt.course_id,
        literal(""),
    ).where(ExtraAttempt.user_id == user_id)
    return union_all(lessons, completions, extras)


# Built once: every page of a visit asks them.
_MARKS = _marks()
_TRIES = (
    select(
        Attempt.module_slug,
        Attempt.number,
        Attempt.started_at,
        Attempt.submitted_at,
        Attempt.points,
        Attempt.points_possible,
        Attempt.is_passed,
        Attempt.ends_at,
        Attempt.is_ended_by_time,
    )
    .where(Attempt.user_id == bindparam("user_id", type_=Integer))
    .order_by(Attempt.number)
)
