"""What one user has done in the whole programme so far, read with three queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import Try
from lti_tool.domain.completion import Evidence
from lti_tool.domain.programme import Module
from lti_tool.models import Attempt, Completion, LessonProgress
from lti_tool.progress.contributions import Contributions


@dataclass(frozen=True)
class LessonStep:
    """How far somebody is in one lesson."""

    completed_at: datetime | None
    position: str


@dataclass(frozen=True)
class Footprint:
    """By module slug: lessons opened (by code), attempts in order, and when the module was passed."""

    lessons: Mapping[str, Mapping[str, LessonStep]]
    tries: Mapping[str, Sequence[Try]]
    completed_at: Mapping[str, datetime]

    def step(self, module: Module, lesson_code: str) -> LessonStep | None:
        return self.lessons.get(module.slug, {}).get(lesson_code)

    def is_read(self, module: Module, lesson_code: str) -> bool:
        step = self.step(module, lesson_code)
        return step is not None and step.completed_at is not None

    def tries_at(self, module: Module) -> Sequence[Try]:
        return self.tries.get(module.slug, ())

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
    for slug, code, completed_at, position in session.execute(
        select(
            LessonProgress.module_slug, LessonProgress.lesson_code, LessonProgress.completed_at, LessonProgress.position
        ).where(LessonProgress.user_id == user_id)
    ):
        lessons[slug][code] = LessonStep(completed_at, position)
    tries: defaultdict[str, list[Try]] = defaultdict(list)
    for slug, number, started_at, submitted_at, points, possible, is_passed, ends_at, is_by_time in session.execute(
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
        .where(Attempt.user_id == user_id)
        .order_by(Attempt.number)
    ):
        tries[slug].append(Try(number, started_at, submitted_at, points, possible, is_passed, ends_at, is_by_time))
    completions = session.execute(select(Completion.module_slug, Completion.completed_at).where(Completion.user_id == user_id))
    return Footprint(lessons, tries, dict(completions.all()))
