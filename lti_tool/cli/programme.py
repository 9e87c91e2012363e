"""`lti-tool programme`: look after the content."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from lti_tool import bootstrap
from lti_tool.programme.check import check as check_folder
from lti_tool.programme.findings import Severity
from lti_tool.programme.readability import sentences_of, wiener_sachtextformel, words_of
from lti_tool.programme.reader import read_programme
from lti_tool.settings import load_settings


@click.group()
def programme() -> None:
    """Look after the programme's content."""


@programme.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path | None) -> None:
    """Proof-read the content in FOLDER (default: the programme in use): every finding with file and line, then each lesson's readability."""
    folder = folder or bootstrap.programme_folder(load_settings())
    findings = check_folder(folder)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if not errors:
        for line in _readability(folder):
            click.echo(line)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings")
    if errors:
        sys.exit(1)


def _readability(folder: Path) -> Iterator[str]:
    yield "Lesson  Words  Longest sentence  Words per sentence  Wiener Sachtextformel"
    for module in read_programme(folder).modules:
        for lesson in module.lessons:
            lengths = [len(words_of(sentence)) for sentence in sentences_of(lesson.text)]
            mean = sum(lengths) / len(lengths)
            yield f"{lesson.code:6}  {sum(lengths):5}  {max(lengths):16}  {mean:18.1f}  {wiener_sachtextformel(lesson.text):21.1f}"


def add_to(main: click.Group) -> None:
    main.add_command(programme)
