"""How long the programme takes: the sum of the parts that are really offered, never a fixed number (curriculum, section 2)."""

from lti_tool.domain.completion import LESSONS_AND_QUIZ, Part
from lti_tool.domain.programme import HoursRules, Module, Programme


def module_minutes(module: Module, rules: HoursRules, offered: frozenset[Part] = LESSONS_AND_QUIZ) -> int:
    """Add up a module's minutes: reading, transfer questions, quiz, practice task, live sessions, each where offered."""
    minutes = 0
    if Part.LESSONS in offered:
        minutes += sum(lesson.minutes + rules.transfer_minutes_per_lesson for lesson in module.lessons)
    if Part.QUIZ in offered:
        minutes += rules.quiz_minutes
    if Part.PRACTICE in offered and module.practice is not None:
        minutes += round(module.practice.hours * 60)
    if Part.LIVE in offered:
        minutes += sum(session.minutes for session in module.live_sessions if session.is_required)
    return minutes


def programme_minutes(programme: Programme, offered: frozenset[Part] = LESSONS_AND_QUIZ) -> int:
    """Add up the minutes of all modules."""
    return sum(module_minutes(module, programme.hours, offered) for module in programme.required_modules)
