"""`lti-tool programme`: look after the content."""

import sys
from pathlib import Path

import click

from lti_tool import bootstrap
from lti_tool.programme.check import check as check_folder
from lti_tool.programme.check import readability_table
from lti_tool.settings import load_settings


@click.group()
def programme() -> None:
    """Look after the programme's content."""


@programme.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--readability", is_flag=True, help="Also print words, sentence length and Wiener Sachtextformel of each lesson.")
def check(folder: Path | None, readability: bool) -> None:
    """Proof-read the content in FOLDER (default: the programme in use): every finding with file and line."""
    folder = folder or bootstrap.programme_folder(load_settings())
    findings = check_folder(folder)
    for finding in findings:
        click.echo(str(finding))
    if readability:
        for line in readability_table(folder):
            click.echo(line)
    errors = sum(finding.severity == "error" for finding in findings)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings")
    if errors:
        sys.exit(1)


def add_to(main: click.Group) -> None:
    main.add_command(programme)
