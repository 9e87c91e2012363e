"""Chores: what has to be done every hour or every night, once for the whole installation, however many processes it has."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, or_, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from lti_tool.models import ChoreRow

_CHORES = cast(Table, ChoreRow.__table__)

# Each queue has threads of its own, so that what may take long never stands before what people wait for.
URGENT: Final = "urgent"
"""Short work for which somebody waits: overdue hand-ins, and the engine's own sweep for scores."""
CHORES: Final = "chores"
"""Housekeeping in our own database."""
PLATFORMS: Final = "platforms"
"""Whatever waits for platforms; with a budget."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done at a time of day (UTC), every hour where `hour` is None, or every few minutes from `minute` on."""

    name: str
    minute: int
    run: Callable[[], object]
    hour: int | None = None
    every_min: int | None = None
    """A divisor of 60; `minute` is below it."""
    queue: str = CHORES

    @property
    def cron(self) -> str:
        if self.every_min is not None:
            return f"{self.minute}-59/{self.every_min} * * * *"
        return f"{self.minute} {'*' if self.hour is None else self.hour} * * *"

    def latest(self, now: datetime) -> datetime:
        """Return the latest moment at which it was to be done."""
        if self.every_min is not None:
            whole = now.replace(second=0, microsecond=0)
            return whole - timedelta(minutes=(now.minute - self.minute) % self.every_min)
        if self.hour is None:
            moment = now.replace(minute=self.minute, second=0, microsecond=0)
            return moment if moment <= now else moment - timedelta(hours=1)
        moment = now.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return moment if moment <= now else moment - timedelta(days=1)


def take_chore(session: Session, chore: Chore, *, now: datetime) -> bool:
    """Whether a chore is to be done now by who asks; of several processes one hears yes. For SQLite alone.

    A new installation waits for the next time: there is nothing to be done yet.
    """
    moment = chore.latest(now)
    first = sqlite.insert(_CHORES).values(name=chore.name, done_for=moment).on_conflict_do_nothing()
    if session.connection().execute(first).rowcount:
        return False
    # Done for a moment that is still to come: a clock that was ahead did that, and the chore would rest until then.
    is_to_be_done = or_(_CHORES.c.done_for < moment, _CHORES.c.done_for > now)
    taking = update(_CHORES).where(_CHORES.c.name == chore.name, is_to_be_done).values(done_for=moment)
    return bool(session.connection().execute(taking).rowcount)
