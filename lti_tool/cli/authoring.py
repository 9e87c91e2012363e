"""`lti-tool programme new` and `programme preview`: what an author needs, without a platform and without a database server."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_tool import clock, logs
from lti_tool.authoring.baseline import Baseline, read_files
from lti_tool.authoring.start_programme import start_programme
from lti_tool.domain.documents.certificate import ZONE
from lti_tool.errors import ConfigurationError
from lti_tool.settings import load_settings

if TYPE_CHECKING:
    from lti_tool.cli.authors_server import Preview


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default=None, help="The programme's title (default: made of the folder's name).")
def new(folder: Path, title: str | None) -> None:
    """Begin a programme in FOLDER, which must not hold any file yet: two lessons, a glossary, a practice task; it checks clean."""
    for name in start_programme(folder, title, today=clock.now().date()):
        click.echo(str(folder / name))
    click.echo(f"Now run `lti-tool programme preview {folder}` and write.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8010, show_default=True, help="0: any that is free.")
@click.option("--against", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Compare with this folder.")
def preview(folder: Path, port: int, against: Path | None) -> None:
    """Show the programme in FOLDER at 127.0.0.1 as participants will see it, with findings, while it is being written.

    What changed is told since the version that this installation has kept last, else since the preview was started.
    """
    # The other commands load no pages.
    from lti_tool.cli.authors_server import kept_baseline, open_preview

    settings = load_settings()
    logs.configure("WARNING", style=settings.log_style)
    with tempfile.TemporaryDirectory(prefix="lti-tool-preview-") as private:
        baseline = _baseline(folder, against) or kept_baseline(settings, folder) or _as_it_stands(folder)
        try:
            running = open_preview(folder, Path(private), port, baseline)
        except OSError as err:
            raise ConfigurationError(f"Port {port} is taken: choose another with --port.") from err
        click.echo(f"{running.url}  (end it with Ctrl+C)")
        _serve(running)


def _serve(running: "Preview") -> None:
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        click.echo("Ended.")
    finally:
        running.close()


def _baseline(folder: Path, against: Path | None) -> Baseline | None:
    if against is None:
        return None
    if against.resolve() == folder.resolve():
        raise ConfigurationError("--against names the same folder.")
    return Baseline(f"dem Ordner {against}", read_files(against))


def _as_it_stands(folder: Path) -> Baseline:
    began = clock.now().astimezone(ZONE)
    return Baseline(f"dem Beginn dieser Vorschau um {began:%H:%M} Uhr", read_files(folder))


def add_to(group: click.Group) -> None:
    """Add the authors' commands to `lti-tool programme`."""
    group.add_command(new)
    group.add_command(preview)
