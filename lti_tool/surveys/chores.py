"""What the worker does for surveys: begin what is due, open what is over, forget what was kept long enough."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.surveys.begin_surveys import begin_surveys
from lti_tool.surveys.forget_answers import forget_answers
from lti_tool.surveys.open_urns import open_urns
from lti_tool.surveys.round_keys import RoundKeys

if TYPE_CHECKING:
    from lti_tool.models.database import Database


@dataclass(frozen=True)
class SurveyChores:
    database: "Database"
    keys: RoundKeys
    programme_in: Callable[[Pin], Programme]
    least: int
    now: Callable[[], datetime]
    day_of: Callable[[datetime], date]
    """By the clock that people live by: a round's last day ends at their midnight."""

    def begin(self) -> int:
        return begin_surveys(self.database, self.keys, self.programme_in, today=self.day_of(self.now()))

    def open(self) -> int:
        now = self.now()
        return open_urns(self.database, self.keys, self.programme_in, least=self.least, today=self.day_of(now), now=now)

    def forget(self) -> int:
        return forget_answers(self.database, today=self.day_of(self.now()))
