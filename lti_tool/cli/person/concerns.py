"""`lti-tool concerns`: what people ask of the operator or tell them."""

import click

from lti_tool import clock
from lti_tool.cli.output import ID, counted
from lti_tool.cli.registrations import opened
from lti_tool.concerns.answer_concern import ConcernLine, answer_concern, list_concerns, read_concern


@click.group()
def concerns() -> None:
    """List, show and answer wishes to be erased and barriers that people met."""


@concerns.command(name="list")
@click.option("--all", "closed_too", is_flag=True, help="Closed ones too.")
def list_(closed_too: bool) -> None:
    """List open concerns, the oldest first."""
    _, database = opened()
    with database.read() as session:
        found = list_concerns(session, closed_too=closed_too)
    for each in found:
        click.echo(_line(each))
    click.echo(counted(len(found), "concern", "concerns"))


@concerns.command()
@click.argument("concern", type=ID)
def show(concern: int) -> None:
    """Show one concern whole."""
    _, database = opened()
    with database.read() as session:
        found = read_concern(session, concern)
    click.echo(_line(found))
    for name in ("page", "device", "contact", "text", "answer"):
        if value := getattr(found, name):
            click.echo(f"{name}: {value}")


@concerns.command()
@click.argument("concern", type=ID)
@click.option("--text", required=True, help="What the sender reads with the code of the receipt.")
def answer(concern: int, text: str) -> None:
    """Answer a concern and close it. A wish to be erased is granted by `people erase`, not here."""
    _, database = opened()
    with database.write.begin() as session:
        contact = read_concern(session, concern).contact
        answer_concern(session, concern, text, now=clock.now())
    click.echo("Answered and closed.")
    if contact:
        click.echo(f"The sender asked for the answer at {contact}; this is now forgotten here.")


def _line(concern: ConcernLine) -> str:
    whose = f"  person {concern.user_id}" if concern.user_id is not None else ""
    late = "  OVERDUE" if concern.is_overdue(clock.now()) else ""
    return f"{concern.id}  {concern.kind}  {concern.state}  due {concern.due_at:%Y-%m-%d}{whose}{late}"


def add_to(main: click.Group) -> None:
    main.add_command(concerns)
