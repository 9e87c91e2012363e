"""`lti-tool surveys`: which rounds there are, reading texts, surveys for anybody, and who may read results."""

import sys
from datetime import datetime, timedelta

import click

from lti_tool import bootstrap, clock
from lti_tool.cli.output import ID
from lti_tool.domain.documents.certificate import day_of
from lti_tool.parts import Parts
from lti_tool.settings import load_settings
from lti_tool.surveys.public_surveys import make_tickets, open_public_survey, publish_round
from lti_tool.surveys.results.figures_csv import figures_csv
from lti_tool.surveys.results.read_results import decide_text, list_rounds, read_results, rounds_by_id, texts_to_read
from lti_tool.surveys.results.readers import invite_reader, list_readers, revoke_reader
from lti_tool.surveys.round_keys import RoundKeys
from lti_tool.surveys.rounds import RoundState

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def surveys() -> None:
    """Anonymous surveys: rounds, texts to read, public surveys, readers."""


def _parts() -> Parts:
    return bootstrap.build(load_settings())


def _keys(parts: Parts) -> RoundKeys:
    return RoundKeys(parts.settings.effective_survey_keys_dir)


@surveys.command("list")
def list_them() -> None:
    """List all rounds with their days and state; of open ones nothing else is known."""
    parts = _parts()
    with parts.database.read() as session:
        for each in list_rounds(session):
            place = "public" if each.address else f"course {each.course_id}" if each.course_id else "several courses"
            enough = each.sheets is not None and each.sheets >= parts.settings.survey_least_people
            count = f"  {each.sheets} sheets" if enough else ""
            days = f"{each.opens_on} to {each.closes_on}"
            click.echo(f"{each.id}  {each.instrument} {each.module_slug}  {place}  {days}  {each.state.value}{count}")
    for number in _without_key(parts):
        click.echo(f"{number}: key missing. Restore it from the backup of SURVEY_KEYS_DIR, or the sheets stay sealed for ever.")


def _without_key(parts: Parts) -> list[int]:
    keys = _keys(parts)
    with parts.database.read() as session:
        sealed = [each for each in list_rounds(session) if each.state in (RoundState.OPEN, RoundState.CLOSED)]
    return [each.id for each in sealed if not keys.has(each.key_name)]


@surveys.command()
@click.argument("number", type=ID)
def texts(number: int) -> None:
    """Show the texts of round NUMBER for you to read: names somebody, or can be released?"""
    with _parts().database.read() as session:
        for each in texts_to_read(session, number):
            state = {None: "unread", True: "released", False: "withheld"}[each.is_released]
            click.echo(f"{each.id}  {state}  {each.question}\n  {each.text}")


@surveys.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--withhold", is_flag=True, help="Show these texts to nobody.")
def release(ids: tuple[str, ...], withhold: bool) -> None:
    """Release texts that you have read, by the ids that `texts` prints."""
    with _parts().database.write.begin() as session:
        for text_id in ids:
            decide_text(session, text_id, is_released=not withhold)


@surveys.command("open")
@click.argument("name")
@click.option("--until", type=DAY, required=True, help="The last day, like 2027-01-31.")
@click.option("--programme", "slug", help="Of which programme; needed where there are several.")
@click.option("--tickets", type=click.IntRange(1, 5000), help="Print so many addresses that work once each; no others do then.")
def open_survey(name: str, until: datetime, slug: str | None, tickets: int | None) -> None:
    """Open the public questionnaire NAME (`needs`) and print its address."""
    parts = _parts()
    served = [each for each in parts.catalogue.served if slug in (None, each.head.slug)]
    if len(served) != 1:
        raise click.UsageError(f"Say of which programme: {', '.join(each.head.slug for each in parts.catalogue.served)}")
    today = day_of(clock.now())
    with parts.database.write.begin() as session:
        opened = open_public_survey(session, served[0].programme, name, _keys(parts), until=until.date(), today=today)
        codes = make_tickets(session, opened.id, tickets) if tickets else ()
    address = f"{parts.settings.public_url}/surveys/{opened.address}"
    for line in [f"{address}?ticket={code}" for code in codes] or [address]:
        click.echo(line)
    click.echo(f"Round {opened.id}, open until {until:%Y-%m-%d}.", err=True)
    if codes:
        click.echo(
            "Each works once. Nothing here knows who gets which: only whoever sends them does. Keep no such list.", err=True
        )


@surveys.command()
@click.argument("number", type=ID)
@click.option("--yes", is_flag=True, help="Do not ask.")
def publish(number: int, yes: bool) -> None:
    """Let anybody read the figures of the public round NUMBER; first shows exactly what becomes public."""
    parts = _parts()
    with parts.database.read() as session:
        rounds = rounds_by_id(session, [number])
        if rounds:
            told = read_results(session, rounds, parts.programme_in, least=parts.settings.survey_least_people)
            click.echo(figures_csv([told]))
    if not yes and not click.confirm("Publish this? There is no way back."):
        sys.exit(1)
    with parts.database.write.begin() as session:
        published = publish_round(session, number)
    click.echo(f"{parts.settings.public_url}/surveys/{published.address}")


@surveys.command()
@click.argument("name")
@click.option("--round", "rounds", type=ID, multiple=True, required=True, help="Which rounds, by the numbers of `list`.")
@click.option("--days", type=click.IntRange(1, 1000), default=90, show_default=True, help="How long they may read.")
def invite(name: str, rounds: tuple[int, ...], days: int) -> None:
    """Let NAME, from outside, read the results of some rounds: prints an address and a code, which works once."""
    parts = _parts()
    until = day_of(clock.now()) + timedelta(days=days)
    with parts.database.write.begin() as session:
        reader, code = invite_reader(session, name, rounds, expires_on=until)
    click.echo(f"{parts.settings.public_url}/surveys/read/{reader.address}\n{code}")
    click.echo(f"Reader {reader.id}, until {until}. Send address and code by different ways; it is not shown again.", err=True)


@surveys.command()
def readers() -> None:
    """List who may read results."""
    with _parts().database.read() as session:
        for each in list_readers(session):
            state = "revoked" if each.is_revoked else "signed in" if each.has_signed_in else "code not used yet"
            click.echo(f"{each.id}  {each.name}  rounds {' '.join(map(str, each.rounds))}  until {each.expires_on}  {state}")


@surveys.command()
@click.argument("number", type=ID)
def revoke(number: int) -> None:
    """End what reader NUMBER may see, at once."""
    with _parts().database.write.begin() as session:
        revoke_reader(session, number)


def add_to(main: click.Group) -> None:
    main.add_command(surveys)
