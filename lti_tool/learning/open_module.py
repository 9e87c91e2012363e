"""Opens a module: its lessons with their state, the quiz, what is still missing, and the next step."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from lti_tool.certificates.issue_certificate import find_newest_certificate_id
from lti_tool.domain.attempts import NextTry, Standing
from lti_tool.domain.completion import Missing, Part, missing
from lti_tool.domain.hours import module_minutes
from lti_tool.domain.people import Visitor
from lti_tool.domain.programme import Lesson, Module, Programme
from lti_tool.learning.content import get_module
from lti_tool.learning.course_rules import rules_for, standing_of
from lti_tool.learning.footprint import Footprint, footprint_of
from lti_tool.learning.list_modules import next_module_of
from lti_tool.learning.send_late_scores import is_score_unsent
from lti_tool.passback.delivery_status import DeliveryStatus, delivery_status


class LessonState(StrEnum):
    READ = "read"
    NEXT = "next"
    STARTED = "started"
    OPEN = "open"


@dataclass(frozen=True)
class LessonLine:
    lesson: Lesson
    state: LessonState
    stopped_at: str
    """Heading where the reader stopped; empty: at the beginning, or the lesson is read."""


class StepKind(StrEnum):
    """What to do next."""

    LESSON = "lesson"
    RESUME_QUIZ = "resume_quiz"
    START_QUIZ = "start_quiz"
    WAIT = "wait"
    ASK_FOR_HELP = "ask_for_help"
    NEXT_MODULE = "next_module"
    CERTIFICATE = "certificate"


@dataclass(frozen=True)
class NextStep:
    kind: StepKind
    lesson: Lesson | None = None
    module: Module | None = None


@dataclass(frozen=True)
class PathStep:
    """One module on the way to the certificate."""

    module: Module
    completed_at: datetime | None
    is_here: bool
    delivery: DeliveryStatus | None


@dataclass(frozen=True)
class ModulePage:
    module: Module
    count_of_modules: int
    minutes: int
    as_of: date | None
    version: str
    lessons: tuple[LessonLine, ...]
    lessons_read: int
    quiz: Standing
    question_count: int
    pass_mark_pct: int
    missing: tuple[Missing, ...]
    next_step: NextStep
    completed_at: datetime | None
    path: tuple[PathStep, ...]
    has_certificate: bool
    has_unsent_score: bool
    """A link was launched after the module was passed; see `send_late_scores`."""

    @property
    def delivery(self) -> DeliveryStatus | None:
        return next((step.delivery for step in self.path if step.is_here), None)

    @property
    def is_begun(self) -> bool:
        return any(line.state in (LessonState.READ, LessonState.STARTED) or line.stopped_at for line in self.lessons)


def open_module(session: Session, programme: Programme, visitor: Visitor, module_slug: str, *, now: datetime) -> ModulePage:
    """Gather the page of a module.

    Raises:
        NotFound: the programme has no such module.
    """
    module = get_module(programme, module_slug)
    footprint = footprint_of(session, visitor.user_id)
    stands = standing_of(session, programme, visitor, module, footprint.tries_at(module), now=now)
    evidence = footprint.evidence(module)
    completed_at = footprint.completed_at.get(module.slug)
    left = () if completed_at else missing(evidence)
    return ModulePage(
        module=module,
        count_of_modules=len(programme.modules),
        minutes=module_minutes(module, programme.hours),
        as_of=max((lesson.as_of for lesson in module.lessons), default=None),
        version=programme.version,
        lessons=_lesson_lines(module, footprint),
        lessons_read=evidence.lessons_read,
        quiz=stands,
        question_count=programme.assessment.items,
        pass_mark_pct=rules_for(session, programme, visitor).pass_mark_pct,
        missing=left,
        next_step=_next_step(programme, module, footprint, stands, left),
        completed_at=completed_at,
        path=_path(session, programme, visitor, module, footprint),
        has_certificate=find_newest_certificate_id(session, programme, visitor.user_id) is not None,
        has_unsent_score=is_score_unsent(session, visitor, module, footprint),
    )


def first_unread(module: Module, footprint: Footprint) -> Lesson | None:
    """Find the first lesson that is not read yet."""
    return next((lesson for lesson in module.lessons if not footprint.is_read(module, lesson.code)), None)


def _lesson_lines(module: Module, footprint: Footprint) -> tuple[LessonLine, ...]:
    upcoming = first_unread(module, footprint)
    lines = []
    for lesson in module.lessons:
        step = footprint.step(module, lesson.code)
        if step is not None and step.completed_at is not None:
            lines.append(LessonLine(lesson, LessonState.READ, ""))
            continue
        state = LessonState.STARTED if step is not None else LessonState.OPEN
        if lesson is upcoming:
            state = LessonState.NEXT
        stopped_at = next((head.text for head in lesson.headings if step is not None and head.id == step.position), "")
        lines.append(LessonLine(lesson, state, stopped_at))
    return tuple(lines)


def _next_step(
    programme: Programme, module: Module, footprint: Footprint, stands: Standing, left: tuple[Missing, ...]
) -> NextStep:
    parts = {entry.part for entry in left}
    if stands.next_try is NextTry.RESUME:
        return NextStep(StepKind.RESUME_QUIZ)
    if Part.LESSONS in parts:
        return NextStep(StepKind.LESSON, lesson=first_unread(module, footprint))
    if Part.QUIZ in parts:
        kinds = {NextTry.START: StepKind.START_QUIZ, NextTry.WAIT: StepKind.WAIT, NextTry.NONE_LEFT: StepKind.ASK_FOR_HELP}
        return NextStep(kinds[stands.next_try])
    following = next_module_of(programme, footprint)
    if following is None:
        return NextStep(StepKind.CERTIFICATE)
    return NextStep(StepKind.NEXT_MODULE, module=following)


def _path(session: Session, programme: Programme, visitor: Visitor, here: Module, footprint: Footprint) -> tuple[PathStep, ...]:
    steps = []
    for module in programme.modules:
        completed_at = footprint.completed_at.get(module.slug)
        delivery = delivery_status(session, user_id=visitor.user_id, module_slug=module.slug) if completed_at else None
        steps.append(PathStep(module, completed_at, module is here, delivery))
    return tuple(steps)
