"""Item statistics from what people answered: only first attempts of those who take part, and no words from few answers."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.cli import main
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.items.choice import ChoiceBase
from lti_tool.domain.people import Visitor
from lti_tool.domain.statistics.flags import FlagKind
from lti_tool.learning.quiz.item_statistics import read_item_statistics
from lti_tool.models import Attempt, AttemptItem, Membership, User
from lti_tool.models.database import Database
from tests.learning.conftest import M1

PEOPLE = 60


def answered(
    session: Session,
    programme: Programme,
    anna: Visitor,
    now: datetime,
    *,
    number: int = 1,
    role: str = "participant",
    knows: int,
) -> None:
    """Let a new person hand in an attempt on the first ten items of module 1, with so many right answers."""
    module = programme.find_module(M1)
    assert module is not None
    count = len(session.scalars(select(User.id)).all())
    user = User(platform_id=anna.platform_id, sub=f"person-{count}", first_seen_at=now, last_seen_at=now)
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, course_id=anna.course_id, roles=role, first_seen_at=now, last_seen_at=now))
    attempt = Attempt(
        user_id=user.id,
        module_slug=M1,
        number=number,
        seed=1,
        programme_version=programme.version,
        pass_mark_pct=70,
        course_id=anna.course_id,
        started_at=now,
        submitted_at=now,
        points=float(knows),
        points_possible=10,
        is_passed=knows >= 7,
    )
    session.add(attempt)
    session.flush()
    for place, item in enumerate(module.items[:10]):
        is_right = place < knows
        session.add(
            AttemptItem(
                attempt_id=attempt.id,
                position=place + 1,
                item_id=item.id,
                order=[],
                answer=item.right_answer.to_stored() if is_right else None,
                points=1.0 if is_right else 0.0,
                saved_at=now,
            )
        )


@pytest.fixture
def filled(database: Database, programme: Programme, anna: Visitor, now: datetime) -> Database:
    with database.write.begin() as session:
        for person in range(PEOPLE):
            answered(session, programme, anna, now, knows=person % 11)
        answered(session, programme, anna, now, role="instructor", knows=10)
        answered(session, programme, anna, now, role="participant test_user", knows=10)
        answered(session, programme, anna, now, number=2, knows=10)
    return database


def test_first_attempts_of_those_who_take_part_are_counted_and_no_others(filled: Database, programme: Programme) -> None:
    with filled.scan() as session:
        first, *_ = read_item_statistics(session, programme)
    assert (first.module.slug, first.first_attempts) == (M1, PEOPLE)
    easiest, hardest = first.items[0].figures, first.items[9].figures
    assert easiest is not None
    assert hardest is not None
    assert (easiest.n, hardest.n) == (PEOPLE, PEOPLE)
    assert easiest.facility > 0.85
    assert hardest.facility == pytest.approx(5 / PEOPLE)
    assert hardest.empty == 55
    assert FlagKind.TOO_HARD in {flag.kind for flag in first.items[9].flags}
    assert first.items[10].figures is None
    assert first.dependability is not None
    assert first.dependability.phi > 0.8


def test_the_right_option_is_known_by_its_letter(filled: Database, programme: Programme) -> None:
    with filled.scan() as session:
        first, *_ = read_item_statistics(session, programme)
    one = next(each for each in first.items[:10] if isinstance(each.item, ChoiceBase) and each.item.has_one_key)
    assert one.figures is not None
    right = "abcdefgh"[next(iter(one.item.right_answer.options))]  # type: ignore[union-attr]
    chosen = {option.letter for option in one.figures.options if option.share}
    assert chosen == {right}
    assert len(one.figures.options) == one.item.count_of_choices


def test_another_version_of_the_programme_counts_for_itself(filled: Database, programme: Programme) -> None:
    with filled.write.begin() as session:
        for attempt in session.scalars(select(Attempt)):
            attempt.programme_version = "0.1"
    with filled.scan() as session:
        assert read_item_statistics(session, programme)[0].first_attempts == 0


def test_the_command_says_it_in_words_and_as_json(
    filled: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LTI_TOOL_DATABASE_URL", database_url)
    monkeypatch.setenv("LTI_TOOL_DATA_DIR", str(tmp_path))
    said = CliRunner().invoke(main, ["programme", "items", "--module", M1])
    assert said.exit_code == 0, said.output
    assert f"{M1}: {PEOPLE} first attempts" in said.output
    assert "A single result varies by ±" in said.output
    assert "! Few solve it: is the answer in the lesson?" in said.output
    assert "too few answers (from 20 on)" in said.output
    (told,) = json.loads(CliRunner().invoke(main, ["programme", "items", "--module", M1, "--json"]).output)
    assert told["items"][10]["figures"] is None
    assert told["items"][0]["figures"]["n"] == PEOPLE
    refused = CliRunner().invoke(main, ["programme", "items", "--module", "nirgends"])
    assert refused.exit_code == 1
    assert "No module with an exam is called nirgends." in refused.output
