"""The old release goes on serving while a migration runs: what it inserts and reads must still work on the new tables."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, NoSuchTableError

from lti_tool import migrations
from lti_tool.models.database import Database, open_database

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory.from_config(migrations._config()).walk_revisions()))]
STEPS = list(itertools.pairwise(REVISIONS))
VALUES: list[tuple[type, Any]] = [
    (Boolean, False),
    (Integer, 1),
    (Float, 1.0),
    (DateTime, datetime(2026, 11, 23, tzinfo=UTC)),
    (Date, date(2026, 11, 23)),
    (LargeBinary, b"x"),
    (JSON, {}),
]


@pytest.fixture
def between(database_url: str) -> Iterator[Database]:
    """A database that goes back and forth between revisions, and is left at the newest."""
    database = open_database(database_url)
    yield database
    migrations.upgrade(database.engine)
    database.close()


def value_for(column: Column[Any]) -> Any:
    for kind, value in VALUES:
        if isinstance(column.type, kind):
            return value
    return "x"


def old_inserts(tables: list[Table]) -> list[tuple[Table, dict[str, Any]]]:
    """What the old release writes at the least: every column that it must fill."""
    return [
        (table, {each.name: value_for(each) for each in table.columns if not each.nullable and each.server_default is None})
        for table in tables
    ]


def unique_keys(database: Database, tables: list[Table]) -> set[tuple[str, tuple[str | None, ...]]]:
    """What `INSERT … ON CONFLICT (…)` of the old release needs: without its key it fails, or keeps no two racers apart."""
    seen = inspect(database.engine)
    keys: set[tuple[str, tuple[str | None, ...]]] = set()
    for table in tables:
        keys |= {(table.name, tuple(one["column_names"])) for one in seen.get_unique_constraints(table.name)}
        keys |= {(table.name, tuple(one["column_names"])) for one in seen.get_indexes(table.name) if one["unique"]}
    return keys


def without_foreign_keys(connection: Connection) -> None:
    """One row in each table is enough here; whom it points to is not the question."""
    postgresql = connection.dialect.name == "postgresql"
    connection.execute(text("SET session_replication_role = replica" if postgresql else "PRAGMA defer_foreign_keys = ON"))


def the_old_release_goes_on(database: Database, migrate: Callable[[], None]) -> None:
    tables = MetaData()
    tables.reflect(database.engine)
    mine = [table for table in tables.sorted_tables if table.name != "alembic_version"]
    keys = unique_keys(database, mine)
    migrate()
    assert keys <= unique_keys(database, mine)
    with database.engine.connect() as connection:
        transaction = connection.begin()
        without_foreign_keys(connection)
        for table, values in old_inserts(mine):
            connection.execute(insert(table).values(values))
            assert len(connection.execute(select(table)).all()) == 1
        transaction.rollback()


# Empty until a release follows the first one.
@pytest.mark.parametrize(("old", "new"), STEPS)
def test_the_old_releases_statements_run_on_the_new_tables(between: Database, old: str, new: str) -> None:
    migrations.downgrade(between.engine, old)
    the_old_release_goes_on(between, lambda: migrations.upgrade(between.engine, new))


class TestTheRuleItself:
    """The rule must notice what it is there for, also while there is only one migration."""

    @pytest.fixture
    def example(self, between: Database) -> Iterator[Database]:
        self.run(between, "CREATE TABLE rolling_example (id INTEGER PRIMARY KEY, word VARCHAR(20) NOT NULL, UNIQUE (word))")
        yield between
        self.run(between, "DROP TABLE IF EXISTS rolling_example", "DROP TABLE IF EXISTS rolling_moved")

    @staticmethod
    def run(database: Database, *statements: str) -> None:
        with database.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def test_a_new_column_that_may_be_empty_passes(self, example: Database) -> None:
        the_old_release_goes_on(example, lambda: self.run(example, "ALTER TABLE rolling_example ADD COLUMN note VARCHAR(20)"))

    @pytest.mark.parametrize(
        "step",
        [
            "ALTER TABLE rolling_example ADD COLUMN note VARCHAR(20) NOT NULL DEFAULT 'x' CHECK (word <> 'x')",
            "ALTER TABLE rolling_example RENAME COLUMN word TO term",
            "ALTER TABLE rolling_example RENAME TO rolling_moved",
        ],
    )
    def test_a_step_that_breaks_the_old_release_is_noticed(self, example: Database, step: str) -> None:
        with pytest.raises((AssertionError, DBAPIError, NoSuchTableError)):
            the_old_release_goes_on(example, lambda: self.run(example, step))
