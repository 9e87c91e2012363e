"""`lti-tool deployments`: which placings of the tool may launch."""

import click

from lti_tool import clock
from lti_tool.cli.output import ID
from lti_tool.cli.registrations import opened
from lti_tool.platforms.registering import deployments as use_cases


@click.group()
def deployments() -> None:
    """List, approve and block deployments."""


@deployments.command(name="list")
def list_deployments() -> None:
    """List all deployments, those that wait for a decision first."""
    _, database = opened()
    with database.read() as session:
        found = use_cases.list_deployments(session)
    if not found:
        click.echo("No deployment yet: the first launch of each is noted here.")
    for each in found:
        click.echo(
            f"{each.registration_id}  {each.deployment_id}  {each.status}  {each.issuer}  since {each.first_seen_at:%Y-%m-%d}"
        )


@deployments.command()
@click.argument("registration", type=ID)
@click.argument("deployment")
@click.option("--in-advance", is_flag=True, help="Also one that has never launched.")
def approve(registration: int, deployment: str, in_advance: bool) -> None:
    """Let DEPLOYMENT of REGISTRATION launch."""
    _, database = opened()
    with database.write.begin() as session:
        use_cases.approve_deployment(session, registration, deployment, in_advance=in_advance, now=clock.now())
    click.echo(f"Deployment {deployment} is approved.")


@deployments.command()
@click.argument("registration", type=ID)
@click.argument("deployment")
@click.option("--in-advance", is_flag=True, help="Also one that has never launched.")
def block(registration: int, deployment: str, in_advance: bool) -> None:
    """Refuse DEPLOYMENT of REGISTRATION; its open visits end."""
    _, database = opened()
    with database.write.begin() as session:
        use_cases.block_deployment(session, registration, deployment, in_advance=in_advance, now=clock.now())
    click.echo(f"Deployment {deployment} is blocked.")


def add_to(main: click.Group) -> None:
    main.add_command(deployments)
