"""`lti-tool registrations`: which platforms may launch the tool."""

import json
from dataclasses import asdict

import click

from lti_tool import clock
from lti_tool.cli.output import ID, counted
from lti_tool.lti.keys.key_sets import KeySets
from lti_tool.lti.transport.http import Http
from lti_tool.models.database import Database, open_database
from lti_tool.platforms.key_set_store import DatabaseKeySetStore
from lti_tool.platforms.refresh_key_sets import refresh_key_set
from lti_tool.platforms.registering import registrations as use_cases
from lti_tool.platforms.registering.institutions import ToldApart
from lti_tool.platforms.registering.lms_families import FAMILIES, find_family
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import RegistrationDetails
from lti_tool.platforms.registering.tell_institutions_apart import tell_institutions_apart
from lti_tool.settings import Settings, load_settings


def opened() -> tuple[Settings, Database]:
    """Give the settings and the database they name."""
    settings = load_settings()
    return settings, open_database(settings.effective_database_url)


INSTITUTIONS = {"one": ToldApart.NOTHING, "by-client": ToldApart.CLIENT, "by-guid": ToldApart.GUID}


@click.group()
def registrations() -> None:
    """Add, list, disable and remove platforms."""


@registrations.command()
@click.option(
    "--issuer", required=True, help="The platform's issuer, to the letter (Moodle: the site address without a slash at the end)."
)
@click.option("--client-id", required=True)
@click.option(
    "--family",
    type=click.Choice([family.key for family in FAMILIES if family.key != "other"]),
    help="Fill in the addresses that are not given, as this LMS usually has them under the issuer's address.",
)
@click.option("--auth-login-url", help="Authentication request address.")
@click.option("--token-url", help="Access token address.")
@click.option("--jwks-url", help="Public keyset address.")
@click.option("--token-audience", default=None, help="Audience of the client assertion where it is not the token address.")
@click.option("--deployment", "deployments", multiple=True, metavar="ID", help="Deployment to approve; may be repeated.")
@click.option(
    "--service-host",
    "service_hosts",
    multiple=True,
    metavar="URL",
    help="Where else line items and rosters lie, e.g. https://schule.instructure.com; may be repeated.",
)
@click.option("--name", default="", help="How you call this platform.")
@click.option(
    "--institutions",
    type=click.Choice(list(INSTITUTIONS)),
    help="Whether this issuer serves several institutions; their people are then told apart. Usual for the issuer if not given.",
)
def add(
    issuer: str,
    client_id: str,
    family: str | None,
    auth_login_url: str | None,
    token_url: str | None,
    jwks_url: str | None,
    token_audience: str | None,
    deployments: tuple[str, ...],
    service_hosts: tuple[str, ...],
    name: str,
    institutions: str | None,
) -> None:
    """Register a platform by hand; prints the registration's id."""
    known = find_family(family) if family else None
    usual = {field: value for field, value in known.filled(issuer).items() if field not in known.incomplete} if known else {}
    given = {"auth_login_url": auth_login_url, "token_url": token_url, "jwks_url": jwks_url}
    addresses = {field: value or usual.get(field, "") for field, value in given.items()}
    for field, value in addresses.items():
        if not value:
            raise click.UsageError(f"Give --{field.replace('_', '-')}, or --family for the usual one.")
    settings, database = opened()
    new = NewRegistration(
        issuer=issuer,
        client_id=client_id,
        auth_login_url=addresses["auth_login_url"],
        token_url=addresses["token_url"],
        jwks_url=addresses["jwks_url"],
        token_audience=token_audience,
        deployment_ids=deployments,
        service_hosts=service_hosts,
        name=name,
        told_apart_by=INSTITUTIONS[institutions] if institutions else None,
    )
    with database.write.begin() as session:
        added = use_cases.add_registration(session, new, is_production=settings.is_production, now=clock.now())
    click.echo(added.id)


@registrations.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def list_registrations(as_json: bool) -> None:
    """List all registrations."""
    _, database = opened()
    with database.read() as session:
        found = use_cases.list_registrations(session)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, default=str, ensure_ascii=False))
        return
    if not found:
        click.echo("No registration yet. Add one with `lti-tool registrations add` or make an invite.")
    for each in found:
        state = "enabled" if each.is_enabled else "disabled"
        click.echo(f"{each.id}  {state}  {each.issuer}  {each.client_id}  {each.name}".rstrip())


@registrations.command()
@click.argument("registration_id", type=ID, metavar="ID")
def show(registration_id: int) -> None:
    """Show one registration with all its addresses."""
    _, database = opened()
    with database.read() as session:
        found = use_cases.get_registration(session, registration_id)
    _print_details(found)


def _print_details(found: RegistrationDetails) -> None:
    for name, value in asdict(found).items():
        if isinstance(value, list | tuple):
            value = ", ".join(str(each) for each in value) or "–"
        click.echo(f"{name:16} {value if value is not None else '–'}")


@registrations.command()
@click.argument("registration_id", type=ID, metavar="ID")
@click.option("--add", "added", multiple=True, metavar="URL", help="An origin, or https://*.example.org for all below.")
@click.option("--remove", "removed", multiple=True, metavar="URL", help="One that was listed.")
def hosts(registration_id: int, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """List, add or remove the hosts where a platform's services lie besides its registered addresses."""
    settings, database = opened()
    with database.write.begin() as session:
        listed = use_cases.change_service_hosts(
            session, registration_id, added=added, removed=removed, is_production=settings.is_production
        )
    for host in listed:
        click.echo(host)


@registrations.command(name="refresh-keys")
@click.argument("registration_id", type=ID, metavar="ID")
def refresh_keys(registration_id: int) -> None:
    """Fetch this platform's public keys now, e.g. after it has withdrawn one; it is done every hour anyway."""
    _, database = opened()
    key_sets = KeySets(DatabaseKeySetStore(database), Http())
    refreshed = refresh_key_set(database, key_sets, registration_id, now=clock.now())
    for kid in sorted(refreshed.before | refreshed.after):
        state = "withdrawn" if kid not in refreshed.after else "valid" if kid in refreshed.before else "new"
        click.echo(f"{kid}  {state}")
    click.echo("Known to every process within a minute.", err=True)


@registrations.command(name="institutions")
@click.argument("registration_id", type=ID, metavar="ID")
@click.argument("how", type=click.Choice(list(INSTITUTIONS)))
def tell_apart(registration_id: int, how: str) -> None:
    """Say whether this registration's issuer serves several institutions, and tell their people and courses apart."""
    _, database = opened()
    with database.write.begin() as session:
        outcome = tell_institutions_apart(session, registration_id, INSTITUTIONS[how], now=clock.now())
    click.echo(f"{counted(outcome.taken_along, 'person goes', 'people go')} on where they were.")
    if outcome.left_behind:
        click.echo(
            f"{counted(outcome.left_behind, 'person', 'people')} cannot be told apart by what is known: "
            "what they did so far stays, and their next launch begins anew."
        )


@registrations.command()
@click.argument("registration_id", type=ID, metavar="ID")
def disable(registration_id: int) -> None:
    """Refuse this platform's launches from now on (within seconds); nothing is deleted."""
    _, database = opened()
    with database.write.begin() as session:
        use_cases.disable_registration(session, registration_id)
    click.echo(f"Registration {registration_id} is disabled.")


@registrations.command()
@click.argument("registration_id", type=ID, metavar="ID")
def enable(registration_id: int) -> None:
    """Let this platform launch again."""
    _, database = opened()
    with database.write.begin() as session:
        use_cases.enable_registration(session, registration_id)
    click.echo(f"Registration {registration_id} is enabled.")


@registrations.command()
@click.argument("registration_id", type=ID, metavar="ID")
@click.confirmation_option(
    prompt="Courses, links and waiting scores of this registration go; people, progress and certificates stay. Remove it?"
)
def remove(registration_id: int) -> None:
    """Remove a registration; people, their progress and certificates stay."""
    _, database = opened()
    with database.write.begin() as session:
        use_cases.remove_registration(session, registration_id)
    click.echo(f"Registration {registration_id} is removed.")


def add_to(main: click.Group) -> None:
    main.add_command(registrations)
