"""The `lti-tool` command: exit status 0 done, 1 refused with a reason on stderr, 2 usage."""

import sys

import click
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError

from lti_tool.cli.output import refusal_of
from lti_tool.errors import ToolError


class _Refusing(click.Group):
    """Turn an expected failure into a sentence on stderr and exit status 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ToolError as err:
            click.echo(refusal_of(err), err=True)
            sys.exit(1)
        except (DataError, UnicodeError, OverflowError):
            click.echo("Something given is no text or number that can be looked for: check what was typed.", err=True)
            sys.exit(1)
        except OSError as err:
            if err.filename is None:
                raise
            click.echo(f"{err.filename}: {err.strerror}", err=True)
            sys.exit(1)
        except (OperationalError, ProgrammingError) as err:
            # An operator's everyday mistakes. The driver's sentence names server, port and table, never a password.
            click.echo(f"The database does not answer as it should: {str(err.orig).strip().splitlines()[0]}", err=True)
            click.echo("Check LTI_TOOL_DATABASE_URL and run `lti-tool db upgrade`.", err=True)
            sys.exit(1)


@click.group(cls=_Refusing, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="lti-tool", prog_name="lti-tool")
def main() -> None:
    """LTI 1.3 tool for learning programmes.

    Settings come from environment variables with the prefix LTI_TOOL_ (docs/operations.md).
    """


def _add_commands() -> None:
    # Imported late, so that `lti-tool --help` does not load the whole tool; each module adds its commands to `main`.
    from lti_tool.cli import (
        db,
        deployments,
        doctor,
        invitations,
        keys,
        outbox,
        programme,
        registrations,
        serve,
        surveys,
    )
    from lti_tool.cli.person import certificates, concerns, people, roster

    for module in (
        serve,
        db,
        keys,
        registrations,
        invitations,
        deployments,
        programme,
        doctor,
        outbox,
        certificates,
        people,
        concerns,
        roster,
        surveys,
    ):
        module.add_to(main)
    _say_whole_sentences(main)


def _say_whole_sentences(group: click.Group) -> None:
    """Let lists of commands show each first sentence whole; click cuts it otherwise."""
    for command in group.commands.values():
        command.short_help = (command.help or "").partition(". ")[0].partition("\n")[0]
        if isinstance(command, click.Group):
            _say_whole_sentences(command)


_add_commands()
