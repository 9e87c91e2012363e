"""What commands print: English throughout, refusals of use cases included."""

import click

from lti_tool.errors import ToolError

# What our own numbers can be (PostgreSQL, integer); another one is refused before it is looked for.
ID = click.IntRange(1, 2**31 - 1)


def refusal_of(err: ToolError) -> str:
    """Give what was refused and what to do next, each in a line."""
    # Late: the catalogue comes with the web layer, and most commands are never refused anything.
    from lti_tool.web.failures.refusal_texts import text_of
    from lti_tool.web.translations import in_english

    told = text_of(err)
    lines = (in_english(text, **told.values) for text in (told.message, told.next_step) if text)
    return "\n".join(lines)


def counted(number: int, one: str, several: str) -> str:
    """Write a number with its noun: 1 person, 2 people."""
    return f"{number} {one if number == 1 else several}"
