"""Live sessions, and the packs with which somebody can run one that others planned."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LiveSession:
    code: str
    title: str
    minutes: int
    preparation_html: str
    follow_up_html: str
    """Summary for those who were not there, without the questions."""
    questions: tuple[str, ...] = ()
    """What who makes up for the session answers (HTML of one line each)."""
    is_required: bool = True
    """False: an offer on top; nobody misses anything without it."""
    preparation_minutes: int = 0
    """What participants need beforehand."""


@dataclass(frozen=True)
class PackStep:
    """One step of the plan; `form` is how people work in it."""

    minutes: int
    title: str
    form: str
    html: str
    material: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimedStep:
    """A step and the minute at which it begins, counted from the start of the session."""

    begins_at: int
    step: PackStep

    @property
    def ends_at(self) -> int:
        return self.begins_at + self.step.minutes


@dataclass(frozen=True)
class Board:
    """A template to fill in together, e.g. on a whiteboard."""

    title: str
    html: str


@dataclass(frozen=True)
class RoleCard:
    """What one person plays. `secret_html` stands on this card only; "" where there is nothing to hide."""

    title: str
    html: str
    secret_html: str = ""


@dataclass(frozen=True)
class Inject:
    """A message that comes in during an exercise, and what the group is expected to do with it."""

    minute: int
    title: str
    sender: str
    html: str
    expected_html: str


@dataclass(frozen=True)
class Solution:
    title: str
    html: str


@dataclass(frozen=True)
class FacilitatorPack:
    """The pack of one live session; only who leads it sees it."""

    session: str
    goal: str
    preparation_minutes: int
    """What the facilitator needs beforehand."""
    material: tuple[str, ...]
    steps: tuple[PackStep, ...]
    boards: tuple[Board, ...]
    roles: tuple[RoleCard, ...]
    injects: tuple[Inject, ...]
    solutions: tuple[Solution, ...]
    for_six_html: str
    for_fifteen_html: str
    silence_html: str
    """What to do when the group is silent."""

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps)

    @property
    def plan(self) -> tuple[TimedStep, ...]:
        """Give the steps with the minutes at which they begin."""
        plan, now = [], 0
        for step in self.steps:
            plan.append(TimedStep(now, step))
            now += step.minutes
        return tuple(plan)

    def injects_during(self, timed: TimedStep) -> tuple[Inject, ...]:
        """Give the messages that come in during a step."""
        return tuple(inject for inject in self.injects if timed.begins_at <= inject.minute < timed.ends_at)
