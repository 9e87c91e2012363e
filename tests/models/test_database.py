import logging
import sys
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from lti_tool import logs
from lti_tool.models import Platform, RegistrationRow, UsedNonce
from lti_tool.models.database import Database


def test_times_come_back_aware_and_in_utc(session: Session) -> None:
    berlin = timezone(timedelta(hours=1))
    session.add(UsedNonce(nonce_hash="a", expires_at=datetime(2026, 11, 23, 10, 0, tzinfo=berlin)))
    session.flush()
    session.expire_all()
    assert session.scalars(select(UsedNonce)).one().expires_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_naive_time_is_refused(session: Session) -> None:
    session.add(UsedNonce(nonce_hash="a", expires_at=datetime(2026, 11, 23, 10, 0)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="naive"):
        session.flush()


def test_foreign_keys_are_enforced(session: Session, now: datetime) -> None:
    session.add(RegistrationRow(platform_id=99, client_id="c", auth_login_url="x", token_url="x", jwks_url="x", created_at=now))
    with pytest.raises(IntegrityError):
        session.flush()


def test_writers_wait_for_each_other_instead_of_failing(database: Database, now: datetime) -> None:
    failures: list[Exception] = []

    def write(name: str) -> None:
        try:
            for number in range(20):
                with database.write.begin() as session:
                    session.scalars(select(Platform)).all()
                    session.add(Platform(issuer=f"https://{name}-{number}.example", created_at=now))
        except Exception as err:
            failures.append(err)

    threads = [Thread(target=write, args=(f"t{index}",)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read() as session:
        assert len(session.scalars(select(Platform)).all()) == 80


def test_sqlite_keeps_what_was_committed_in_a_power_cut(database: Database) -> None:
    if database.is_postgresql:
        return
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


@pytest.mark.parametrize("formatter", [logs.LineFormatter(), logs.JsonFormatter()])
def test_a_logged_error_tells_the_statement_but_nobodys_data(database: Database, formatter: logging.Formatter) -> None:
    statement, values = text("INSERT INTO platform (id, name) VALUES (1, :name)"), {"name": "Anna\nKrüger"}
    try:
        with database.write.begin() as session:
            session.execute(statement, values)
    except IntegrityError:
        record = logging.makeLogRecord({"msg": "request_failed", "levelname": "ERROR", "exc_info": sys.exc_info()})
    line = formatter.format(record)
    assert "INSERT INTO platform" in line
    assert "IntegrityError" in line
    assert "Anna" not in line
    assert "Krüger" not in line


def test_reading_begins_no_transaction_on_postgresql(database: Database) -> None:
    with database.read() as session:
        first = session.scalar(text("SELECT 1"))
        driver = session.connection().connection.driver_connection
        is_in_transaction = driver.in_transaction if not database.is_postgresql else bool(driver.info.transaction_status)  # type: ignore[union-attr]
        assert (first, is_in_transaction) == (1, not database.is_postgresql)
    with database.write.begin() as session:
        session.execute(text("SELECT 1"))
        if database.is_postgresql:
            assert session.connection().connection.driver_connection.info.transaction_status  # type: ignore[union-attr]
