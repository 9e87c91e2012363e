"""What people did beside lessons and quiz, as far as a course asks for it: chapters of the practice task, live sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Chapter, HoursRules, Module, Programme
from lti_tool.domain.rules.completion import Condition, Evidence
from lti_tool.domain.rules.course_record import is_enough_for_certificate
from lti_tool.domain.rules.hours import module_minutes
from lti_tool.domain.rules.live import LivePart, Meeting, attended_share_pct
from lti_tool.progress.live_records import People, Records, records_of
from lti_tool.progress.practice_state import chapters_done_by
from lti_tool.progress.requirements import Requirements
from lti_tool.progress.written_notes import written_notes


@dataclass(frozen=True)
class Contributions:
    """Read once for a course; parts that it does not ask for are left out."""

    requirements: Requirements
    chapters_done: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """By user, the numbers of the chapters that count."""
    records: Records = field(default_factory=Records)
    written: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """By user, codes of the lessons to whose Transferfrage they wrote something."""

    def evidence(self, user_id: int, module: Module, *, lessons_read: int, is_quiz_passed: bool) -> Evidence:
        """Sum up what counts towards passing a module."""
        chapters, meetings = self.requirements.chapters_in(module), self.requirements.meetings_in(module)
        return Evidence(
            lessons=len(module.lessons),
            lessons_read=lessons_read,
            is_quiz_passed=is_quiz_passed,
            chapters=len(chapters),
            chapters_done=len(chapters) - len(self.open_chapters(user_id, module)),
            meetings=len(meetings),
            meetings_covered=len(meetings) - len(self.open_meetings(user_id, module)),
        )

    def open_chapters(self, user_id: int, module: Module) -> tuple[Chapter, ...]:
        """List the chapters of a module that are asked for and not done."""
        done = self.chapters_done.get(user_id, frozenset())
        return tuple(chapter for chapter in self.requirements.chapters_in(module) if chapter.number not in done)

    def open_meetings(self, user_id: int, module: Module) -> tuple[Meeting, ...]:
        """List the live sessions of a module that are asked for and neither attended nor made up for."""
        meetings = self.requirements.meetings_in(module)
        return tuple(meeting for meeting in meetings if not self.part(user_id, meeting).is_covered)

    def part(self, user_id: int, meeting: Meeting) -> LivePart:
        """Tell what somebody did for a live session."""
        return self.records.part(user_id, meeting)

    def minutes_done(self, user_id: int, module: Module, rules: HoursRules, *, is_quiz_passed: bool) -> int:
        """Add up a module's minutes: lessons, what of the rest is asked for and was done, and the quiz where it is passed."""
        parts = {Condition.LESSONS} | ({Condition.QUIZ} if is_quiz_passed else set())
        if self.requirements.chapters_in(module) and not self.open_chapters(user_id, module):
            parts.add(Condition.PRACTICE)
        live = sum(
            meeting.minutes + meeting.session.preparation_minutes
            for meeting in self.requirements.held_in(module)
            if self.part(user_id, meeting).is_covered
        )
        written = self.written.get(user_id, frozenset())
        return module_minutes(module, rules, frozenset(parts), written=written) + live

    def live_share_pct(self, user_id: int, programme: Programme) -> float:
        """Tell how much of the programme's live time somebody attended or made up for; 100 where none is asked for."""
        held = [meeting for module in programme.required_modules for meeting in self.requirements.meetings_in(module)]
        return attended_share_pct((meeting, self.part(user_id, meeting)) for meeting in held)

    def open_chapters_of_all(self, user_id: int, programme: Programme) -> tuple[Chapter, ...]:
        """List the chapters of the whole draft that are asked for and not done."""
        return tuple(chapter for module in programme.required_modules for chapter in self.open_chapters(user_id, module))

    def is_enough_for_certificate(self, user_id: int, programme: Programme) -> bool:
        """Tell whether nothing but modules can be missing for the certificate."""
        return is_enough_for_certificate(
            open_chapters=len(self.open_chapters_of_all(user_id, programme)),
            live_share_pct=self.live_share_pct(user_id, programme),
        )


def contributions_of(session: Session, requirements: Requirements, people: People, *, with_notes: bool = False) -> Contributions:
    """Read what people did beside lessons and quiz; where the course asks for neither, nothing is read.

    Args:
        with_notes: also to which Transferfragen they wrote something, which only hours are counted by.
    """
    return Contributions(
        requirements,
        chapters_done_by(session, people, requirements.conditions.practice) if requirements.asks_for(Condition.PRACTICE) else {},
        records_of(session, people) if requirements.meetings else Records(),
        written_notes(session, people) if with_notes else {},
    )
