"""What a person did, as far as any kind of document asks for it: read once, so that the kinds can judge it without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.documents.certificate import CertifiedModule, has_lapsed
from lti_tool.domain.rules.course_record import CourseRecord
from lti_tool.domain.rules.hours import module_minutes


@dataclass(frozen=True)
class LessonsRead:
    """What a person read of one module."""

    codes: frozenset[str] = frozenset()
    """Of the lessons that were worked through."""
    began_on: date | None = None
    ended_on: date | None = None
    """When the last of them was worked through; None: none was."""
    version: str = ""
    """The programme's when that was done."""


@dataclass(frozen=True)
class CountedCompletion:
    """When a module was completed, or passed again, and in which version of the programme."""

    on: date
    version: str


@dataclass(frozen=True)
class Done:
    """What a person did: completed modules, read lessons, and what their course asks for beside."""

    record: CourseRecord = field(default_factory=CourseRecord)
    completions: Mapping[str, CountedCompletion] = field(default_factory=dict)
    """By module slug."""
    lessons: Mapping[str, LessonsRead] = field(default_factory=dict)
    """By module slug."""

    @property
    def completed_on(self) -> dict[str, date]:
        return {slug: completion.on for slug, completion in self.completions.items()}

    def lessons_of(self, module: Module) -> LessonsRead:
        """Return what was read of a module."""
        return self.lessons.get(module.slug, LessonsRead())

    def lessons_left(self, module: Module) -> int:
        """Count the lessons of a module that are still to be read."""
        return len({lesson.code for lesson in module.lessons} - self.lessons_of(module).codes)

    def certified(self, module: Module) -> CertifiedModule:
        """Return a completed module as the certificate prints it."""
        completion = self.completions[module.slug]
        return CertifiedModule(module.number, module.title, completion.version, completion.on)

    def minutes_in(self, modules: tuple[Module, ...]) -> int:
        return sum(self.record.minutes_in(module) for module in modules)

    def counting(self, today: date, *, count_months: int) -> "Done":
        """Return the same without modules that were completed too long ago; 0 months: they count for ever."""
        lapsed = {slug for slug, day in self.completed_on.items() if has_lapsed(day, today=today, count_months=count_months)}
        return replace(self, completions={slug: each for slug, each in self.completions.items() if slug not in lapsed})

    def since(self, day: date | None) -> "Done":
        """Return the same with the modules alone that were completed from a day on; None: with no module."""
        kept = {slug: each for slug, each in self.completions.items() if day is not None and each.on >= day}
        return replace(self, completions=kept)


def everything_done(programme: Programme, *, began_on: date | None = None, on: date, draft_title: str = "") -> Done:
    """Return what somebody did who has done all that is taught now: what samples and descriptions are made from."""
    modules = programme.modules
    return Done(
        record=CourseRecord(
            minutes={module.slug: module_minutes(module, programme.hours) for module in modules},
            tested=frozenset(module.slug for module in modules if module.has_exam),
            draft_title=draft_title,
        ),
        completions={module.slug: CountedCompletion(on, programme.version) for module in modules},
        lessons={
            module.slug: LessonsRead(frozenset(each.code for each in module.lessons), began_on, on, programme.version)
            for module in modules
        },
    )
