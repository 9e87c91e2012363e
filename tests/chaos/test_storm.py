"""Both storms in their short form, on both engines."""

from pathlib import Path

import pytest
from sqlalchemy import text

from lti_tool.models.database import Database
from tests.chaos.storm import Plan, Storm
from tests.chaos.upheaval import Upheaval


def forget_calls(database: Database) -> None:
    """Leave no call of an earlier test."""
    if database.is_postgresql:
        with database.write.begin() as session:
            session.execute(text("TRUNCATE procrastinate.procrastinate_jobs, procrastinate.procrastinate_workers CASCADE"))


@pytest.mark.journey
def test_no_score_is_lost_wrong_or_older_than_one_before(database: Database, tmp_path: Path) -> None:
    forget_calls(database)
    report = Storm(
        database, tmp_path, Plan(scores=60, kill_every_s=2.0, least_kills=2, revoke_every_s=1.0, calm_within_s=60)
    ).run()
    assert (report.lost, report.wrong, report.fell) == (0, 0, 0), report
    assert report.states == {"delivered": 60}
    assert report.kills >= 2
    assert report.simulated_days >= 3
    assert report.answers.get("proper", 0) >= 60


@pytest.mark.journey
def test_no_grade_is_lost_wrong_lower_or_put_back_whatever_teachers_and_operators_do(database: Database, tmp_path: Path) -> None:
    forget_calls(database)
    found = Upheaval(database, tmp_path, Plan(scores=100, calm_within_s=60)).upheave()
    assert (found.lost, found.wrong, found.lower, found.refilled) == (0, 0, 0, 0), found
    assert min(found.emptied, found.by_hand, found.columns_away, found.forgotten) >= 1
