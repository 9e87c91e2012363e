"""Opens a module: its lessons with their state, the quiz, what is still missing, and the next step."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from lti_tool.certificates.issue.certificate_rows import find_newest_certificate_id
from lti_tool.domain.content.programme import Chapter, Lesson, Module, Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.attempts import NextTry, QuizStanding
from lti_tool.domain.rules.completion import Condition, MissingCondition, missing
from lti_tool.domain.rules.live import LivePart, Meeting, may_follow_up
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.rules.workbook import EDITABLE, PracticeRule
from lti_tool.learning.content import get_module
from lti_tool.learning.list_modules import is_certificate_near, next_module_of
from lti_tool.learning.read_lesson import right_checks
from lti_tool.passback.delivery_status import DeliveryStatus
from lti_tool.progress.contributions import Contributions, contributions_of
from lti_tool.progress.course_rules import CourseDates, course_dates_of, standing_of
from lti_tool.progress.due_scores import GradebookView, look_at_gradebook
from lti_tool.progress.footprint import Footprint, footprint_of
from lti_tool.progress.live_records import Records, records_of
from lti_tool.progress.meetings import meetings_of
from lti_tool.progress.practice_state import PracticeState, practice_state
from lti_tool.progress.requirements import Requirements, requirements_of


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
    checks_right: int = 0
    """How many of its self-checks the reader last answered rightly."""


class StepKind(StrEnum):
    """What to do next."""

    LESSON = "lesson"
    RESUME_QUIZ = "resume_quiz"
    START_QUIZ = "start_quiz"
    WAIT = "wait"
    ASK_FOR_HELP = "ask_for_help"
    CHAPTER = "chapter"
    AWAIT_FEEDBACK = "await_feedback"
    """Everything is handed in; somebody else has to read it."""
    FOLLOW_UP = "follow_up"
    AWAIT_MEETING = "await_meeting"
    NEXT_MODULE = "next_module"
    CERTIFICATE = "certificate"


@dataclass(frozen=True)
class NextStep:
    kind: StepKind
    lesson: Lesson | None = None
    module: Module | None = None
    chapter: Chapter | None = None
    meeting: Meeting | None = None


@dataclass(frozen=True)
class MeetingLine:
    """One live session for the person who looks at the page."""

    meeting: Meeting
    part: LivePart
    may_follow_up: bool
    is_over: bool
    is_asked_for: bool


@dataclass(frozen=True)
class PathStep:
    """One module of the course, on the way to the certificate."""

    module: Module
    completed_at: datetime | None
    is_here: bool
    delivery: DeliveryStatus | None


@dataclass(frozen=True)
class ModulePage:
    module: Module
    count_of_modules: int | None
    """None: the course has not placed all of the programme, and „Modul 3 von 1“ helps nobody."""
    minutes: int
    as_of: date | None
    version: str
    lessons: tuple[LessonLine, ...]
    lessons_read: int
    quiz: QuizStanding
    dates: CourseDates
    question_count: int
    pass_mark_pct: int
    practice: PracticeState | None
    """The chapters of the practice task; None: the module has none."""
    practice_rule: PracticeRule | None
    """None: the course does not ask for the practice task."""
    meetings: tuple[MeetingLine, ...]
    asks_for_quiz: bool
    missing: tuple[MissingCondition, ...]
    next_step: NextStep
    completed_at: datetime | None
    delivery: DeliveryStatus | None
    path: tuple[PathStep, ...]
    has_certificate: bool
    is_certificate_near: bool
    """See `list_modules.is_certificate_near`."""
    has_gradebook_news: bool
    """See `due_scores.GradebookView`."""

    @property
    def minutes_to_read(self) -> int:
        """Add up the lessons that are still to be read, in minutes."""
        return sum(line.lesson.minutes for line in self.lessons if line.state is not LessonState.READ)

    @property
    def stopped_at(self) -> str:
        """Name the heading at which the next lesson goes on; empty: at its beginning."""
        return next((line.stopped_at for line in self.lessons if line.lesson == self.next_step.lesson), "")

    @property
    def is_begun(self) -> bool:
        return any(line.state in (LessonState.READ, LessonState.STARTED) or line.stopped_at for line in self.lessons)


def open_module(session: Session, syllabus: Syllabus, visitor: Visitor, module_slug: str, *, now: datetime) -> ModulePage:
    """Gather the page of a module.

    Raises:
        NotFound: the programme has no such module.
    """
    programme = syllabus.programme
    module = get_module(programme, module_slug)
    footprint = footprint_of(session, visitor.user_id)
    stands = standing_of(syllabus, footprint, module, now=now)
    requirements = requirements_of(session, programme, visitor.course_id, conditions=syllabus.conditions)
    gradebook = look_at_gradebook(session, visitor, syllabus, footprint)
    beside = contributions_of(session, requirements, [visitor.user_id])
    completed_at = footprint.completed_at.get(module.slug)
    left = () if completed_at else missing(footprint.evidence(module, beside, visitor.user_id), requirements.parts_of(module))
    practice = _practice(session, visitor, module, requirements)
    meetings = _meeting_lines(session, programme, visitor, module, beside, now=now)
    return ModulePage(
        module=module,
        count_of_modules=len(programme.required_modules) if programme.is_placed_whole else None,
        minutes=requirements.minutes_of(module, programme.hours),
        as_of=max((lesson.as_of for lesson in module.lessons), default=None),
        version=programme.version,
        lessons=_lesson_lines(module, footprint),
        lessons_read=footprint.lessons_read(module),
        quiz=stands,
        dates=course_dates_of(syllabus, footprint, visitor, module, now=now),
        question_count=programme.assessment.items,
        pass_mark_pct=syllabus.rules.pass_mark_pct,
        practice=practice,
        practice_rule=requirements.conditions.practice if requirements.chapters_in(module) else None,
        meetings=meetings,
        asks_for_quiz=Condition.QUIZ in requirements.parts_of(module),
        missing=left,
        next_step=_next_step(programme, module, footprint, stands, left, practice, meetings),
        completed_at=completed_at,
        delivery=gradebook.deliveries.get(module.slug) if completed_at else None,
        path=_path(programme, module, footprint, gradebook),
        has_certificate=find_newest_certificate_id(session, programme, visitor.user_id) is not None,
        is_certificate_near=is_certificate_near(programme, footprint),
        has_gradebook_news=gradebook.has_news,
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
            lines.append(LessonLine(lesson, LessonState.READ, "", len(right_checks(step, lesson))))
            continue
        state = LessonState.STARTED if step is not None else LessonState.OPEN
        if lesson is upcoming:
            state = LessonState.NEXT
        stopped_at = next((head.text for head in lesson.headings if step is not None and head.id == step.position), "")
        lines.append(LessonLine(lesson, state, stopped_at, len(right_checks(step, lesson))))
    return tuple(lines)


def _practice(session: Session, visitor: Visitor, module: Module, requirements: Requirements) -> PracticeState | None:
    if module.practice is None:
        return None
    return practice_state(session, user_id=visitor.user_id, module=module, rule=requirements.conditions.practice)


def _meeting_lines(
    session: Session, programme: Programme, visitor: Visitor, module: Module, beside: Contributions, *, now: datetime
) -> tuple[MeetingLine, ...]:
    """Show the live sessions where the course asks for them, or has at least set a date."""
    are_asked_for = Condition.LIVE in beside.requirements.parts_of(module)
    meetings = meetings_of(session, programme, visitor.course_id).get(module.slug, ())
    if are_asked_for:
        records = beside.records
    else:
        # Mostly none of them has a date: then there is nothing that could be recorded.
        records = records_of(session, [visitor.user_id]) if any(meeting.starts_at for meeting in meetings) else Records()
    lines = []
    for meeting in meetings:
        is_asked_for = are_asked_for and meeting.session.is_required
        if meeting.is_cancelled or not (is_asked_for or meeting.starts_at):
            continue
        part = records.part(visitor.user_id, meeting)
        lines.append(MeetingLine(meeting, part, may_follow_up(meeting, part, now=now), meeting.is_over(now), is_asked_for))
    return tuple(lines)


def _next_step(
    programme: Programme,
    module: Module,
    footprint: Footprint,
    stands: QuizStanding,
    left: tuple[MissingCondition, ...],
    practice: PracticeState | None,
    meetings: tuple[MeetingLine, ...],
) -> NextStep:
    """Name what the person can do now; only where that is nothing, what they wait for."""
    parts = {entry.part for entry in left}
    if stands.next_try is NextTry.RESUME:
        return NextStep(StepKind.RESUME_QUIZ)
    if Condition.LESSONS in parts:
        return NextStep(StepKind.LESSON, lesson=first_unread(module, footprint))
    steps = []
    if Condition.PRACTICE in parts and practice is not None:
        steps.append(_practice_step(practice))
    if Condition.QUIZ in parts:
        kinds = {NextTry.START: StepKind.START_QUIZ, NextTry.WAIT: StepKind.WAIT, NextTry.NONE_LEFT: StepKind.ASK_FOR_HELP}
        steps.append(NextStep(kinds[stands.next_try]))
    if Condition.LIVE in parts:
        steps.append(_live_step(meetings))
    if steps:
        return next((step for step in steps if step.kind not in _WAITING), steps[0])
    following = next_module_of(programme, footprint)
    if following is None:
        return NextStep(StepKind.CERTIFICATE)
    return NextStep(StepKind.NEXT_MODULE, module=following)


_WAITING = frozenset({StepKind.WAIT, StepKind.ASK_FOR_HELP, StepKind.AWAIT_FEEDBACK, StepKind.AWAIT_MEETING})


def _practice_step(practice: PracticeState) -> NextStep:
    open_chapters = [state for state in practice.chapters if not state.is_done]
    to_write = next((state.chapter for state in open_chapters if state.status in EDITABLE), None)
    if to_write is not None:
        return NextStep(StepKind.CHAPTER, chapter=to_write)
    return NextStep(StepKind.AWAIT_FEEDBACK, chapter=open_chapters[0].chapter)


def _live_step(meetings: tuple[MeetingLine, ...]) -> NextStep:
    uncovered = [line for line in meetings if line.is_asked_for and not line.part.is_covered]
    ready = next((line for line in uncovered if line.may_follow_up), None)
    if ready is not None:
        return NextStep(StepKind.FOLLOW_UP, meeting=ready.meeting)
    return NextStep(StepKind.AWAIT_MEETING, meeting=uncovered[0].meeting)


def _path(programme: Programme, here: Module, footprint: Footprint, gradebook: GradebookView) -> tuple[PathStep, ...]:
    return tuple(
        PathStep(
            module,
            footprint.completed_at.get(module.slug),
            module is here,
            gradebook.deliveries.get(module.slug) if module.slug in footprint.completed_at else None,
        )
        for module in programme.counted_modules
    )
