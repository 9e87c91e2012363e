"""When a module is passed: the conditions as data, so that each can be switched (curriculum, section 6, Completion)."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """A part of a module that can be asked for."""

    LESSONS = "lessons"
    PRACTICE = "practice"
    QUIZ = "quiz"
    LIVE = "live"


LESSONS_AND_QUIZ = frozenset({Part.LESSONS, Part.QUIZ})


@dataclass(frozen=True)
class Evidence:
    """What a person has done in a module so far."""

    lessons: int
    lessons_read: int
    is_quiz_passed: bool
    is_practice_accepted: bool = False
    is_live_covered: bool = False
    """Live sessions attended, or made up for by the Nachbereitung."""


@dataclass(frozen=True)
class Missing:
    """One condition that is not met yet; `count` tells how many lessons are left."""

    part: Part
    count: int = 1


def missing(evidence: Evidence, conditions: frozenset[Part] = LESSONS_AND_QUIZ) -> tuple[Missing, ...]:
    """Name what is still missing, in the order in which it is done; empty: the module is passed."""
    unread = max(0, evidence.lessons - evidence.lessons_read)
    open_parts = [
        Missing(Part.LESSONS, unread) if unread else None,
        None if evidence.is_practice_accepted else Missing(Part.PRACTICE),
        None if evidence.is_quiz_passed else Missing(Part.QUIZ),
        None if evidence.is_live_covered else Missing(Part.LIVE),
    ]
    return tuple(part for part in open_parts if part is not None and part.part in conditions)
