"""`lti-tool db`: migrations."""

import click

from lti_tool import clock, migrations, preflight
from lti_tool.cli.output import counted
from lti_tool.models.database import open_database
from lti_tool.passback.delivering.after_restore import note_restored
from lti_tool.settings import Settings, load_settings


@click.group()
def db() -> None:
    """Look after the database's tables."""


@db.command()
def upgrade() -> None:
    """Bring the database to this release's tables and keep its content version; safe to call again and by two processes at once."""
    settings = load_settings()
    database = open_database(settings.effective_database_url)
    before = migrations.current_revision(database.engine)
    migrations.upgrade(database.engine)
    after = migrations.current_revision(database.engine)
    click.echo(f"Already at revision {after}." if before == after else f"Upgraded from {before or 'empty'} to {after}.")
    preflight.keep_content(settings)
    if preflight.look_for_restore(settings):
        click.echo("This database was put back from a backup: scores are sent only after a look at what stands in the gradebook.")
        _say_who_is_back(settings)


@db.command()
def restored() -> None:
    """Say that the database was put back from a backup: nothing that is sent from now on lowers a grade."""
    settings = load_settings()
    database = open_database(settings.effective_database_url)
    with database.write.begin() as session:
        waiting = note_restored(session, how="operator", now=clock.now())
    click.echo(f"Noted. {waiting} scores wait; each is sent only after a look at what stands in the gradebook.")
    _say_who_is_back(settings)


def _say_who_is_back(settings: Settings) -> None:
    if count := preflight.count_erased_who_are_back(settings):
        back = counted(count, "person who was erased is", "people who were erased are")
        click.echo(f"{back} in the database again: lti-tool people erase-again")


@db.command()
def current() -> None:
    """Tell which revision the database has and which this release expects."""
    database = open_database(load_settings().effective_database_url)
    click.echo(f"database {migrations.current_revision(database.engine) or 'empty'}, release {migrations.newest_revision()}")


def add_to(main: click.Group) -> None:
    main.add_command(db)
