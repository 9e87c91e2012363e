"""Names one content version of one programme."""

from typing import NamedTuple

from lti_tool.domain.content.programme import Programme


class Pin(NamedTuple):
    """What a course learns with: two programmes may have versions of the same name."""

    programme: str
    """Its slug."""
    version: str


def pin_of(programme: Programme) -> Pin:
    """Name a programme in its version."""
    return Pin(programme.slug, programme.version)
