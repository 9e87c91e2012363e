from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from lti_tool import migrations
from lti_tool.models import Base
from lti_tool.models.database import Database
from lti_tool.personal_data.data_kinds import data_kinds


def test_the_upgraded_database_has_no_difference_to_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_upgraded_database_is_at_the_newest_revision(database: Database) -> None:
    assert migrations.current_revision(database.engine) == migrations.newest_revision()


def test_every_migration_can_be_taken_back_and_made_again(database: Database) -> None:
    migrations.downgrade(database.engine, "base")
    assert migrations.current_revision(database.engine) is None
    migrations.upgrade(database.engine)
    assert migrations.current_revision(database.engine) == migrations.newest_revision()


def test_migrations_import_no_models() -> None:
    for path in (migrations._FOLDER / "versions").glob("*.py"):
        assert "lti_tool" not in path.read_text(encoding="utf-8"), path.name


def test_a_table_comes_with_its_entry_in_the_list_of_what_is_stored() -> None:
    kinds = data_kinds(hints_kept_months=18, modules_count_months=24)
    told = {table for kind in kinds for table in kind.tables}
    # Who sees it, why, how long: then `python -m tools.papers` and tests/personal_data/test_data_kinds.py.
    assert set(Base.metadata.tables) - told == set(), "add it to lti_tool/personal_data/data_kinds.toml"
