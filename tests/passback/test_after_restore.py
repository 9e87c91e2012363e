"""A backup that is put back lowers no grade (S5); on both engines."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from lti_tool.lti.claims.claim_names import SCOPE_SCORE
from lti_tool.models import DatabaseIdentity, DeliveryEvent, Restoration
from lti_tool.models.database import Database, open_database
from lti_tool.passback.delivering.after_restore import (
    LOOKS_FIRST_FOR,
    MARK,
    is_after_restore,
    mark_ledger,
    note_restored,
    notice_restore,
)
from tests.passback.school import MODULE, MONDAY, PlaygroundSchool
from tests.passback.test_reconcile import reconciled


def restored(school: PlaygroundSchool) -> None:
    with school.database.write.begin() as session:
        note_restored(session, how="operator", now=school.time())


def put_back(school: PlaygroundSchool, better: float) -> int:
    """Let a score wait while the backup is taken; a better one has arrived since. Gives our key of the person."""
    user = school.passed("participant01", school.activity(), 70)
    school.grade_by_hand("participant01", better, at=MONDAY - timedelta(days=1))
    restored(school)
    return user


@pytest.mark.parametrize("better", [100, 70.5, 71])
def test_what_waited_when_the_backup_was_taken_lowers_no_grade(school: PlaygroundSchool, better: float) -> None:
    user = put_back(school, better)
    school.worker().run_once()
    assert school.grade() == better
    assert school.posted() == []
    delivery = school.delivery(user)
    assert (delivery.state, delivery.standing) == ("delivered", better)
    assert delivery.last_error == "better_stands"
    # The comparison does not take it for a teacher's.
    reconciled(school)
    assert school.delivery(user).last_error == "better_stands"


def test_what_never_got_there_is_sent(school: PlaygroundSchool) -> None:
    school.passed("participant01", school.activity(), 70)
    restored(school)
    school.worker().run_once()
    assert school.grade() == 70


def test_a_worse_grade_that_stands_there_is_a_teachers(school: PlaygroundSchool) -> None:
    user = put_back(school, 55)
    school.worker().run_once()
    assert school.grade() == 55
    assert school.delivery(user).last_error == "kept_by_teacher"


def test_who_passes_again_what_the_backup_has_forgotten_lowers_no_grade(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    restored(school)
    school.grade_by_hand("participant01", 100, at=MONDAY - timedelta(days=1))
    school.time.move(days=100)
    school.passed("participant01", link_id, 70)
    school.worker().run_once()
    assert school.grade() == 100


def test_where_nothing_can_be_read_a_person_decides(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    school.change_link(link_id, ags_scopes=SCOPE_SCORE)
    user = school.passed("participant01", link_id, 70)
    restored(school)
    school.worker().run_once()
    assert (school.delivery(user).state, school.delivery(user).last_error) == ("parked", "restored_unread")
    assert school.posted() == []


def test_a_platform_that_is_down_while_we_look_delays_the_score(school: PlaygroundSchool) -> None:
    user = put_back(school, 100)
    school.lms.answer_next(503, service="results")
    worker = school.worker()
    worker.run_once()
    assert (school.delivery(user).state, school.posted()) == ("waiting", [])
    school.time.move(minutes=2)
    worker.run_once()
    assert school.grade() == 100


def test_after_a_year_scores_go_out_as_before(school: PlaygroundSchool) -> None:
    restored(school)
    with school.database.read() as session:
        assert is_after_restore(session, now=MONDAY + LOOKS_FIRST_FOR - timedelta(days=1))
        assert not is_after_restore(session, now=MONDAY + LOOKS_FIRST_FOR + timedelta(days=1))


def restorations(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Restoration.how).order_by(Restoration.id)))


def test_a_start_on_the_same_data_notices_nothing(school: PlaygroundSchool, tmp_path: Path) -> None:
    school.passed("participant01", school.activity(), 70)
    for _ in range(3):
        school.worker().run_once()
        assert notice_restore(school.database, tmp_path, now=MONDAY) is None
        mark_ledger(school.database, tmp_path)
    assert restorations(school.database) == []


def test_a_ledger_that_has_become_shorter_is_an_older_dump(school: PlaygroundSchool, tmp_path: Path) -> None:
    link_id = school.activity()
    school.passed("participant01", link_id, 70)
    notice_restore(school.database, tmp_path, now=MONDAY)
    school.worker().run_once()
    mark_ledger(school.database, tmp_path)
    with school.database.write.begin() as session:
        # What a dump of before would hold.
        session.execute(text("DELETE FROM delivery_event WHERE event = 'delivered'"))
    assert notice_restore(school.database, tmp_path, now=MONDAY) == "older_ledger"
    # Once: the next start is an ordinary one.
    assert notice_restore(school.database, tmp_path, now=MONDAY) is None
    assert restorations(school.database) == ["older_ledger"]


def test_data_that_lie_in_another_database_are_a_dump(school: PlaygroundSchool, tmp_path: Path) -> None:
    assert notice_restore(school.database, tmp_path, now=MONDAY) is None
    with school.database.write.begin() as session:
        session.execute(update(DatabaseIdentity).values(identity="database 1 1"))
    assert notice_restore(school.database, tmp_path, now=MONDAY) == "other_database"
    assert notice_restore(school.database, tmp_path, now=MONDAY) is None


@pytest.mark.parametrize("mark", ["", "viel", "-5", "12 13", "99999999999999999999999999"])
def test_a_mark_that_cannot_be_read_stops_nothing(school: PlaygroundSchool, tmp_path: Path, mark: str) -> None:
    (tmp_path / MARK).write_text(mark)
    notice_restore(school.database, tmp_path, now=MONDAY)
    notice_restore(school.database, tmp_path / "not there", now=MONDAY)
    mark_ledger(school.database, tmp_path / "not there")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_of_sqlite_put_in_the_files_place_is_noticed(school: PlaygroundSchool, tmp_path: Path) -> None:
    link_id = school.activity()
    user = school.passed("participant01", link_id, 70)
    notice_restore(school.database, tmp_path, now=MONDAY)
    path, copy = Path(school.database.engine.url.database or ""), tmp_path / "copy.sqlite3"
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    school.enqueue(user, 100)
    school.worker().run_once()
    assert school.grade() == 100
    mark_ledger(school.database, tmp_path)
    back = open_database(f"sqlite:///{copy}")
    assert notice_restore(back, tmp_path, now=MONDAY) == "other_database"
    with back.read() as session:
        assert session.scalars(select(DeliveryEvent.event)).all() == ["enqueued"]
    school.database.close()
    school.database = back
    school.time.move(seconds=30)
    school.worker().run_once()
    assert (school.grade("participant01", MODULE), len(school.posted())) == (100, 1)
    back.close()
