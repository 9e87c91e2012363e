"""What lessons and cases are made of: headings, and the sources of what they say."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Source:
    """Where something is written. `year` is the source's own, 0 where it bears none."""

    publisher: str
    title: str
    year: int
    section: str = ""
    """The place in it: a paragraph of a law, a chapter, a page."""
    url: str = ""
    kind: str = "online"
    """online, law or print; only what is printed on paper alone has no address."""
    read_on: date | None = None
    """When the author read it there."""
    id: str = ""
    """What a text cites it by; empty where nothing does."""


@dataclass(frozen=True)
class Heading:
    """A heading inside a lesson: `id` is its anchor, `level` 2 or 3."""

    id: str
    text: str
    level: int
