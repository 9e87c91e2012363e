"""How long the programme takes: the sum of the parts that are really offered, never a fixed number (curriculum, section 2)."""

from collections.abc import Collection

from lti_tool.domain.content.programme import HoursRules, Lesson, Module, Programme
from lti_tool.domain.rules.completion import Condition, Conditions


def lesson_minutes(lesson: Lesson, rules: HoursRules) -> float:
    """Tell how long one reads a lesson and answers its self-checks; without a speed of reading what it declares."""
    if not rules.words_per_minute:
        return lesson.minutes
    return lesson.words / rules.words_per_minute + rules.self_check_minutes * len(lesson.self_checks)


def module_minutes(
    module: Module,
    rules: HoursRules,
    offered: frozenset[Condition] | None = None,
    *,
    written: Collection[str] | None = None,
) -> int:
    """Add up a module's minutes: reading, transfer questions, quiz, practice task, live sessions, each where offered.

    Args:
        offered: None: what a course asks for that decided nothing.
        written: codes of the lessons to whose Transferfrage something was written; None: all are meant to be.
    """
    minutes = 0.0
    offered = Conditions().parts_of(module) if offered is None else offered
    if Condition.LESSONS in offered:
        minutes += sum(lesson_minutes(lesson, rules) for lesson in module.lessons)
        minutes += rules.transfer_minutes_per_lesson * len(_transfers(module, rules, written))
    if Condition.QUIZ in offered and module.has_exam:
        minutes += rules.quiz_minutes
    if Condition.PRACTICE in offered and module.practice is not None:
        minutes += module.practice.hours * 60
    if Condition.LIVE in offered:
        minutes += sum(session.minutes + session.preparation_minutes for session in module.live_sessions if session.is_required)
    return round(minutes)


def programme_minutes(programme: Programme, offered: frozenset[Condition] | None = None) -> int:
    """Add up the minutes of all modules that the certificate asks for."""
    return sum(module_minutes(module, programme.hours, offered) for module in programme.required_modules)


def _transfers(module: Module, rules: HoursRules, written: Collection[str] | None) -> list[Lesson]:
    if not rules.transfer_only_if_written:
        return list(module.lessons)
    asked = [lesson for lesson in module.lessons if lesson.transfer_html]
    return asked if written is None else [lesson for lesson in asked if lesson.code in written]
