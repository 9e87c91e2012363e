"""`lti-tool doctor`: looks at everything that can be wrong with an installation; each finding says what to do."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from lti_tool import bootstrap, clock, preflight
from lti_tool.cli.output import ID, counted, refusal_of
from lti_tool.errors import ToolError
from lti_tool.keyring import Keyring
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.ports import Registration
from lti_tool.parts import Parts
from lti_tool.personal_data.erasure_list import Marker, find_returned, read_erasures
from lti_tool.platforms.checking.connection_check import check_connection
from lti_tool.platforms.checking.findings import FindingStanding
from lti_tool.platforms.registering.institutions import mixed_platforms
from lti_tool.platforms.registering.registrations import list_registrations
from lti_tool.settings import Settings, load_settings
from lti_tool.web.translations import in_english

_START = "Start the tool (`lti-tool serve`), check DNS, proxy and certificate; platforms fetch our keys here."


@dataclass(frozen=True)
class Check:
    """One line of the report; `remedy` is empty where all is well."""

    what: str
    is_good: bool
    says: str
    remedy: str = ""


@click.command()
@click.argument("registration", type=ID, required=False)
def doctor(registration: int | None) -> None:
    """Check settings, keys, seal, clock, database, public address and each platform's key set and token endpoint."""
    bad = 0
    for check in _all_checks(registration):
        click.echo(f"{'ok ' if check.is_good else 'BAD'}  {check.what}: {check.says}")
        if not check.is_good:
            bad += 1
            click.echo(f"     → {check.remedy}")
    click.echo("All is well." if not bad else f"{counted(bad, 'finding', 'findings')}.")
    if bad:
        sys.exit(1)


def _all_checks(registration: int | None) -> Iterator[Check]:
    try:
        settings = load_settings()
    except ToolError as err:
        yield Check("settings", False, refusal_of(err), "Correct the variable and run doctor again.")
        return
    yield Check("settings", True, f"{settings.environment}, {settings.public_url}")
    yield _signing_key(settings)
    try:
        preflight.check_ready_to_serve(settings)
    except ToolError as err:
        yield Check("ready to serve", False, refusal_of(err), "Do what the sentence says, then run doctor again.")
        return
    yield Check("database", True, "at this release's revision")
    parts = bootstrap.build(settings)
    yield from _programmes(parts)
    yield from _seal(parts)
    yield from _erasures(parts)
    yield _public_address(parts)
    with parts.database.read() as session:
        known = [each for each in list_registrations(session) if registration in (None, each.id)]
    if not known and registration is not None:
        yield Check(f"registration {registration}", False, "there is none with this id", "lti-tool registrations list")
    elif not known:
        yield Check("platforms", False, "none registered", "lti-tool registrations add …, or an invite for the LMS admin.")
    yield from _institutions(parts)
    for each in known:
        entry = parts.front_door.registrations.by_id(each.id)
        if entry is not None:
            yield from _platform(parts, entry.registration)


def _signing_key(settings: Settings) -> Check:
    try:
        key = Keyring(settings.keys_dir).signing_key()
    except ToolError as err:
        return Check("signing key", False, refusal_of(err), "lti-tool keys new")
    return Check("signing key", True, str(key.kid))


def _programmes(parts: Parts) -> Iterator[Check]:
    """Tell what is served, what is left out, and which settings name no programme or no registration."""
    catalogue, settings = parts.catalogue, parts.settings
    for each in catalogue.served:
        limited = catalogue.only_for.get(each.head.slug)
        to_whom = f", offered to registrations {', '.join(map(str, sorted(limited)))} only" if limited else ""
        says = f"{each.head.title}, version {each.head.version}, {counted(len(each.head.modules), 'module', 'modules')}{to_whom}"
        yield Check(f"programme {each.head.slug}", True, says)
    for left in catalogue.left_out:
        yield Check(f"programme in {left.folder}", False, f"not served: {left.reason}", f"lti-tool programme check {left.folder}")
    known = {each.head.slug for each in catalogue.served} | catalogue.switched_off
    for name, slugs in (
        ("LTI_TOOL_PROGRAMMES_OFF", settings.programmes_switched_off),
        ("LTI_TOOL_PROGRAMMES_FOR", settings.registrations_by_programme.keys()),
    ):
        for slug in sorted(slugs - known):
            yield Check(name, False, f'there is no programme "{slug}" here', "lti-tool programme versions lists them.")
    with parts.database.read() as session:
        ids = {each.id for each in list_registrations(session)}
    for slug, limited in sorted(catalogue.only_for.items()):
        for missing in sorted(limited - ids):
            says = f"{slug} is offered to registration {missing}, which there is not"
            yield Check("LTI_TOOL_PROGRAMMES_FOR", False, says, "lti-tool registrations list")


def _erasures(parts: Parts) -> Iterator[Check]:
    """Tell whether a restored backup has brought people back who were erased."""
    path = parts.settings.effective_erasure_list
    if not path.exists():
        return
    try:
        erasures = read_erasures(path.read_text(encoding="utf-8"))
        with parts.database.scan() as session:
            found = find_returned(session, erasures, [Marker(bootstrap.secret_key(parts.settings))])
    except (ToolError, OSError, ValueError) as err:
        says = refusal_of(err) if isinstance(err, ToolError) else str(err)
        yield Check("erased people", False, f"{path}: {says}", "Let it be readable, and as `people erase` wrote it.")
        return
    if found.people:
        back = counted(len(found.people), "person who was erased is", "people who were erased are")
        yield Check("erased people", False, f"{back} in the database again", "lti-tool people erase-again")
    else:
        yield Check("erased people", True, f"none of {len(erasures)} is in the database again")


def _institutions(parts: Parts) -> Iterator[Check]:
    """Tell whether several institutions launch whose people and courses are not told apart."""
    with parts.database.read() as session:
        mixed = mixed_platforms(session)
    for several in mixed:
        ids = ", ".join(map(str, several))
        says = f"through {counted(len(several), 'registration', 'registrations')} {ids} several institutions launch and share people and courses"
        remedy = f"If they are different institutions: lti-tool registrations institutions {several[-1]} by-guid (or by-client)"
        yield Check("institutions", False, says, remedy)


def _seal(parts: Parts) -> Iterator[Check]:
    seal = parts.document_maker.seal
    if seal is None:
        return
    warning = seal.period.warning(clock.now())
    says = f"{seal.subject}, level {seal.level}, valid until {seal.period.ends_at:%Y-%m-%d}"
    remedy = "Order the next certificate and put it into LTI_TOOL_SEAL_KEY or LTI_TOOL_SEAL_PKCS12; outside its dates no document is made."
    yield Check("seal", not warning, warning or says, remedy)


def _public_address(parts: Parts) -> Check:
    address = f"{parts.settings.public_url}/lti/jwks"
    try:
        answer = parts.http.send("GET", address)
        if answer.status != 200:
            # A proxy that answers for a tool that is not there, most of the time.
            return Check("public address", False, f"{address}: HTTP {answer.status}", _START)
        published = {key["kid"] for key in answer.json()["keys"]}
    except (ServiceUnavailable, ServiceRefused, ValueError, KeyError, TypeError) as err:
        code = getattr(err, "code", "not a key set")
        return Check("public address", False, f"{address}: {code}", _START)
    if parts.keyring.signing_kid() not in published:
        return Check(
            "public address",
            False,
            f"{address} does not show our signing key",
            "Let LTI_TOOL_KEYS_DIR of the served tool and of this command be the same.",
        )
    return Check("public address", True, f"{address} shows {counted(len(published), 'key', 'keys')}")


def _platform(parts: Parts, registration: Registration) -> Iterator[Check]:
    """Ask the platform what the page /lti/check asks, too; whatever it answers, the others are asked."""
    what = f"registration {registration.id} ({registration.issuer})"
    try:
        findings = check_connection(parts.http, parts.service_client, registration, None, clock=clock.now)
    except Exception as err:
        yield Check(what, False, f"{type(err).__name__} while it was checked", "This is a fault of the tool: please report it.")
        return
    for finding in findings:
        says = in_english(finding.says, **finding.values)
        if finding.listed:
            says += " " + ", ".join(map(in_english, finding.listed))
        remedy = in_english(finding.remedy, **finding.values)
        yield Check(f"{what} {finding.check}", finding.standing is not FindingStanding.BAD, says, remedy)


def add_to(main: click.Group) -> None:
    main.add_command(doctor)
