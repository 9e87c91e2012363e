"""`lti-tool roster`: bring the members of courses up to date."""

import sys

import click

from lti_tool import bootstrap, clock
from lti_tool.cli.output import ID
from lti_tool.models import Course
from lti_tool.platforms.roster.refresh_roster import refresh_all_rosters, refresh_roster
from lti_tool.settings import load_settings


@click.group()
def roster() -> None:
    """Read the platforms' lists of participants."""


@roster.command()
@click.argument("course", type=ID, required=False)
def refresh(course: int | None) -> None:
    """Read the roster of one COURSE (our id), or of every course in use: for a nightly run."""
    parts = bootstrap.build(load_settings())
    if course is not None:
        with parts.database.read() as session:
            if session.get(Course, course) is None:
                raise click.ClickException(f"There is no course {course} here: the id is ours, not the platform's.")
        change = refresh_roster(parts.database, parts.service_client, course, now=clock.now())
        click.echo(f"{change.members} members, {change.new} new, {change.gone} gone")
        if change.problem:
            click.echo(f"Not believed: {change.problem}")
            sys.exit(1)
        return
    turns = refresh_all_rosters(parts.database, parts.service_client, clock=clock.now)
    click.echo(f"{turns.done} rosters read, {turns.failed} not, {turns.left} left for the next run")
    if turns.failed or turns.left:
        sys.exit(1)


def add_to(main: click.Group) -> None:
    main.add_command(roster)
