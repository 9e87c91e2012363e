"""What a course asks for: its conditions, and the live sessions that it holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Chapter, HoursRules, Module, Programme
from lti_tool.domain.rules.completion import ALL_BUT_QUIZ, Condition, Conditions
from lti_tool.domain.rules.hours import module_minutes
from lti_tool.domain.rules.live import Meeting
from lti_tool.models import CourseSettingsRow
from lti_tool.progress.meetings import meetings_of


@dataclass(frozen=True)
class Requirements:
    """`meetings` is empty where the live part is not asked for."""

    conditions: Conditions = field(default_factory=Conditions)
    meetings: Mapping[str, tuple[Meeting, ...]] = field(default_factory=dict)
    lack_exam: bool = False
    """Whether the programme has modules without exam."""

    def asks_for(self, part: Condition) -> bool:
        """Tell whether any module asks for a part."""
        return self.conditions.asks_for(part) or (self.lack_exam and part in ALL_BUT_QUIZ)

    def parts_of(self, module: Module) -> frozenset[Condition]:
        """Return what completes a module."""
        return self.conditions.parts_of(module)

    def meetings_in(self, module: Module) -> tuple[Meeting, ...]:
        """Give the module's live sessions that take place and are asked for."""
        return tuple(meeting for meeting in self.held_in(module) if meeting.session.is_required)

    def held_in(self, module: Module) -> tuple[Meeting, ...]:
        """Give the module's live sessions that take place, those that nobody has to attend as well."""
        return tuple(meeting for meeting in self.meetings.get(module.slug, ()) if not meeting.is_cancelled)

    def chapters_in(self, module: Module) -> tuple[Chapter, ...]:
        """Give the chapters that the module's practice task asks for."""
        return module.practice.chapters if module.practice is not None and Condition.PRACTICE in self.parts_of(module) else ()

    def minutes_of(self, module: Module, rules: HoursRules) -> int:
        """Add up a module's minutes by the parts that this course asks for; lessons are there in any case."""
        minutes = module_minutes(module, rules, (self.parts_of(module) | {Condition.LESSONS}) - {Condition.LIVE})
        return minutes + sum(meeting.minutes + meeting.session.preparation_minutes for meeting in self.meetings_in(module))


def conditions_of(session: Session, course_id: int | None) -> Conditions:
    """Give a course's conditions; one that decided nothing, and no course at all, asks for lessons and quiz."""
    if course_id is None:
        return Conditions()
    return conditions_in(session, [course_id]).get(course_id, Conditions())


def conditions_in(session: Session, course_ids: Collection[int]) -> dict[int, Conditions]:
    """Return the conditions of several courses; one that decided nothing is left out."""
    if not course_ids:
        return {}
    rows = session.execute(
        select(CourseSettingsRow.course_id, CourseSettingsRow.conditions, CourseSettingsRow.practice_rule).where(
            CourseSettingsRow.course_id.in_(course_ids)
        )
    )
    return {row.course_id: Conditions.of(row.conditions, row.practice_rule) for row in rows}


def requirements_of(
    session: Session, programme: Programme, course_id: int | None, *, conditions: Conditions | None = None
) -> Requirements:
    """Gather what a course asks for.

    Args:
        conditions: where they are known already; None: they are read, as they are now.
    """
    conditions = conditions or conditions_of(session, course_id)
    asked = Requirements(conditions, lack_exam=programme.lacks_exam)
    if not asked.asks_for(Condition.LIVE):
        return asked
    live = {module.slug for module in programme.modules if Condition.LIVE in asked.parts_of(module)}
    meetings = meetings_of(session, programme, course_id)
    return replace(asked, meetings={slug: held for slug, held in meetings.items() if slug in live})
