"""`lti-tool registrations invite` and what comes of invitations: what waits, approve, reject."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

import click

from lti_tool import clock
from lti_tool.cli.output import ID, counted
from lti_tool.cli.registrations import opened, registrations
from lti_tool.platforms.registering import proposals as use_cases
from lti_tool.platforms.registering.invite_platform import invite_platform
from lti_tool.platforms.registering.proposals import ProposalDetails, ProposalReason

_REASONS = {
    ProposalReason.KNOWN_ISSUER: "a further client of a platform that is connected: it would speak for all people of it",
    ProposalReason.KNOWN_CLIENT: "other addresses for a registration that is in use: its keys would speak for all people of it",
    ProposalReason.SAME_CLIENT: "the client id and token address of another platform: it could get that platform's tokens",
}


@click.command()
@click.option("--platform-url", metavar="URL", help="Only the platform at this address, or below it, may use the invite.")
@click.option("--any-platform", is_flag=True, help="Whoever has the invite may register any platform that is not connected yet.")
@click.option("--renew", type=ID, metavar="ID", help="For registration ID: to bring its addresses up to date, and nothing else.")
@click.option("--days", default=7, show_default=True, help="How long it can be used.")
def invite(platform_url: str | None, any_platform: bool, renew: int | None, days: int) -> None:
    """Print a single-use address with which a platform's administrator registers the tool.

    An invite makes a new registration. What would touch a platform that is connected already waits: `registrations waiting`.
    """
    if [platform_url is not None, any_platform, renew is not None].count(True) != 1:
        raise click.UsageError("Say for which platform: --platform-url URL, --renew ID, or else --any-platform.")
    settings, database = opened()
    now = clock.now()
    with database.write.begin() as session:
        secret = invite_platform(session, platform_url=platform_url, renews=renew, days=days, now=now)
    click.echo(f"{settings.public_url}/lti/register/{secret}")
    # Beside the address, so that a script gets the address alone.
    click.echo(f"Works once, until {now + timedelta(days=days):%Y-%m-%d %H:%M} UTC. It is not shown again.", err=True)


@click.command()
def waiting() -> None:
    """List what came by invitations and waits for a decision."""
    _, database = opened()
    with database.read() as session:
        found = use_cases.list_proposals(session)
    click.echo(counted(len(found), "registration waits.", "registrations wait."), err=True)
    for each in found:
        click.echo("\n".join(_told(each)))


@click.command()
@click.argument("number", type=ID)
@click.option("--yes", is_flag=True, help="Do not ask.")
def approve(number: int, yes: bool) -> None:
    """Do what waits under NUMBER: add the registration, or change the known one."""
    settings, database = opened()
    with database.read() as session:
        found = use_cases.get_proposal(session, number)
    click.echo("\n".join(_told(found)), err=True)
    if not yes:
        click.confirm("Whoever made it will speak for the people of this platform. Approve?", abort=True, err=True)
    with database.write.begin() as session:
        saved = use_cases.approve_proposal(session, number, is_production=settings.is_production, now=clock.now())
    click.echo(f"Registration {saved.registration.id} is {'added' if saved.is_new else 'up to date'}.")


@click.command()
@click.argument("number", type=ID)
def reject(number: int) -> None:
    """Forget what waits under NUMBER."""
    _, database = opened()
    with database.write.begin() as session:
        use_cases.reject_proposal(session, number)
    click.echo(f"{number} is rejected.")


def _told(found: ProposalDetails) -> Iterator[str]:
    """Write a proposal in lines; of a change, what is there now and what would be."""
    yield f"{found.id}  since {found.created_at:%Y-%m-%d %H:%M} UTC: {_REASONS[found.reason]}"
    now = asdict(found.known) if found.known is not None else {}
    for name, value in asdict(found.new).items():
        text = ", ".join(value) if isinstance(value, list | tuple) else value
        if not text:
            continue
        before = now.get(name)
        before = ", ".join(before) if isinstance(before, list | tuple) else before
        change = f"   (now {before or '–'})" if found.known is not None and name in now and before != text else ""
        yield f"   {name:16} {text}{change}"


def add_to(main: click.Group) -> None:
    for command in (invite, waiting, approve, reject):
        registrations.add_command(command)
