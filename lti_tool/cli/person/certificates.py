"""`lti-tool certificates`: the register, for those who run the tool."""

import zipfile
from pathlib import Path

import click

from lti_tool import bootstrap, clock
from lti_tool.certificates.badges.european_credential import european_credential
from lti_tool.certificates.badges.keys import KINDS
from lti_tool.certificates.documents.letterheads import find_logo
from lti_tool.certificates.documents.make_document import MakingOutcome, make_document, make_missing_documents
from lti_tool.certificates.documents.queue import document_backlog
from lti_tool.certificates.documents.typeset import pictures
from lti_tool.certificates.office import certificate_register
from lti_tool.certificates.office.export_documents import export_documents
from lti_tool.certificates.office.reissue_certificate import reissue_certificate
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.certificates.verify.verify_certificate import RegisterState
from lti_tool.cli.registrations import opened
from lti_tool.domain.documents.certificate import day_of
from lti_tool.errors import Conflict
from lti_tool.messages import N_


@click.group()
def certificates() -> None:
    """List, show, revoke, reissue and export certificates."""


@certificates.command(name="list")
def list_certificates() -> None:
    """List all certificates, without names."""
    _, database = opened()
    with database.read() as session:
        found = certificate_register.list_certificates(session)
    today = day_of(clock.now())
    for each in found:
        note = f"  PROBLEM: {each.problem}" if each.problem else ""
        click.echo(f"{each.code}  {each.state_on(today)}  {each.issued_at:%Y-%m-%d}  user={each.user_id or '–'}{note}")
    click.echo(f"{len(found)} certificates")


@certificates.command()
@click.argument("code")
def show(code: str) -> None:
    """Show one certificate with everything that is printed on it."""
    _, database = opened()
    with database.read() as session:
        found = certificate_register.get_certificate(session, code)
    click.echo(
        f"{found.code}  {found.state_on(day_of(clock.now()))}  issued {found.issued_at:%Y-%m-%d %H:%M} UTC  sha256={found.pdf_sha256 or '–'}"
    )
    if found.revoked_at:
        click.echo(f"revoked {found.revoked_at:%Y-%m-%d}: {found.revocation_reason}")
    if found.problem:
        click.echo(f"problem: {found.problem}")
    facts = found.facts
    click.echo(f"{facts.name}\n{facts.programme_title}")
    for module in facts.modules:
        click.echo(f"  {module.number}  {module.title}  ({module.version}, {module.completed_on:%Y-%m-%d})")


@certificates.command()
@click.argument("code")
@click.option("--reason", required=True, help="Kept in the register; the verify page says since when, not why.")
def revoke(code: str, reason: str) -> None:
    """Withdraw a certificate."""
    _, database = opened()
    with database.write.begin() as session:
        revoke_certificate(session, code, reason=reason, now=clock.now())
    click.echo("Revoked.")


@certificates.command()
@click.argument("code")
@click.option("--name", default=None, help="The corrected name; without it the same facts are issued again.")
@click.option("--ended", is_flag=True, help="Also where it was revoked (by mistake) or has expired; its validity begins anew.")
def reissue(code: str, name: str | None, ended: bool) -> None:
    """Issue a successor; the old one says that it was replaced."""
    settings, database = opened()
    with database.write.begin() as session:
        made = reissue_certificate(
            session, code, issuer=bootstrap.issuer(settings), name=name, may_have_ended=ended, now=clock.now()
        )
    outcome = make_document(database, bootstrap.document_maker(settings), made, now=clock.now())
    with database.read() as session:
        new = next(each for each in certificate_register.list_certificates(session) if each.id == made)
    click.echo(new.code)
    if outcome is not MakingOutcome.MADE:
        click.echo(f"Its document is not made yet: {new.problem or 'the worker tries again'}", err=True)


@certificates.command()
def make() -> None:
    """Make documents that are still missing, as the worker does, and say which need a person."""
    settings, database = opened()
    made = make_missing_documents(database, bootstrap.document_maker(settings), clock=clock.now)
    with database.read() as session:
        backlog = document_backlog(session, now=clock.now())
        stuck = [each for each in certificate_register.list_certificates(session) if each.problem and each.state == "valid"]
    click.echo(f"{made} documents made, {backlog.waiting} tried again later, {len(stuck)} for a person")
    for each in stuck:
        click.echo(f"{each.code}  {each.problem}  `lti-tool certificates reissue {each.code} --name …`")


@certificates.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.zip")
def export(out: Path) -> None:
    """Write all documents and a manifest (code, state, SHA-256; no names) into a ZIP, one after the other."""
    _, database = opened()
    # Beside its place and then there in one go: a command that was stopped leaves no half file that looks whole.
    unfinished = out.with_name(f"{out.name}.part")
    with unfinished.open("wb") as file:
        for piece in export_documents(database, course_id=None, today=day_of(clock.now())):
            file.write(piece)
    unfinished.replace(out)
    with zipfile.ZipFile(out) as archive:
        count = sum(name.endswith(".pdf") for name in archive.namelist())
    click.echo(f"{count} certificates in {out}")


@certificates.command()
@click.argument("code")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.jsonld")
def elm(code: str, out: Path) -> None:
    """Write a certificate as European Digital Credential, unsigned, to be uploaded to an issuer with an eIDAS seal."""
    settings, database = opened()
    with database.read() as session:
        found = certificate_register.get_certificate(session, code)
        logo_svg = find_logo(session, found.facts.logo_sha256)
    if found.state != RegisterState.VALID or not found.facts.name:
        raise Conflict(N_("Dieses Zertifikat gilt nicht mehr."), code="certificate_not_valid")
    pages = pictures(found.facts, logo_svg=logo_svg, template=bootstrap.document_maker(settings).template)
    credential = european_credential(found.facts, issued_at=found.issued_at, pictures=pages, country=settings.issuer_country)
    out.write_text(credential, encoding="utf-8")
    click.echo(f"{out}: unsigned; the issuer's upload adds `issued` and its eIDAS identifier.")


@certificates.command(name="keys-new")
def keys_new() -> None:
    """Make a key of each kind for Open Badges; they sign from now on, the earlier ones stay published."""
    settings, _ = opened()
    keys = bootstrap.credential_keys(settings)
    for kind in KINDS:
        click.echo(keys.new(kind).kid)


@certificates.command(name="keys-list")
def keys_list() -> None:
    """List the keys of Open Badges, those of earlier years included."""
    settings, _ = opened()
    for file in bootstrap.credential_keys(settings).list():
        click.echo(f"{file.kid}  {file.kind:<7}  {'retired' if file.is_retired else 'active'}")


@certificates.command(name="keys-retire")
@click.argument("kid")
def keys_retire(kid: str) -> None:
    """Throw the private half of a key away; what it signed stays checkable."""
    settings, _ = opened()
    bootstrap.credential_keys(settings).retire(kid)
    click.echo("Retired.")


def add_to(main: click.Group) -> None:
    main.add_command(certificates)
