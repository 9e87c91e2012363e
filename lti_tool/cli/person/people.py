"""`lti-tool people`: what is stored of a person, to be told, handed out and erased."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click

from lti_tool import bootstrap, clock
from lti_tool.cli.output import ID, counted
from lti_tool.cli.registrations import opened
from lti_tool.models.database import Database
from lti_tool.personal_data.erase_noted import erase_noted
from lti_tool.personal_data.erasure_list import Erasure, Marker, find_returned, read_erasures
from lti_tool.personal_data.person_overview import (
    FOUND_MAX,
    FoundPerson,
    export_person,
    find_people,
    list_people_last_seen_before,
    show_person,
)
from lti_tool.settings import Settings

_GOES = "Progress, answers, draft, scores under way, name and documents go for ever."


@click.group()
def people() -> None:
    """Find, show, export and erase what is stored of a person."""


@people.command()
@click.argument("text")
def find(text: str) -> None:
    """Find people by words of a name that they have or had, however it is spelt, or by their platform's id for them (exactly)."""
    _, database = opened()
    with database.scan() as session:
        found = find_people(session, text)
    for each in found[:FOUND_MAX]:
        click.echo(_line(each))
    click.echo(
        counted(len(found), "person", "people") if len(found) <= FOUND_MAX else f"More than {FOUND_MAX}: name another word."
    )


@people.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY")
def away(day: datetime) -> None:
    """List who has opened no activity since DAY (YYYY-MM-DD): whose period may be over."""
    _, database = opened()
    with database.read() as session:
        found = list_people_last_seen_before(session, day.replace(tzinfo=UTC))
    for each in found:
        click.echo(_line(each))
    click.echo(counted(len(found), "person", "people"))


@people.command()
@click.argument("person", type=ID)
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
@click.argument("person", type=ID)
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
@click.argument("person", type=ID)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(person: int, yes: bool) -> None:
    """Erase a person from all tables; codes and hashes of their certificates stay and still verify."""
    settings, database = opened()
    with database.read() as session:
        found = show_person(session, person).person
    click.echo(_line(found))
    if not yes:
        click.confirm(f"{_GOES} Is this the person?", abort=True)
    noted = _erase(database, [found], Marker(bootstrap.secret_key(settings)), settings.effective_erasure_list)
    click.echo("Grades in the LMS stay there. Who is still in a course there comes back with its roster: take them out first.")
    click.echo(f"Noted in {settings.effective_erasure_list}, which a restore must not touch:")
    click.echo(noted[0].as_line())


@people.command(name="erase-again")
@click.argument("lists", nargs=-1, type=click.File(encoding="utf-8"), metavar="[LIST…]")
@click.option(
    "--former-secret",
    "former",
    multiple=True,
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="File with an earlier SECRET_KEY; may be repeated.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_again(lists: tuple[IO[str], ...], former: tuple[IO[str], ...], yes: bool) -> None:
    """After a restore: erase again who was erased since the backup, by the noted list (or LISTs; - for the standard input)."""
    settings, database = opened()
    secrets = [bootstrap.secret_key(settings), *(file.read().strip() for file in former)]
    erasures = [erasure for text in _texts(lists, settings) for erasure in read_erasures(text)]
    with database.scan() as session:
        found = find_returned(session, erasures, [Marker(secret) for secret in secrets])
    if found.unreadable:
        lines = counted(found.unreadable, "line was", "lines were")
        click.echo(f"{lines} written with another SECRET_KEY: name it with --former-secret.", err=True)
    for each in found.people:
        click.echo(_line(each))
    if found.people:
        if not yes:
            who = counted(len(found.people), "person was", "people were")
            click.confirm(f"{who} erased before and came back. {_GOES} Erase again?", abort=True)
        _erase(database, found.people, None, None)
    else:
        click.echo(f"{counted(len(erasures), 'erasure', 'erasures')} in the list; none of them is in the database again.")
    if found.unreadable:
        sys.exit(1)


def _texts(lists: tuple[IO[str], ...], settings: Settings) -> list[str]:
    if lists:
        return [file.read() for file in lists]
    path = settings.effective_erasure_list
    if not path.exists():
        raise click.ClickException(f"There is no list at {path}: name it, or set LTI_TOOL_ERASURE_LIST.")
    return [path.read_text(encoding="utf-8")]


def _erase(database: Database, people: Sequence[FoundPerson], marker: Marker | None, path: Path | None) -> list[Erasure]:
    """Erase people, one transaction each; with a marker each is noted before it is done."""
    noted = []
    for each in people:
        done = erase_noted(database, each, marker=marker, path=path, now=clock.now())
        if done.erasure is not None:
            noted.append(done.erasure)
        still = counted(done.certificates, "certificate still verifies", "certificates still verify")
        click.echo(f"Erased {each.id}; {still}, without a name.")
    return noted


def _line(person: FoundPerson) -> str:
    return f"{person.id}  {person.platform}  {person.sub}  {person.name or '–'}  last seen {person.last_seen_at:%Y-%m-%d}"


def add_to(main: click.Group) -> None:
    main.add_command(people)
