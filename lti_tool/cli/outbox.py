"""`lti-tool outbox`: scores on their way to the gradebooks."""

import json
import sys
from dataclasses import asdict
from datetime import datetime

import click

from lti_tool import bootstrap, clock
from lti_tool.cli.output import ID, counted
from lti_tool.cli.registrations import opened
from lti_tool.passback import deliveries
from lti_tool.passback.columns.compare_column import Difference
from lti_tool.passback.columns.reconcile import reconcile
from lti_tool.platforms.registering.registrations import get_registration, list_registrations
from lti_tool.progress.due_scores import tell_all_due_scores
from lti_tool.settings import load_settings


@click.group()
def outbox() -> None:
    """List scores on their way, send again, compare with the gradebooks."""


@outbox.command(name="list")
@click.option("--failed", is_flag=True, help="Only those that are parked or were put off.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def list_deliveries(failed: bool, as_json: bool) -> None:
    """List score deliveries, the longest unchanged first."""
    _, database = opened()
    with database.read() as session:
        found = deliveries.list_deliveries(session, failed_only=failed)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, default=str))
        return
    for each in found:
        parts = [
            f"{each.id:6}  {each.state:9}  user={each.user_id}  registration={each.registration_id}  {each.module_slug}",
            f"{each.score_given:g}/100  {_way_of(each)}  {each.reason}",
        ]
        click.echo("  ".join(parts).rstrip())
    click.echo(counted(len(found), "delivery", "deliveries"))


@outbox.command()
@click.argument("ids", type=ID, nargs=-1, required=True, metavar="ID…")
def retry(ids: tuple[int, ...]) -> None:
    """Send deliveries again now, parked ones too."""
    _, database = opened()
    with database.write.begin() as session:
        going = deliveries.retry_deliveries(session, ids, now=clock.now())
    click.echo(f"{len(going)} will be sent again: {', '.join(map(str, going)) or 'none'}")
    if left := sorted(set(ids) - set(going)):
        click.echo(f"Not sent again (unknown, or on the wire at this moment): {', '.join(map(str, left))}", err=True)
        sys.exit(1)


@outbox.command(name="reconcile")
@click.argument("registration", type=ID, required=False)
@click.option("--fill", is_flag=True, help="Also send what somebody has emptied there: after a platform was restored.")
def reconcile_command(registration: int | None, fill: bool) -> None:
    """Compare the gradebooks with what is due and what was delivered.

    Sends what never got there, and into columns that have moved. Reports what a teacher changed or emptied, and leaves it.
    """
    parts = bootstrap.build(load_settings())
    tell_all_due_scores(parts.database, now=clock.now())
    with parts.database.read() as session:
        which = [get_registration(session, registration)] if registration else list_registrations(session)
    unreadable = 0
    for each in which:
        found = reconcile(parts.database, bootstrap.gradebooks(parts), registration_id=each.id, fills=fill, clock=clock.now)
        click.echo(
            f"registration {each.id}: {found.line_items_read} columns read, {found.matching} scores as delivered, "
            f"{found.newly_sent} new on their way, {len(found.sent_again)} missing and sent again, "
            f"{len(found.changed_by_teacher)} changed by a teacher, {len(found.emptied)} emptied"
        )
        for one in found.sent_again:
            click.echo(f"  sent again  {_words(one)}")
        for one in found.changed_by_teacher:
            click.echo(f"  by hand     {_words(one)}  (left alone)")
        for one in found.emptied:
            click.echo(f"  emptied     {_words(one)}  (the course page asks; --fill sends it)")
        for column in found.gone:
            click.echo(f"  gone        column {column} is not there any more; its scores wait for another")
        for item in found.unreadable:
            click.echo(f"  not readable: column {item.line_item_id} ({item.code})", err=True)
        unreadable += len(found.unreadable)
    if unreadable:
        sys.exit(1)


def _way_of(each: deliveries.DeliveryLine) -> str:
    """Tell how far a delivery is: when it arrived, or after how many tries the next one comes."""
    if each.state == "delivered":
        return f"delivered {_minute(each.delivered_at or each.waiting_since)}"
    tried = f"tries={each.tries}  since {_minute(each.waiting_since)}"
    return f"{tried}  next try {_minute(each.next_try_at)}" if each.next_try_at else tried


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _words(one: Difference) -> str:
    standing = "nothing" if one.standing is None else f"{one.standing:g}"
    return (
        f"delivery={one.delivery_id} user={one.user_id} {one.module_slug}: delivered {one.delivered:g}, there stands {standing}"
    )


def add_to(main: click.Group) -> None:
    main.add_command(outbox)
