"""When a module is passed: the conditions as data, so that each can be switched (curriculum, section 6, Completion)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.domain.content.programme import Module
from lti_tool.domain.rules.workbook import PracticeRule


class Condition(StrEnum):
    """A part of a module that can be asked for."""

    LESSONS = "lessons"
    PRACTICE = "practice"
    QUIZ = "quiz"
    LIVE = "live"


LESSONS_AND_QUIZ = frozenset({Condition.LESSONS, Condition.QUIZ})
ALL_BUT_QUIZ = frozenset(Condition) - {Condition.QUIZ}
"""What a module without exam asks for: chapters and attendance are its proof, so no course can switch them off."""


@dataclass(frozen=True)
class Conditions:
    """What a course asks for; without a word of it, lessons and quiz (docs/decisions/0015)."""

    parts: frozenset[Condition] = LESSONS_AND_QUIZ
    practice: PracticeRule = PracticeRule.ACCEPTED
    """How the practice task is done, where it is asked for."""

    @classmethod
    def of(cls, parts: str | None, practice: str | None) -> "Conditions":
        """Read what is stored; None: nothing was decided."""
        known = {part.value: part for part in Condition}
        return cls(
            parts=LESSONS_AND_QUIZ if parts is None else frozenset(known[word] for word in parts.split() if word in known),
            practice=PracticeRule(practice) if practice in set(PracticeRule) else PracticeRule.ACCEPTED,
        )

    @property
    def as_text(self) -> str:
        """Write the parts as they are stored."""
        return " ".join(part.value for part in Condition if part in self.parts)

    @property
    def ask_for_something(self) -> bool:
        """Tell whether there is always something to do: a module may have no practice task, and all its sessions be cancelled."""
        return bool(self.parts & LESSONS_AND_QUIZ)

    def asks_for(self, part: Condition) -> bool:
        """Tell whether modules with an exam ask for a part."""
        return part in self.parts

    def parts_of(self, module: Module) -> frozenset[Condition]:
        """Return what completes a module."""
        return self.parts if module.has_exam else ALL_BUT_QUIZ


@dataclass(frozen=True)
class Evidence:
    """What a person has done in a module so far; of practice task and live part, as much as the course asks for."""

    lessons: int
    lessons_read: int
    is_quiz_passed: bool
    chapters: int = 0
    chapters_done: int = 0
    meetings: int = 0
    meetings_covered: int = 0
    """Live sessions attended, or made up for by the Nachbereitung."""


@dataclass(frozen=True)
class MissingCondition:
    """One condition that is not met yet; `count` tells how many lessons, chapters or sessions are left."""

    part: Condition
    count: int = 1


def missing(evidence: Evidence, parts: Iterable[Condition] = LESSONS_AND_QUIZ) -> tuple[MissingCondition, ...]:
    """Name what is still missing, in the order in which it is done; empty: the module is passed."""
    left = {
        Condition.LESSONS: evidence.lessons - evidence.lessons_read,
        Condition.PRACTICE: evidence.chapters - evidence.chapters_done,
        Condition.QUIZ: 0 if evidence.is_quiz_passed else 1,
        Condition.LIVE: evidence.meetings - evidence.meetings_covered,
    }
    asked = frozenset(parts)
    return tuple(MissingCondition(part, count) for part, count in left.items() if part in asked and count > 0)
