"""What an instructor may set for a course, and what that changes in the programme's rules (curriculum, section 6)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from lti_tool.domain.content.programme import AssessmentRules
from lti_tool.domain.rules.completion import Condition, Conditions

PASS_MARKS_PCT = range(60, 91)
ATTEMPTS = range(1, 11)
TIME_LIMITS_MIN = range(5, 241)
EXTRA_TIMES_PCT = (0, 25, 50, 75, 100)
_FIELDS = ("pass_mark_pct", "attempts", "time_limit_min", "begins_on", "ends_on")


@dataclass(frozen=True)
class CourseSettings:
    """A course's own settings; None: as the programme says, and for the time: no limit."""

    pass_mark_pct: int | None = None
    attempts: int | None = None
    time_limit_min: int | None = None
    begins_on: date | None = None
    ends_on: date | None = None
    conditions: Conditions | None = None
    """What completes a module; None: lessons and quiz, as where nobody decided anything."""

    def faults(self) -> tuple[str, ...]:
        """Name the settings that are out of bounds; empty: all is well."""
        wrong = {
            "pass_mark_pct": self.pass_mark_pct is not None and self.pass_mark_pct not in PASS_MARKS_PCT,
            "attempts": self.attempts is not None and self.attempts not in ATTEMPTS,
            "time_limit_min": self.time_limit_min is not None and self.time_limit_min not in TIME_LIMITS_MIN,
            "ends_on": self.begins_on is not None and self.ends_on is not None and self.ends_on < self.begins_on,
            "conditions": self.conditions is not None and not self.conditions.ask_for_something,
        }
        return tuple(name for name, is_wrong in wrong.items() if is_wrong)

    def texts(self) -> dict[str, str]:
        """Write the settings as they are compared with what a page showed, by the names of the form's fields."""
        conditions = self.conditions or Conditions()
        return {
            "pass_mark_pct": _written(self.pass_mark_pct),
            "attempts": _written(self.attempts),
            "time_limit_min": _written(self.time_limit_min),
            "begins_on": _written(self.begins_on),
            "ends_on": _written(self.ends_on),
            **{f"asks_{part.value}": "yes" if part in conditions.parts else "" for part in Condition},
            "practice_rule": conditions.practice.value,
        }

    def with_changes(self, other: "CourseSettings", names: Collection[str]) -> "CourseSettings":
        """Take what has changed, by the names of `texts`, from other settings."""
        own = {name: getattr(other, name) for name in _FIELDS if name in names}
        mine, theirs = self.conditions or Conditions(), other.conditions or Conditions()
        changed_parts = {part for part in Condition if f"asks_{part.value}" in names}
        if changed_parts or "practice_rule" in names:
            parts = (mine.parts - changed_parts) | (theirs.parts & changed_parts)
            practice = theirs.practice if "practice_rule" in names else mine.practice
            own["conditions"] = Conditions(frozenset(parts), practice)
        return replace(self, **own)

    def applied_to(self, rules: AssessmentRules) -> AssessmentRules:
        """Give the rules that hold in this course."""
        return replace(
            rules,
            pass_mark_pct=rules.pass_mark_pct if self.pass_mark_pct is None else self.pass_mark_pct,
            attempts=rules.attempts if self.attempts is None else self.attempts,
        )


def _written(value: int | date | None) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def minutes_for(time_limit_min: int | None, extra_pct: int) -> int | None:
    """Give one person's time for a quiz, rounded up to whole minutes; None: there is no limit."""
    return None if time_limit_min is None else ceil(time_limit_min * (100 + extra_pct) / 100)
