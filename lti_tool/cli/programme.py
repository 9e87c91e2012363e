"""`lti-tool programme`: look after the content."""

import json
import sys
from pathlib import Path

import click

from lti_tool import bootstrap
from lti_tool.cli import authoring
from lti_tool.cli.item_lines import module_as_json, module_lines
from lti_tool.cli.output import ID
from lti_tool.content_versions.heads import ProgrammeHead, head_of
from lti_tool.content_versions.list_versions import list_versions
from lti_tool.content_versions.open_catalogue import clashes, programme_folders
from lti_tool.downloads.make_download import make_download
from lti_tool.errors import ConfigurationError, NotFound
from lti_tool.hints.read_hints import Hint, read_hints, settle_hint
from lti_tool.learning.quiz.item_statistics import read_item_statistics
from lti_tool.models.database import open_database
from lti_tool.programme.check import check as check_folder
from lti_tool.programme.checks.report import report_lines
from lti_tool.programme.formats.findings import Severity
from lti_tool.programme.reader import read_programme
from lti_tool.settings import load_settings


@click.group()
def programme() -> None:
    """Look after the programme's content."""


@programme.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path | None) -> None:
    """Proof-read the content in FOLDER (default: all programmes of this installation): every finding with file and line, then tables of readability, hours and give-aways, and names that another programme has."""
    wanted = bootstrap.wanted_programmes(load_settings())
    folders = [folder] if folder else list(programme_folders(wanted))
    heads: dict[Path, ProgrammeHead] = {}
    # A list: every folder is checked, whatever is wrong with the one before.
    results = [_check_folder(each, heads, is_named=len(folders) > 1) for each in folders]
    others = programme_folders(wanted) if folder else ()
    results.append(_check_names(heads, [each for each in others if folder and each.resolve() != folder.resolve()]))
    if not all(results):
        sys.exit(1)


def _check_folder(folder: Path, heads: dict[Path, ProgrammeHead], *, is_named: bool) -> bool:
    if is_named:
        click.echo(f"== {folder}")
    findings = check_folder(folder)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if not errors:
        read = read_programme(folder)
        heads[folder] = head_of(read)
        for line in report_lines(read):
            click.echo(line)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings")
    return not errors


def _check_names(heads: dict[Path, ProgrammeHead], others: list[Path]) -> bool:
    """Tell which names two programmes share; another edition of the same programme, somewhere else, shares all of them."""
    known: list[ProgrammeHead] = []
    for folder in others:
        try:
            other = head_of(read_programme(folder))
        except ConfigurationError:
            # It has findings of its own, which `programme check` without a folder shows.
            continue
        if other.slug not in {head.slug for head in heads.values()}:
            known.append(other)
    is_good = True
    for folder, head in heads.items():
        for sentence in clashes(head, known):
            click.echo(f"{folder}: {sentence}")
            is_good = False
        known.append(head)
    return is_good


@programme.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, one list.")
@click.option("--all", "with_done", is_flag=True, help="Those that are done as well.")
@click.option("--done", type=ID, multiple=True, metavar="ID", help="Mark a hint as done; may be repeated.")
def hints(as_json: bool, with_done: bool, done: tuple[int, ...]) -> None:
    """List what readers noticed in lessons and cases: for the authors, from all courses."""
    parts = bootstrap.build(load_settings())
    with parts.database.write.begin() as session:
        for hint_id in done:
            try:
                settle_hint(session, hint_id, is_done=True, now=parts.now())
            except NotFound as err:
                raise click.ClickException(f"There is no hint {hint_id}; none was marked. `programme hints` lists them.") from err
        found = read_hints(session, with_done=with_done)
    parts.database.close()
    if as_json:
        click.echo(json.dumps([_hint_as_json(hint) for hint in found], ensure_ascii=False, indent=2))
        return
    for hint in found:
        place = f" · {hint.heading}" if hint.heading else ""
        status = "done" if hint.is_done else "open"
        click.echo(
            f"{hint.id}  {hint.given_at:%Y-%m-%d}  {hint.lesson_code or hint.case_id} ({hint.lesson_version}, {hint.programme_version}){place}  {status}"
        )
        click.echo("    " + hint.text.replace("\n", "\n    "))


def _hint_as_json(hint: Hint) -> dict[str, object]:
    return {
        "id": hint.id,
        "given_on": f"{hint.given_at:%Y-%m-%d}",
        "module": hint.module_slug,
        "lesson": hint.lesson_code,
        "lesson_version": hint.lesson_version,
        "case": hint.case_id,
        "programme_version": hint.programme_version,
        "course": hint.course_id,
        "heading": hint.heading,
        "text": hint.text,
        "status": "done" if hint.is_done else "open",
    }


@programme.command()
def versions() -> None:
    """List the kept content versions with the courses that learn with them, and how the files in use compare."""
    settings = load_settings()
    catalogue = bootstrap.catalogue(settings)
    database = open_database(settings.effective_database_url)
    with database.read() as session:
        kept = list_versions(session)
    click.echo(
        f"{'Programme':30}  {'Version':20}  {'Dated':10}  {'Kept since':10}  {'KB':>5}  {'Courses':>7}  {'Open attempts':>13}  SHA-256"
    )
    for one in kept:
        dated = str(one.dated_on or "")
        figures = f"{one.archive_bytes // 1024:5}  {one.courses:7}  {one.open_attempts:13}"
        name = f"{one.programme_slug:30}  {one.version:20}"
        click.echo(f"{name}  {dated:10}  {one.first_seen_at:%Y-%m-%d}  {figures}  {one.sha256[:12]}")
    for each in catalogue.served:
        same = next((one for one in kept if (one.programme_slug, one.version) == each.head.pin), None)
        state = "not kept yet" if same is None else "as kept" if same.sha256 == each.sha256 else "DIFFERENT from what is kept"
        click.echo(f"Files in use: {each.head.slug} version {each.head.version}, {state} ({each.folder})")
    for left in catalogue.left_out:
        click.echo(f"NOT served: {left.folder}: {left.reason}")


@programme.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def downloads(target: Path, folder: Path | None) -> None:
    """Write the forms of the programme in FOLDER (default: of all programmes in use) as ODT and XLSX into TARGET, to look at them."""
    found = [read_programme(folder)] if folder else [each.programme for each in bootstrap.catalogue(load_settings()).served]
    for read in found:
        # Two programmes may have forms of the same name.
        own = target / read.slug if len(found) > 1 else target
        own.mkdir(parents=True, exist_ok=True)
        for download in read.downloads:
            (own / download.file_name).write_bytes(make_download(read, download))
            click.echo(str(own / download.file_name))


@programme.command()
@click.option("--module", "module_slug", metavar="SLUG", help="This module alone.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one list.")
def items(module_slug: str | None, as_json: bool) -> None:
    """Show how items measure, from first attempts over all courses: how many solve each, whether it separates, what to look at.

    Hints come from 20 answers on, firm words from 50. Later attempts, test users and those who teach do not count.
    """
    settings = load_settings()
    database = open_database(settings.effective_database_url)
    with database.scan() as session:
        programmes = [each.programme for each in bootstrap.catalogue(settings).served]
        found = [one for each in programmes for one in read_item_statistics(session, each)]
    database.close()
    wanted = [one for one in found if module_slug in (None, one.module.slug)]
    if not wanted:
        raise click.ClickException(f"No module with an exam is called {module_slug}. `programme check` lists them.")
    if as_json:
        click.echo(json.dumps([module_as_json(each) for each in wanted], ensure_ascii=False, indent=2))
        return
    for each in wanted:
        for line in module_lines(each):
            click.echo(line)


def add_to(main: click.Group) -> None:
    authoring.add_to(programme)
    main.add_command(programme)
