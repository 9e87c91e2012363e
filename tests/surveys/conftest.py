"""A course whose people answer a survey; sheets are sent as the page sends them, and opened as the worker opens them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lti_tool.domain.content.pin import Pin, pin_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.surveys.instrument import SurveyInstrument
from lti_tool.domain.surveys.periods import SurveyPeriod
from lti_tool.domain.surveys.sheet_checking import checked_sheet
from lti_tool.models import Course, User
from lti_tool.models.database import Database
from lti_tool.surveys.begin_round import NewRound, begin_round
from lti_tool.surveys.open_urns import open_urns
from lti_tool.surveys.round_keys import RoundKeys
from lti_tool.surveys.send_sheet import send_sheet
from tests.learning import conftest as learning

anna = learning.anna
programme = learning.programme
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
DURING, AFTER = date(2026, 11, 23), date(2026, 12, 1)
NIGHT = datetime(2026, 12, 1, 1, 37, tzinfo=UTC)
Answers = Mapping[str, str | Sequence[str]]


@dataclass
class Survey:
    """What tests do with surveys, on one database."""

    database: Database
    keys: RoundKeys
    programme: Programme
    someone: Visitor

    def instrument(self, name: str) -> SurveyInstrument:
        return next(each for each in self.programme.surveys if each.id == name)

    def begin(self, name: str = "module", course_id: int | None = None, module: str = "", *, is_public: bool = False) -> int:
        period = SurveyPeriod(FIRST, LAST)
        course = None if is_public else course_id or self.someone.course_id
        new = NewRound(pin_of(self.programme), self.instrument(name), period, course, module)
        with self.database.write.begin() as session:
            return begin_round(session, new, self.keys)

    def course(self, number: int) -> int:
        """Make a further course and give its id."""
        seen = datetime(2026, 11, 2, tzinfo=UTC)
        with self.database.write.begin() as session:
            made = Course(
                platform_id=self.someone.platform_id,
                context_id=f"c{number}",
                registration_id=self.someone.registration_id,
                created_at=seen,
                last_seen_at=seen,
            )
            session.add(made)
            session.flush()
            return made.id

    def learners(self, count: int, course_id: int | None = None) -> list[Visitor]:
        seen = datetime(2026, 11, 2, tzinfo=UTC)
        with self.database.write.begin() as session:
            people = [
                User(platform_id=self.someone.platform_id, sub=f"{course_id}-{number}", first_seen_at=seen, last_seen_at=seen)
                for number in range(count)
            ]
            session.add_all(people)
            session.flush()
            course = course_id or self.someone.course_id
            return [replace(self.someone, user_id=person.id, course_id=course) for person in people]

    def send(self, visitor: Visitor, round_id: int, name: str = "module", *, on: date = DURING, **answers: str) -> None:
        sheet = checked_sheet(self.instrument(name), {key: (value,) for key, value in answers.items()})
        assert sheet.errors == ()
        with self.database.write.begin() as session:
            send_sheet(session, visitor, round_id, sheet.values, today=on)

    def open(self, *, today: date = AFTER, least: int = 5, programme_in: Callable[[Pin], Programme] | None = None) -> int:
        night = datetime.combine(today, NIGHT.timetz()) + timedelta()
        return open_urns(
            self.database, self.keys, programme_in or (lambda _: self.programme), least=least, today=today, now=night
        )


@pytest.fixture
def keys(tmp_path: Path) -> RoundKeys:
    return RoundKeys(tmp_path / "keys" / "surveys")


@pytest.fixture
def survey(database: Database, keys: RoundKeys, programme: Programme, anna: Visitor) -> Survey:
    return Survey(database, keys, programme, anna)
