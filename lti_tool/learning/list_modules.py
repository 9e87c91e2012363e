"""Lists the programme's modules with where a visitor stands in each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.completion import MissingCondition, missing
from lti_tool.domain.rules.live import Meeting
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.models import ResourceLink
from lti_tool.passback.delivery_status import DeliveryStatus
from lti_tool.progress.contributions import Contributions, contributions_of
from lti_tool.progress.due_scores import GradebookView, look_at_gradebook
from lti_tool.progress.footprint import Footprint, footprint_of
from lti_tool.progress.meetings import Meetings, meetings_of
from lti_tool.progress.requirements import requirements_of


@dataclass(frozen=True)
class ModuleLine:
    """One module in the overview."""

    module: Module
    minutes: int
    lessons_read: int
    is_started: bool
    is_quiz_passed: bool
    completed_at: datetime | None
    delivery: DeliveryStatus | None
    """None: the module is not passed, or no course waits for its score."""
    is_next: bool
    missing: tuple[MissingCondition, ...]
    """What is still missing; empty: the module is passed."""


@dataclass(frozen=True)
class ModulesPage:
    lines: tuple[ModuleLine, ...]
    """Of the modules that the course has placed."""
    further: tuple[ModuleLine, ...]
    """Of the programme's other modules: offered, and missing nowhere but for the certificate."""
    completed: int
    """Of those that are counted."""
    counted: int
    next_module: Module | None
    """None: all of the course are passed."""
    link_has_no_module: bool
    """The visitor came by a link that names no module yet."""
    has_gradebook_news: bool = False
    """See `due_scores.GradebookView`."""
    next_meeting: Meeting | None = None
    """The live session that comes next in the course; None: none has a date."""
    is_certificate_near: bool = True
    """Nothing that the certificate asks for lies outside of the course."""


def list_modules(session: Session, syllabus: Syllabus, visitor: Visitor, *, now: datetime) -> ModulesPage:
    """Gather the overview of all modules."""
    programme = syllabus.programme
    footprint = footprint_of(session, visitor.user_id)
    next_module = next_module_of(programme, footprint)
    requirements = requirements_of(session, programme, visitor.course_id, conditions=syllabus.conditions)
    gradebook = look_at_gradebook(session, visitor, syllabus, footprint)
    beside = contributions_of(session, requirements, [visitor.user_id])
    lines, further = (
        tuple(
            _line(programme, visitor, module, footprint, beside, gradebook, is_next=module is next_module) for module in modules
        )
        for modules in (programme.placed_modules, programme.further_modules)
    )
    return ModulesPage(
        lines=lines,
        further=further,
        completed=sum(module.slug in footprint.completed_at for module in programme.counted_modules),
        counted=len(programme.counted_modules),
        next_module=next_module,
        link_has_no_module=_link_has_no_module(session, visitor),
        has_gradebook_news=gradebook.has_news,
        is_certificate_near=is_certificate_near(programme, footprint),
        next_meeting=_next_meeting(meetings_of(session, programme, visitor.course_id), now),
    )


def _next_meeting(meetings: Meetings, now: datetime) -> Meeting | None:
    ahead = [
        (meeting.starts_at, meeting)
        for held in meetings.values()
        for meeting in held
        if meeting.starts_at is not None and not meeting.is_cancelled and not meeting.is_over(now)
    ]
    return min(ahead, key=lambda pair: pair[0])[1] if ahead else None


def next_module_of(programme: Programme, footprint: Footprint) -> Module | None:
    """Pick where to go on: a module begun and not passed, else the first one not passed; electives only where they were begun.

    Only the course's modules: whoever has begun another one finds it on the list, and is not sent there.
    """
    unfinished = [module for module in programme.placed_modules if module.slug not in footprint.completed_at]
    begun = [module for module in unfinished if footprint.lessons.get(module.slug) or footprint.tries_at(module)]
    return next(iter([*begun, *(module for module in unfinished if module in programme.counted_modules)]), None)


def is_certificate_near(programme: Programme, footprint: Footprint) -> bool:
    """Whether the certificate asks for nothing that the course has not placed and the person has not passed."""
    return all(
        module in programme.placed_modules or module.slug in footprint.completed_at for module in programme.required_modules
    )


def _line(
    programme: Programme,
    visitor: Visitor,
    module: Module,
    footprint: Footprint,
    beside: Contributions,
    gradebook: GradebookView,
    *,
    is_next: bool,
) -> ModuleLine:
    evidence = footprint.evidence(module, beside, visitor.user_id)
    completed_at = footprint.completed_at.get(module.slug)
    return ModuleLine(
        module=module,
        minutes=beside.requirements.minutes_of(module, programme.hours),
        lessons_read=evidence.lessons_read,
        is_started=bool(footprint.lessons.get(module.slug) or footprint.tries_at(module)),
        is_quiz_passed=evidence.is_quiz_passed,
        completed_at=completed_at,
        delivery=gradebook.deliveries.get(module.slug) if completed_at else None,
        is_next=is_next,
        missing=() if completed_at else missing(evidence, beside.requirements.parts_of(module)),
    )


def _link_has_no_module(session: Session, visitor: Visitor) -> bool:
    if visitor.resource_link_id is None:
        return False
    found = session.execute(
        select(ResourceLink.module_slug, ResourceLink.page).where(ResourceLink.id == visitor.resource_link_id)
    ).one_or_none()
    # A link may stand for the workbook or the certificates instead; those need no module.
    return found is not None and found.module_slug is None and not found.page
