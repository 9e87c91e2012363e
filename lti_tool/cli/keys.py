"""`lti-tool keys`: the tool's signing keys."""

import click

from lti_tool import clock
from lti_tool.keyring import PUBLISH_AFTER_RETIRING, PUBLISH_BEFORE_SIGNING, Keyring
from lti_tool.settings import load_settings


@click.group()
def keys() -> None:
    """Make, list and retire the keys that sign messages to platforms."""


@keys.command()
def new() -> None:
    """Make an RSA-3072 key. It is published at once and signs after a day; the very first one signs at once."""
    keyring = Keyring(load_settings().keys_dir)
    is_first = not keyring.list()
    made = keyring.new()
    when = "now" if is_first else f"from {made.created_at + PUBLISH_BEFORE_SIGNING:%Y-%m-%d %H:%M} UTC on"
    click.echo(f"{made.kid}  published now, signs {when}  ({made.path})")


@keys.command(name="list")
def list_keys() -> None:
    """List all keys and what each does now."""
    keyring = Keyring(load_settings().keys_dir)
    files = keyring.list()
    if not files:
        click.echo("No key yet. Make one with `lti-tool keys new`.")
        return
    signing = keyring.signing_kid()
    for file in files:
        if file.kid == signing:
            state = "signs"
        elif file.retired_at:
            end = file.retired_at + PUBLISH_AFTER_RETIRING
            state = f"published until {end:%Y-%m-%d %H:%M} UTC" if clock.now() < end else "retired, may be deleted"
        else:
            state = (
                "published"
                if file.signs_at(clock.now())
                else f"signs from {file.created_at + PUBLISH_BEFORE_SIGNING:%Y-%m-%d %H:%M} UTC"
            )
        click.echo(f"{file.kid}  {state}")


@keys.command()
@click.argument("kid")
def retire(kid: str) -> None:
    """Stop signing with KID; it stays published for a week. Refused while no other key is ready."""
    retired = Keyring(load_settings().keys_dir).retire(kid)
    click.echo(f"{retired.kid}  no longer signs; published for {PUBLISH_AFTER_RETIRING.days} more days")


def add_to(main: click.Group) -> None:
    main.add_command(keys)
