"""`lti-tool people`: what is stored of a person, to be told, handed out and erased."""

from datetime import UTC, datetime
from pathlib import Path

import click

from lti_tool import clock
from lti_tool.cli.output import counted
from lti_tool.cli.registrations import opened
from lti_tool.personal_data.erase_person import erase_person
from lti_tool.personal_data.tell_person import (
    FOUND_MAX,
    FoundPerson,
    export_person,
    find_people,
    list_people_last_seen_before,
    show_person,
)


@click.group()
def people() -> None:
    """Find, show, export and erase what is stored of a person."""


@people.command()
@click.argument("text")
def find(text: str) -> None:
    """Find people by words of a name that they have or had, however it is spelt, or by their platform's id for them (exactly)."""
    _, database = opened()
    with database.read() as session:
        found = find_people(session, text)
    for each in found[:FOUND_MAX]:
        click.echo(_line(each))
    click.echo(
        counted(len(found), "person", "people") if len(found) <= FOUND_MAX else f"More than {FOUND_MAX}: name another word."
    )


@people.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def away(day: datetime) -> None:
    """List who has opened no activity since DAY (YYYY-MM-DD): whose period may be over."""
    _, database = opened()
    with database.read() as session:
        found = list_people_last_seen_before(session, day.replace(tzinfo=UTC))
    for each in found:
        click.echo(_line(each))
    click.echo(counted(len(found), "person", "people"))


@people.command()
@click.argument("person", type=int)
def show(person: int) -> None:
    """Show in which tables a person (id as in `find`) stands, and how often."""
    _, database = opened()
    with database.read() as session:
        found = show_person(session, person)
    click.echo(_line(found.person))
    for holding in found.own:
        click.echo(f"{holding.rows:>7}  {holding.table}")
    for holding in found.named:
        click.echo(f"{holding.rows:>7}  named in {holding.table}.{holding.column}")


@people.command()
@click.argument("person", type=int)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.zip")
def export(person: int, out: Path) -> None:
    """Write everything of a person into a ZIP for them: JSON, and their documents as they were issued."""
    _, database = opened()
    with database.read() as session:
        content = export_person(session, person, now=clock.now())
    out.touch(mode=0o600)
    out.write_bytes(content)
    click.echo(f"{out}: for this person alone; `show` says what it holds.")


@people.command()
@click.argument("person", type=int)
@click.confirmation_option(prompt="Progress, answers, draft, scores under way, name and documents go for ever. Continue?")
def erase(person: int) -> None:
    """Erase a person from all tables; codes and hashes of their certificates stay and still verify."""
    _, database = opened()
    with database.write.begin() as session:
        certificates = erase_person(session, person, now=clock.now())
    click.echo(f"Erased; {certificates} certificates still verify, without a name.")
    click.echo("Grades in the LMS stay there. Who is still in a course there comes back with its roster: take them out first.")


def _line(person: FoundPerson) -> str:
    return f"{person.id}  {person.platform}  {person.sub}  {person.name or '–'}  last seen {person.last_seen_at:%Y-%m-%d}"


def add_to(main: click.Group) -> None:
    main.add_command(people)
